package io.operations.internal.polling;

import java.time.Duration;
import java.util.function.Supplier;

import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsThrottledException;
import io.operations.TestOperations;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests polls during an outage, and what counts as an outage.
 */
class PollOutageTests {

	private final PollerFixture fixture = new PollerFixture();

	@Test
	void whenShortOfPollsOutageIsProbedRarely() {
		this.fixture.schedule(new PollerFixture.ShortOfPolls());
		this.fixture.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		for (int i = 0; i < 20; i++) {
			this.fixture.watch("op" + i);
		}
		this.fixture.advance(Duration.ofMinutes(2));
		assertThat(this.fixture.polls).hasSizeLessThan(60);
	}

	@Test
	void whenServerAnswersNotFoundThereIsNoOutage() {
		this.fixture.endpoint = (id) -> Mono
			.error(TestOperations.fault((this.fixture.polls.size() % 3 == 0) ? 404 : 503));
		this.fixture.schedule((state) -> Duration.ofSeconds(1));
		for (int i = 0; i < 60; i++) {
			this.fixture.watch("op" + i);
		}
		this.fixture.advance(Duration.ofSeconds(20));
		assertThat(this.fixture.poller.waits().size()).isZero();
	}

	@Test
	void whenServerIsUnavailableFewerRequestsLeave() {
		int healthy = requestsOfHundredYoungWaits(() -> PollerFixture.answer(OperationStatus.RUNNING));
		int outage = requestsOfHundredYoungWaits(() -> Mono.error(TestOperations.fault(503)));
		assertThat(outage).isLessThan(healthy / 2);
	}

	private int requestsOfHundredYoungWaits(Supplier<Mono<OperationSnapshot>> answer) {
		this.fixture.polls.clear();
		this.fixture.schedule((state) -> Duration.ofSeconds(1));
		this.fixture.endpoint = (id) -> answer.get();
		for (int i = 0; i < 100; i++) {
			this.fixture.watch("op" + i);
		}
		this.fixture.advance(Duration.ofMinutes(1));
		this.fixture.poller.close();
		return this.fixture.polls.size();
	}

	@Test
	void whenServerIsUnavailableOnePollAtATimeProbes() {
		this.fixture.schedule((state) -> Duration.ofSeconds(1));
		this.fixture.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		for (int i = 0; i < 1000; i++) {
			this.fixture.watch("op" + i);
		}
		this.fixture.advance(Duration.ofMinutes(1));
		assertThat(this.fixture.polls).hasSizeLessThan(30);
		assertThat(this.fixture.faults).isEmpty();
		this.fixture.endpoint = (id) -> PollerFixture.answer(OperationStatus.RUNNING);
		int before = this.fixture.polls.size();
		this.fixture.advance(Duration.ofSeconds(12));
		assertThat(this.fixture.polls.size() - before).isGreaterThanOrEqualTo(1000);
		assertThat(this.fixture.poller.waits().size(OperationStatus.RUNNING)).isEqualTo(1000);
	}

	// A hot loop in virtual time has no end.
	@Test
	@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whenNothingIsDueOutageIsProbedRarely() {
		this.fixture.schedule(new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofSeconds(30);
			}

			@Override
			public boolean isShortOfPolls() {
				return true;
			}

		});
		this.fixture.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		for (int i = 0; i < 5; i++) {
			this.fixture.watch("op" + i);
		}
		this.fixture.advance(Duration.ofSeconds(20));
		assertThat(this.fixture.polls).hasSizeLessThan(20);
	}

	@Test
	void whenClientThrottlesThereIsNoOutage() {
		this.fixture.endpoint = (id) -> Mono.error(new OperationsThrottledException("full", id, (Duration) null));
		assertThat(pollsOfTwentyWaitsInTwentySeconds()).isGreaterThan(20 * 15);
	}

	@Test
	void whenServerThrottlesThereIsNoOutage() {
		this.fixture.endpoint = (id) -> Mono
			.error(TestOperations.fault((this.fixture.polls.size() % 3 == 0) ? 429 : 503));
		assertThat(pollsOfTwentyWaitsInTwentySeconds()).isGreaterThan(20 * 15);
	}

	private int pollsOfTwentyWaitsInTwentySeconds() {
		this.fixture.schedule((state) -> Duration.ofSeconds(1));
		for (int i = 0; i < 20; i++) {
			this.fixture.watch("op" + i);
		}
		this.fixture.advance(Duration.ofSeconds(20));
		return this.fixture.polls.size();
	}

	@Test
	void whenProbeIsInFlightNoOtherPollLeaves() {
		this.fixture.schedule((state) -> Duration.ofSeconds(1));
		this.fixture.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		for (int i = 0; i < 100; i++) {
			this.fixture.watch("op" + i);
		}
		this.fixture.advance(Duration.ofSeconds(10));
		this.fixture.endpoint = (id) -> Mono.never();
		int before = this.fixture.polls.size();
		this.fixture.advance(Duration.ofSeconds(30));
		this.fixture.watch("another");
		this.fixture.advance(Duration.ofSeconds(30));
		assertThat(this.fixture.polls).hasSize(before + 1);
	}

}
