package io.operations.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.tracking.ScriptedEndpoint;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class PostgresTrackingStoreTests extends JdbcTrackerContract {

	PostgresTrackingStoreTests() {
		super(PostgresDatabase.DATA_SOURCE);
	}

	@Test
	void noMoreIsClaimedThanMayLeaveAndTheRateIsUsed() {
		trackOverdue(300);
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store = newSlowStore(20);
		this.store.start();
		await().atMost(PATIENCE).until(() -> this.endpoint.order().size() >= 10);
		int before = this.endpoint.order().size();
		long began = System.nanoTime();
		List<Integer> claimed = new ArrayList<>();
		await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE).until(() -> {
			claimed.add(picked());
			return System.nanoTime() - began > 3_000_000_000L;
		});
		double rate = (this.endpoint.order().size() - before) * 1e9 / (System.nanoTime() - began);
		assertThat(claimed).allMatch((number) -> number <= 4);
		assertThat(rate).isBetween(13.0, 22.0);
	}

	@Test
	void aPausePausesClaiming() {
		AtomicBoolean throttled = new AtomicBoolean();
		this.endpoint.others((poll) -> throttled.compareAndSet(false, true)
				? ScriptedEndpoint.error(429, Duration.ofSeconds(2)) : ScriptedEndpoint.status("COMPLETED"));
		trackOverdue(20);
		this.store = newSlowStore(20);
		this.store.start();
		await().atMost(PATIENCE).until(() -> this.endpoint.order().size() == 1);
		List<Integer> claimed = new ArrayList<>();
		await().pollDelay(Duration.ofMillis(500)).atMost(PATIENCE).until(() -> {
			int picked = picked();
			return this.endpoint.order().size() > 1 || !claimed.add(picked);
		});
		assertThat(claimed).as("claimed before it was known, at a tenth of a second")
			.isNotEmpty()
			.allMatch((number) -> number <= 2);
		assertThat(this.endpoint.between(0, 1)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
		await().atMost(PATIENCE).until(() -> summary().count(TrackingState.DELIVERED) >= 20);
	}

	@Test
	void whatIsDeliveredAnewWhileItIsChosenToBeRemovedIsKept() {
		this.store.stop();
		track("op", Map.of());
		this.jdbc.sql("DELETE FROM " + this.tables.scheduled()).update();
		this.jdbc
			.sql("UPDATE " + this.tables.tracked()
					+ " SET state = 'DELIVERED', outcome = 'COMPLETED', ended_at = :then")
			.param("then", OffsetDateTime.now(ZoneOffset.UTC).minusDays(8))
			.update();
		TrackedRows rows = new TrackedRows(this.dataSource, this.tables, TrackingDialect.POSTGRESQL,
				new DatabaseClock(Instant::now));
		ExecutorService thread = Objects.requireNonNull(Executors.newSingleThreadExecutor());
		try {
			this.transaction.executeWithoutResult((status) -> {
				assertThat(redeliver("op")).isTrue();
				Future<Integer> removing = thread.submit(() -> rows.prune(Instant.now()));
				assertThat(removing).succeedsWithin(PATIENCE).isEqualTo(0);
			});
		}
		finally {
			thread.shutdownNow();
		}
		assertThat(rows.prune(Instant.now())).isZero();
		assertThat(find("op")).isNotNull();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aTableThatVanishesIsToldOfOnce(CapturedOutput output) {
		this.store.stop();
		AtomicInteger claims = new AtomicInteger();
		this.store = newStore(settings(), new TrackingListener() {

			@Override
			public void stored(String name, Duration duration, @Nullable Throwable fault) {
				if (name.equals("claim") && fault != null) {
					claims.incrementAndGet();
				}
			}

		});
		this.store.start();
		this.jdbc.sql("ALTER TABLE " + this.tables.scheduled() + " RENAME TO " + this.tables.prefix() + "away")
			.update();
		await().atMost(PATIENCE).until(() -> claims.get() > 4);
		assertThat(output).containsOnlyOnce("cannot claim due operations").containsOnlyOnce("RunUntilShutdown.run(");
		this.jdbc.sql("ALTER TABLE " + this.tables.prefix() + "away RENAME TO " + this.tables.prefix() + "scheduled")
			.update();
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aConnectionThatIsLostInAClaimIsToldOfOnceAndWithoutAStackTrace(CapturedOutput output) {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store.stop();
		this.heartbeat = Duration.ofMinutes(1);
		this.store = newStore(settings());
		this.store.start();
		this.dataSource.cutAt("WITH deliveries");
		await().atMost(PATIENCE).until(() -> this.dataSource.refused() > 3);
		this.dataSource.away(false);
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		assertThat(output).containsOnlyOnce("cannot be reached")
			.containsOnlyOnce("can be reached again")
			.doesNotContain("ERROR");
	}

	@Test
	void plansUseTheIndexes() {
		trackOverdue(2000);
		this.jdbc.sql("ANALYZE").update();
		String due = " FROM " + this.tables.scheduled() + " WHERE picked = FALSE AND execution_time <= now()";
		assertThat(plan("SELECT *" + due + " ORDER BY priority DESC, execution_time LIMIT 8"))
			.contains(this.tables.scheduled() + "_priority");
		assertThat(plan("SELECT *" + due + " ORDER BY execution_time LIMIT 8"))
			.contains(this.tables.scheduled() + "_time");
		assertThat(
				plan("SELECT * FROM " + this.tables.tracked() + " WHERE ended_at < now() ORDER BY ended_at LIMIT 10"))
			.contains(this.tables.tracked() + "_ended");
		assertThat(plan("SELECT * FROM " + this.tables.tracked()
				+ " WHERE state IN ('UNDELIVERED') AND id > 'a' ORDER BY id LIMIT 10"))
			.contains(this.tables.tracked() + "_state");
		assertThat(plan("SELECT state, COUNT(*) FROM " + this.tables.tracked()
				+ " WHERE state IN ('ENDED', 'DELIVERED', 'UNDELIVERED') GROUP BY state"))
			.contains("Index Only Scan", this.tables.tracked() + "_state");
		assertThat(plan("SELECT * FROM " + this.tables.scheduled()
				+ " WHERE picked = TRUE AND last_heartbeat <= now() ORDER BY last_heartbeat"))
			.contains(this.tables.scheduled() + "_heartbeat");
	}

	private String plan(String statement) {
		return String.join("\n", this.jdbc.sql("EXPLAIN " + statement).query(String.class).list());
	}

	private void trackOverdue(int number) {
		this.store.stop();
		Flux.range(0, number).flatMap((i) -> this.tracker.track("old" + i, Map.of()), 8).blockLast(PATIENCE);
		this.jdbc.sql("UPDATE " + this.tables.scheduled() + " SET execution_time = :then")
			.param("then", OffsetDateTime.now(ZoneOffset.UTC).minusHours(1))
			.update();
	}

	private int picked() {
		return this.jdbc.sql("SELECT COUNT(*) FROM " + this.tables.scheduled() + " WHERE picked")
			.query(Integer.class)
			.single();
	}

}
