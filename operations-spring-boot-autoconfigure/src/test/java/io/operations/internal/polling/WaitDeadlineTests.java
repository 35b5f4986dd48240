package io.operations.internal.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationsUnavailableException;
import io.operations.TestOperations;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests polls near deadlines, and the timeouts at deadlines.
 */
class WaitDeadlineTests {

	private final PollerFixture fixture = new PollerFixture();

	@Test
	void whenDeadlineIsBeforeRetryAfterNoPollLeaves() {
		this.fixture.poller.await(new PollingTarget("op", null, Duration.ofSeconds(60), true), Duration.ofSeconds(30))
			.subscribe((end) -> {
			}, this.fixture.faults::add);
		this.fixture.advance(Duration.ofMinutes(2));
		assertThat(this.fixture.polls).isEmpty();
		assertThat(this.fixture.faults).singleElement().isInstanceOf(OperationTimeoutException.class);
	}

	@Test
	void whenCallerWithEarlierDeadlineJoinsPollIsEarlier() {
		this.fixture.schedule((state) -> Duration.ofSeconds(30));
		this.fixture.endpoint = (id) -> PollerFixture.answer(
				(this.fixture.time.now(TimeUnit.SECONDS) < 4) ? OperationStatus.RUNNING : OperationStatus.COMPLETED);
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(2));
		this.fixture.poller.await(PollingTarget.of("op"), Duration.ofSeconds(5))
			.subscribe((end) -> this.fixture.seen.add(end.operation()), this.fixture.faults::add);
		this.fixture.advance(Duration.ofSeconds(5));
		assertThat(this.fixture.faults).isEmpty();
		assertThat(this.fixture.polls).hasSize(2);
	}

	@Test
	void whenPollNeverEndsDeadlineCancelsIt() {
		List<String> cancelled = new ArrayList<>();
		this.fixture.endpoint = (id) -> Mono.<OperationSnapshot>never().doOnCancel(() -> cancelled.add(id));
		this.fixture.poller.watch(PollingTarget.of("op"), Duration.ofSeconds(3))
			.subscribe(this.fixture.seen::add, this.fixture.faults::add);
		this.fixture.advance(Duration.ofSeconds(3));
		assertThat(this.fixture.faults).singleElement().isInstanceOf(OperationTimeoutException.class);
		assertThat(cancelled).containsExactly("op");
	}

	@Test
	void whenDeadlineIsNearOperationIsPolledOnceMore() {
		this.fixture.schedule((state) -> Duration.ofSeconds(30));
		this.fixture.endpoint = (id) -> PollerFixture.answer(
				(this.fixture.time.now(TimeUnit.SECONDS) < 8) ? OperationStatus.RUNNING : OperationStatus.COMPLETED);
		this.fixture.poller.await(PollingTarget.of("op"), Duration.ofSeconds(10))
			.subscribe((end) -> this.fixture.seen.add(end.operation()));
		this.fixture.advance(Duration.ofSeconds(10));
		assertThat(this.fixture.seen).singleElement()
			.extracting(Operation::status)
			.isEqualTo(OperationStatus.COMPLETED);
		assertThat(this.fixture.polls).hasSize(2);
	}

	@Test
	void whenOneDeadlinePassesOtherCallersStillWait() {
		this.fixture.poller.await(PollingTarget.of("op"), Duration.ofSeconds(3)).subscribe((end) -> {
		}, this.fixture.faults::add);
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(4));
		assertThat(this.fixture.faults).singleElement().isInstanceOf(OperationTimeoutException.class);
		assertThat(this.fixture.deadlines).containsExactly("op");
		assertThat(this.fixture.reasons).isEmpty();
		assertThat(this.fixture.poller.waits().size()).isOne();
	}

	@Test
	void whenResponseHasRetryAfterJoiningHastensNoPoll() {
		this.fixture.endpoint = (id) -> Mono
			.just(TestOperations.snapshot(id, OperationStatus.RUNNING, Duration.ofSeconds(20)));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofSeconds(2));
		this.fixture.poller.await(PollingTarget.of("op"), Duration.ofSeconds(5)).subscribe((end) -> {
		}, this.fixture.faults::add);
		this.fixture.advance(Duration.ofSeconds(5));
		assertThat(this.fixture.polls).hasSize(1);
		assertThat(this.fixture.faults).singleElement().isInstanceOf(OperationTimeoutException.class);
	}

	@Test
	void whenErrorsPersistTimeoutNamesTheLastError() {
		this.fixture.endpoint = (id) -> (this.fixture.polls.size() == 1) ? PollerFixture.answer(OperationStatus.RUNNING)
				: Mono.error(TestOperations.fault(503));
		this.fixture.watch("op");
		this.fixture.advance(Duration.ofMinutes(9));
		assertThat(this.fixture.faults).isEmpty();
		this.fixture.advance(Duration.ofMinutes(1));
		assertThat(this.fixture.faults).singleElement()
			.isInstanceOfSatisfying(OperationTimeoutException.class, (timeout) -> {
				assertThat(timeout.getLastSeen()).isNotNull();
				assertThat(timeout.getPolls()).isEqualTo(this.fixture.polls.size());
				assertThat(timeout).hasCauseInstanceOf(OperationsUnavailableException.class)
					.hasMessageContaining("was RUNNING")
					.hasMessageContaining("HTTP 503");
			});
		assertThat(this.fixture.reasons).hasSize(1).first().isInstanceOf(OperationTimeoutException.class);
	}

}
