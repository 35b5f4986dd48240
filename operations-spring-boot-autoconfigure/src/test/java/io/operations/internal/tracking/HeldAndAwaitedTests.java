package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsException;
import io.operations.TestOperations;
import io.operations.internal.polling.PollingTarget;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingState;
import io.operations.tracking.OperationOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tracked operations that are awaited as well, in virtual time.
 */
class HeldAndAwaitedTests extends HeldOperationsFixture {

	@Test
	void whenAwaitedAndHeldAnOperationHasOneSetOfPolls() {
		Client client = new Client(20, backoff());
		client.hold("alone");
		advance(Duration.ofMinutes(5));
		int alone = this.requests.size();
		this.requests.clear();
		client.hold("op");
		client.await("op");
		advance(Duration.ofMinutes(5));
		assertThat(requests("op")).isBetween(alone - 3, alone + 3);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(2));
		int polls = requests("op");
		assertThat(this.ends).singleElement().isInstanceOf(OperationSnapshot.class);
		assertThat(this.waits).singleElement().satisfies((wait) -> assertThat(wait.polls()).isEqualTo(polls));
		assertThat(ending("op")).satisfies((change) -> {
			assertThat(change.ending().outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
			assertThat(change.polled().polls()).isEqualTo(polls);
		});
		assertThat(this.statuses).as("each status is reported once")
			.filteredOn((status) -> status.startsWith("op"))
			.containsExactly("op RUNNING", "op COMPLETED");
	}

	@Test
	void whenAwaitedAlreadyAnOperationIsHeldWithItsPolls() {
		Client client = new Client(20, backoff());
		client.await("op");
		advance(Duration.ofMinutes(1));
		client.hold("op");
		advance(Duration.ofMinutes(1));
		this.server = (id) -> answer(id, OperationStatus.FAILED);
		this.requests.clear();
		advance(Duration.ofMinutes(2));
		assertThat(requests("op")).isEqualTo(1);
		assertThat(this.ends).hasSize(1);
		assertThat(ending("op").ending().outcome()).isEqualTo(OperationOutcome.Type.FAILED);
	}

	@Test
	@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whenAResponseMeetsANewWaitItIsPlannedOnce() {
		Client client = new Client(20, backoff());
		Sinks.One<OperationSnapshot> response = Sinks.one();
		this.server = (id) -> response.asMono();
		client.hold("op");
		advance(Duration.ofSeconds(1));
		assertThat(this.requests).hasSize(1);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		this.waitBegan = () -> response.tryEmitValue(TestOperations.snapshot("op", OperationStatus.RUNNING));
		client.await("op");
		client.await("other");
		advance(Duration.ofMinutes(10));
		assertThat(requests("op")).isEqualTo(2);
		assertThat(this.ends).hasSize(2);
		assertThat(ending("op").polled().polls()).isEqualTo(2);
	}

	@Test
	void whenAPollIsSharedTheEndIsReportedBeforeCallers() {
		Client client = new Client(20, backoff());
		List<Object> reported = new ArrayList<>();
		client.hold("op");
		client.poller.await(PollingTarget.of("op"), TIMEOUT)
			.subscribe((snapshot) -> reported.addAll(this.changes.stream().filter(TrackedChange::isEnd).toList()));
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(1));
		assertThat(reported).hasSize(1);
	}

	@Test
	void whenAWaitIsCancelledTheHeldOperationIsPolled() {
		Client client = new Client(20, backoff());
		client.hold("op");
		Disposable wait = client.await("op");
		advance(Duration.ofSeconds(10));
		wait.dispose();
		assertThat(client.poller.waits().size()).isZero();
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(1));
		assertThat(ending("op").ending().outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@Test
	void whenAWaitFailsTheHeldOperationIsPolled() {
		Client client = new Client(20, backoff());
		client.hold("op");
		client.await("op");
		this.server = (id) -> Mono.error(TestOperations.fault(400));
		advance(Duration.ofSeconds(10));
		assertThat(this.ends).singleElement().isInstanceOf(OperationsException.class);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(5));
		assertThat(ending("op").ending().outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@Test
	void whenAPollIsInFlightANewWaitSendsNoOther() {
		Client client = new Client(20, backoff());
		this.server = (id) -> Mono.delay(Duration.ofSeconds(5), this.scheduler)
			.thenReturn(TestOperations.snapshot(id, OperationStatus.COMPLETED))
			.doOnCancel(() -> this.cancelled.add(id));
		client.hold("op");
		advance(Duration.ofSeconds(1));
		client.await("op").dispose();
		client.await("op");
		advance(Duration.ofSeconds(3));
		assertThat(requests("op")).isEqualTo(1);
		advance(Duration.ofSeconds(2));
		assertThat(this.ends).hasSize(1);
		assertThat(ending("op").polled().polls()).isEqualTo(1);
		assertThat(requests("op")).isEqualTo(1);
		assertThat(this.cancelled).isEmpty();
	}

	@Test
	void whenReleasedDuringASharedPollTheWaitGoesOn() {
		Client client = new Client(20, backoff());
		this.server = (id) -> Mono.delay(Duration.ofSeconds(5), this.scheduler)
			.thenReturn(TestOperations.snapshot(id, OperationStatus.COMPLETED));
		client.hold("op");
		client.await("op");
		advance(Duration.ofSeconds(2));
		assertThat(client.held.release("op")).isTrue();
		assertThat(client.held.release("op")).isFalse();
		advance(Duration.ofSeconds(5));
		assertThat(this.ends).hasSize(1);
		assertThat(this.changes).isEmpty();
	}

	@Test
	void whenAPollIsSharedItsRunIsLearnedOnce() {
		List<ObservedRun> runs = new ArrayList<>();
		Client client = new Client(20, new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofSeconds(10);
			}

			@Override
			public void learn(ObservedRun run) {
				runs.add(run);
			}

		});
		client.await("op");
		advance(Duration.ofMinutes(1));
		client.hold("op");
		advance(Duration.ofMinutes(1));
		client.await("op");
		advance(Duration.ofMinutes(1));
		client.held.release("op");
		advance(Duration.ofMinutes(1));
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(1));
		Duration learned = Duration.ZERO;
		for (ObservedRun run : runs) {
			assertThat(run.from()).as("no age is learned twice, and none is left out").isEqualTo(learned);
			learned = run.to();
		}
		assertThat(runs.get(runs.size() - 1).ended()).isTrue();
	}

}
