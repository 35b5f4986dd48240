package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsClosedException;
import io.operations.OperationsUnavailableException;
import io.operations.TestOperations;
import io.operations.polling.PollingSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests {@link PollResults} with {@link WaitResults} and {@link HeldResults}.
 */
class PollResultsTests {

	private final PartsFixture fixture = new PartsFixture(PollingSettings.defaults());

	private final PollResults results = this.fixture.results;

	@Test
	void whenOperationHasEndedWaitEndsWithIt() {
		this.fixture.enter("op");
		OperationSnapshot end = snapshot(OperationStatus.COMPLETED);
		this.results.seen(this.fixture.poll("op"), end);
		assertThat(this.fixture.outcomes).containsExactly(end);
		assertThat(this.fixture.events).containsExactly("waitBegan", "statusSeen", "waitEnded");
		assertThat(this.fixture.registry.size()).isZero();
	}

	@Test
	void whenOperationRunsNextPollIsPlanned() {
		AwaitedOperation awaited = this.fixture.enter("op").awaited();
		Poll poll = this.fixture.poll("op");
		this.results.seen(poll, snapshot(OperationStatus.RUNNING));
		assertThat(this.fixture.outcomes).isEmpty();
		assertThat(awaited.pollInFlight()).isNull();
		assertThat(awaited.place()).as("queued").isNotNegative();
		assertThat(this.fixture.registry.size(OperationStatus.RUNNING)).isOne();
	}

	@Test
	void whenErrorIsTransientNextPollIsPlanned() {
		AwaitedOperation awaited = this.fixture.enter("op").awaited();
		this.results.failed(this.fixture.poll("op"), TestOperations.fault(503));
		assertThat(this.fixture.outcomes).isEmpty();
		assertThat(awaited.lastFault()).isInstanceOf(OperationsUnavailableException.class);
		assertThat(awaited.place()).as("queued").isNotNegative();
	}

	@Test
	void whenErrorIsPermanentWaitFails() {
		this.fixture.enter("op");
		IllegalStateException fault = new IllegalStateException("broken decorator");
		this.results.failed(this.fixture.poll("op"), fault);
		assertThat(this.fixture.outcomes).containsExactly(fault);
		assertThat(this.fixture.registry.size()).isZero();
	}

	@Test
	void whenUnseenOperationIsNotFoundCallerFails() {
		this.fixture.enter("op");
		this.results.failed(this.fixture.poll("op"), TestOperations.fault(404));
		assertThat(this.fixture.outcomes).singleElement().isInstanceOf(OperationNotFoundException.class);
	}

	@Test
	void whenPollIsSharedBothGetTheResponse() {
		Held operation = hold();
		AwaitedOperation awaited = this.fixture.enter("op").awaited();
		this.results.seen(this.fixture.poll("op"), snapshot(OperationStatus.RUNNING));
		assertThat(operation.calls).containsExactly("seen");
		assertThat(operation.place()).as("queued").isNotNegative();
		assertThat(awaited.place()).as("queued").isNotNegative();
		assertThat(this.fixture.events).as("reported once").containsOnlyOnce("statusSeen");
	}

	@Test
	void whenHeldPollFailsItIsPlannedAgain() {
		Held operation = hold();
		this.results.failed(this.fixture.poll("op"), TestOperations.fault(503));
		assertThat(operation.calls).containsExactly("failed");
		assertThat(delay(operation)).isEqualTo(Duration.ofSeconds(20));
	}

	@Test
	void whenTemplateIsClosedHeldPollComesAfterASecond() {
		Held operation = hold();
		this.results.failed(this.fixture.poll("op"), new OperationsClosedException("test", "op"));
		assertThat(operation.calls).isEmpty();
		assertThat(delay(operation)).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void whenResultCannotBeRecordedBothArePolledAgain() {
		Held operation = hold();
		AwaitedOperation awaited = this.fixture.enter("op").awaited();
		Poll poll = this.fixture.poll("op");
		operation.defect = new IllegalStateException("a defect");
		assertThatIllegalStateException().isThrownBy(() -> this.results.seen(poll, snapshot(OperationStatus.RUNNING)));
		assertThat(delay(operation)).isEqualTo(Duration.ofMinutes(1));
		assertThat(awaited.place()).as("queued").isNotNegative();
		assertThat(poll.markEnded()).as("recorded before").isFalse();
	}

	private Held hold() {
		Held operation = new Held();
		this.fixture.held.hold(operation, new HeldPoll.Next(0, false), true, (held) -> {
		});
		this.fixture.parts.dispatcher().dispatch();
		return operation;
	}

	private Duration delay(HeldPoll operation) {
		return this.fixture.held.untilDue(operation);
	}

	private static OperationSnapshot snapshot(OperationStatus status) {
		return TestOperations.snapshot("op", status);
	}

	private static final class Held extends HeldPoll {

		private final List<String> calls = new ArrayList<>();

		private @Nullable RuntimeException defect;

		Held() {
			super(1000, "op");
		}

		@Override
		protected PolledOperation polled() {
			return new PolledOperation("op", null, false, Instant.EPOCH, Instant.EPOCH, null, 0, null, Map.of(), null);
		}

		@Override
		protected boolean hasStatusOf(Operation operation) {
			if (this.defect != null) {
				throw this.defect;
			}
			return true;
		}

		@Override
		protected Next seen(PolledOperation after, OperationSnapshot snapshot) {
			this.calls.add("seen");
			return new Next(20_000, false);
		}

		@Override
		protected Next failed(PolledOperation after, Throwable fault) {
			this.calls.add("failed");
			return new Next(20_000, false);
		}

		@Override
		protected void met(PolledOperation known) {
		}

	}

}
