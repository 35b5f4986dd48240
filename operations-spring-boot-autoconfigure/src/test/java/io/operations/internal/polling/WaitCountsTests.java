package io.operations.internal.polling;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSettings;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the counts and ages that the poller reports.
 */
class WaitCountsTests {

	private final PollerFixture fixture = new PollerFixture();

	@Test
	void whenOperationIsOlderThanUsualItIsReportedOnce() {
		Disposable awaited = this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(4));
		assertThat(this.fixture.poller.stuck()).isZero();
		this.fixture.advance(Duration.ofMinutes(2));
		assertThat(this.fixture.poller.stuck()).isOne();
		assertThat(this.fixture.stuck).containsExactly("op");
		awaited.dispose();
		assertThat(this.fixture.poller.stuck()).isZero();
	}

	@Test
	void whenKindIsLearnedTimeoutNamesTheUnusualAge() {
		AdaptivePollingSchedule schedule = new AdaptivePollingSchedule(PollingSettings.defaults(), this.fixture.time);
		for (int i = 0; i < 50; i++) {
			schedule.learn(new ObservedRun("quick", Duration.ZERO, Duration.ofSeconds(5), true));
		}
		this.fixture.schedule(schedule);
		this.fixture.poller.watch(new PollingTarget("op", "quick", null, true), Duration.ofMinutes(1))
			.subscribe(this.fixture.seen::add, this.fixture.faults::add);
		this.fixture.poller.watch(new PollingTarget("other", "slow", null, true), Duration.ofMinutes(1))
			.subscribe(this.fixture.seen::add, this.fixture.faults::add);
		this.fixture.advance(Duration.ofSeconds(10));
		assertThat(this.fixture.stuck).isEmpty();
		this.fixture.advance(Duration.ofSeconds(50));
		assertThat(this.fixture.stuck).containsExactly("op");
		assertThat(this.fixture.poller.kinds()).isEqualTo(1);
		assertThat(this.fixture.faults).hasSize(2);
		assertThat(this.fixture.faults.get(0))
			.isInstanceOfSatisfying(OperationTimeoutException.class,
					(timeout) -> assertThat(timeout.getUnusualAge()).isBetween(Duration.ofSeconds(5),
							Duration.ofSeconds(30)))
			.hasMessageContaining("which is unusual: operations of its kind rarely reach");
		assertThat(this.fixture.faults.get(1)).hasMessageContaining("does not know yet");
	}

	@Test
	void whenStatusIsSeenWaitsAreCountedByIt() {
		this.fixture.watch("a");
		Disposable second = this.fixture.watch("b");
		assertThat(this.fixture.poller.waits().size((OperationStatus) null)).isEqualTo(2);
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(this.fixture.poller.waits().size(OperationStatus.RUNNING)).isEqualTo(2);
		second.dispose();
		assertThat(this.fixture.poller.waits().size(OperationStatus.RUNNING)).isEqualTo(1);
	}

	@Test
	void whenManyWaitsBeginNoThreadIsAdded() {
		int many = Boolean.getBoolean("operations.soak") ? 100_000 : 10_000;
		int threads = ManagementFactory.getThreadMXBean().getThreadCount();
		List<Disposable> waits = new ArrayList<>();
		for (int i = 0; i < many; i++) {
			waits.add(this.fixture.watch("op" + i));
		}
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(this.fixture.poller.waits().size()).isEqualTo(many);
		assertThat(this.fixture.polls.size()).isGreaterThanOrEqualTo(many);
		assertThat(ManagementFactory.getThreadMXBean().getThreadCount()).isLessThan(threads + 10);
		waits.forEach(Disposable::dispose);
		assertThat(this.fixture.poller.waits().size()).isZero();
		assertThat(this.fixture.poller.waits().size(OperationStatus.RUNNING)).isZero();
	}

	@Test
	void whenSeveralWaitOldestIsTheFirst() {
		assertThat(this.fixture.poller.waits().oldest()).isZero();
		this.fixture.watch("a");
		this.fixture.advance(Duration.ofSeconds(10));
		this.fixture.watch("b");
		this.fixture.advance(Duration.ofSeconds(5));
		assertThat(this.fixture.poller.waits().oldest()).isEqualTo(Duration.ofSeconds(15));
	}

	@Test
	void whenPollsAreOverdueBacklogAgeIsThatOfTheFirst() {
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(1));
		assertThat(this.fixture.poller.backlogAge()).as("nothing is overdue").isZero();
		this.fixture.endpoint = (id) -> Mono.never();
		for (int i = 0; i < 40; i++) {
			this.fixture.watch("op" + i);
		}
		this.fixture.advance(Duration.ofSeconds(10));
		assertThat(this.fixture.poller.backlogAge()).isBetween(Duration.ofMillis(9500), Duration.ofSeconds(10));
	}

}
