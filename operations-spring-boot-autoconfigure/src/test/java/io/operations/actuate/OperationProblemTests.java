package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;

import io.operations.TestOperations;
import io.operations.internal.polling.ListedWait;
import io.operations.polling.LearnedDurations;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackedOperationBuilder;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.Sanitizer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the sentences that say what is wrong with an operation.
 */
class OperationProblemTests {

	private static final Instant NOW = Instant.ofEpochSecond(10_800);

	private static final LearnedDurations EXPECTED = new LearnedDurations(40, Duration.ofMinutes(2),
			Duration.ofMinutes(4), 3, Duration.ofSeconds(1));

	@Test
	void whenNothingIsWrongThereIsNoProblem() {
		assertThat(problem(open(), EXPECTED)).isNull();
		assertThat(problem(ended(TrackingState.ENDED, null), EXPECTED)).isNull();
		assertThat(problem(ended(TrackingState.DELIVERED, null), EXPECTED)).isNull();
	}

	@Test
	void whenOperationIsStuckItsAgeIsComparedWithThatOfItsKind() {
		assertThat(problem(open().stuck(true), EXPECTED))
			.isEqualTo("The operation has been running for 3 h, but 95 % of its kind end within 4 min.");
		assertThat(problem(open().stuck(true), null))
			.isEqualTo("The operation has been running for 3 h, which is unusually long.");
	}

	@Test
	void whenOperationIsOlderThanItsTrackingTheAgeOfTheTrackingIsNotCompared() {
		assertThat(problem(open().since(NOW.minusSeconds(3)).stuck(true), EXPECTED))
			.isEqualTo("The operation has been running for unusually long: 95 % of its kind end within 4 min.");
	}

	@Test
	void whenAnotherInstancePollsTheNextPollIsUnknown() {
		assertThat(problem(open().nextDue(null).lastFault("HTTP 503"), EXPECTED))
			.isEqualTo("The last poll failed: HTTP 503.");
	}

	@Test
	void whenTheLastPollFailedTheNextOneIsNamed() {
		assertThat(problem(open().lastFault("The server answered HTTP 503."), EXPECTED))
			.isEqualTo("The last poll failed: The server answered HTTP 503. The next poll is due in 5 s.");
		assertThat(problem(open().nextDue(NOW).lastFault("HTTP 503"), EXPECTED))
			.isEqualTo("The last poll failed: HTTP 503. Another poll is due or in flight.");
		assertThat(problem(open().stuck(true).lastFault("HTTP 503"), null))
			.isEqualTo("The operation has been running for"
					+ " 3 h, which is unusually long. The last poll failed: HTTP 503. The next poll is due in 5 s.");
	}

	@Test
	void whenADeliveryFailedTheFaultAndTheNextAttemptAreNamed() {
		assertThat(problem(ended(TrackingState.ENDED, "java.lang.IllegalStateException"), null))
			.isEqualTo("The delivery of the outcome has failed 4 times, the last time: java.lang.IllegalStateException."
					+ " The next attempt is due in 2 min.");
		assertThat(problem(ended(TrackingState.ENDED, "java.lang.IllegalStateException").attempts(1), null))
			.startsWith("The delivery of the outcome has failed once: java.lang.IllegalStateException. ");
	}

	@Test
	void whenAnAttemptMayBeInProgressTheAttemptsAreNotCounted() {
		assertThat(problem(ended(TrackingState.ENDED, "java.lang.IllegalStateException").nextDue(NOW), null)).isEqualTo(
				"The last attempt to deliver the outcome failed: java.lang.IllegalStateException. Another attempt"
						+ " is due or in progress.");
	}

	@Test
	void whenTheOutcomeIsUndeliveredTheProblemSaysWhatToDo() {
		assertThat(problem(ended(TrackingState.UNDELIVERED, "java.lang.IllegalStateException").nextDue(null), null))
			.isEqualTo("The outcome is not delivered, and no attempt is left after 4 attempts. The last one failed:"
					+ " java.lang.IllegalStateException. Repair the handler, then redeliver the outcome.");
	}

	@Test
	void messageOfAHandlerThatIsHiddenIsNotInTheProblem() {
		TrackedOperationBuilder failed = ended(TrackingState.ENDED, "java.lang.IllegalStateException: secret");
		assertThat(problem(failed, null)).doesNotContain("secret");
	}

	@Test
	void waitHasTheSameSentences() {
		ListedWait wait = new ListedWait("op", "kind", 1, null, true, Instant.EPOCH, NOW.plusSeconds(60), 3,
				NOW.plusSeconds(5), TestOperations.fault(503));
		assertThat(OperationDescriptor.of("operations", wait, EXPECTED, NOW, new Sanitizer(), false).problem())
			.startsWith("The operation has been running for 3 h, but 95 % of its kind end within 4 min. The last poll"
					+ " failed: ")
			.endsWith(" The next poll is due in 5 s.");
	}

	private static TrackedOperationBuilder open() {
		return TrackedOperation.builder("operations", "op")
			.kind("kind")
			.since(Instant.EPOCH)
			.deadline(NOW.plusSeconds(60))
			.nextDue(NOW.plusSeconds(5));
	}

	private static TrackedOperationBuilder ended(TrackingState state, @Nullable String fault) {
		return open().state(state)
			.outcome(OperationOutcome.Type.COMPLETED)
			.endedAt(NOW)
			.attempts(4)
			.nextDue(NOW.plusSeconds(120))
			.deliveryFault(fault);
	}

	private static @Nullable String problem(TrackedOperationBuilder operation, @Nullable LearnedDurations expected) {
		return OperationDescriptor.of(operation.build(), 0, expected, NOW, new Sanitizer(), false).problem();
	}

}
