package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The next holder of a lease knows what the previous one has learned.
 */
abstract class LeaseLearningContract extends LeaseFixture {

	LeaseLearningContract(DataSource database) {
		super(database);
	}

	@Test
	void whenLeaseIsTakenHolderKnowsLearnedDurations() {
		Instance one = startHolder("one");
		one.held.durations.put("import", List.of(Duration.ofMillis(1500), Duration.ofHours(3)));
		one.held.durations.put("other", List.of(Duration.ofSeconds(1)));
		one.stop();
		long zombie = epoch() - 1;
		this.fenced.learned(zombie, Map.of("other", List.of()));
		Instance two = startHolder("two");
		await().atMost(MAX_WAIT).until(() -> two.held.durations.equals(one.held.durations));
		two.held.durations.put("other", List.of(Duration.ofSeconds(2)));
		two.stop();
		assertThat(this.learned.find()).containsEntry("other", List.of(Duration.ofSeconds(2))).hasSize(2);
	}

	@Test
	void whenLeaseIsTakenLaterDurationsAreLearnedToo() {
		List<Duration> old = List.of(Duration.ofSeconds(1));
		List<Duration> recent = List.of(Duration.ofSeconds(100));
		long epoch = takeLease("other", Instant.now().plusSeconds(3600));
		this.fenced.learned(epoch, Map.of("import", old, "export", old));
		Instance one = start("one");
		one.holder.learn(this.learned.find());
		assertThat(one.held.durations).containsOnly(Map.entry("import", old), Map.entry("export", old));
		this.fenced.learned(epoch, Map.of("import", recent));
		one.held.learnedAgain.clear();
		takeLease("other", Instant.EPOCH);
		await().atMost(MAX_WAIT).until(() -> recent.equals(one.held.durations.get("import")));
		assertThat(one.held.learnedAgain).containsOnlyKeys("import");
		one.stop();
		assertThat(this.learned.find()).containsOnly(Map.entry("import", recent), Map.entry("export", old));
	}

	@Test
	void whenDurationsCannotBeReadTheyAreNotOverwritten() {
		long epoch = takeLease("other", Instant.now().plusSeconds(3600));
		List<Duration> recent = List.of(Duration.ofSeconds(100));
		this.fenced.learned(epoch, Map.of("import", recent));
		Instance one = start("one");
		one.held.durations.put("import", List.of(Duration.ofSeconds(1)));
		AtomicInteger faults = new AtomicInteger();
		one.held.beforeLearning = () -> {
			if (faults.incrementAndGet() < 3) {
				throw new IllegalStateException("no right to select");
			}
		};
		takeLease("other", Instant.EPOCH);
		await().atMost(MAX_WAIT).until(() -> recent.equals(one.held.durations.get("import")));
		one.stop();
		assertThat(this.learned.find()).containsOnly(Map.entry("import", recent));
	}

	@Test
	void whenKindCannotBeStoredOtherKindsAre() {
		List<Duration> durations = List.of(Duration.ofSeconds(1));
		StringBuilder name = new StringBuilder();
		ThreadLocalRandom.current().ints(5000, 'a', 'z').forEach((letter) -> name.append((char) letter));
		long epoch = takeLease("one", Instant.now());
		this.fenced.learned(epoch, Map.of(name.toString(), durations, "ok", durations, "a b", durations, "a\0b",
				List.of(Duration.ofSeconds(2))));
		assertThat(this.learned.find()).containsOnly(Map.entry("ok", durations), Map.entry("a b", durations));
	}

}
