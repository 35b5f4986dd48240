package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.operations.TestOperations;
import io.operations.internal.polling.PollEvent;
import io.operations.internal.polling.PollListener;
import io.operations.polling.LearnedDurations;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what the endpoint shows of one operation besides its row.
 */
class DetailsReaderTests {

	private static final Instant NOW = Instant.ofEpochSecond(100);

	private static final LearnedDurations EXPECTED = new LearnedDurations(40, Duration.ofSeconds(20),
			Duration.ofSeconds(31), 3, Duration.ofSeconds(1));

	private final OperationsHistory history = new OperationsHistory(() -> NOW);

	@Test
	void whenHistoryIsSwitchedOffNoteNamesTheProperty() {
		assertThat(describe(null, running(3), null, false).historyNote())
			.contains("management.endpoint.operations.history is false");
	}

	@Test
	void whenOtherInstancePollsNoteNamesIt() {
		assertThat(describe(this.history, running(3), "host-2:1", false).historyNote()).contains("'host-2:1'");
	}

	@Test
	void whenOperationWasNotPolledNoteSaysSo() {
		assertThat(describe(this.history, running(0), null, false).historyNote())
			.isEqualTo("The operation has not been polled yet.");
	}

	@Test
	void whenOperationIsNotAmongThemNoteNamesTheBound() {
		assertThat(describe(this.history, running(3), null, false).historyNote()).contains("1000 oldest or failing");
	}

	@Test
	void whenHistoryIsCompleteThereIsNoNote() {
		polled(1);
		OperationDetails details = describe(this.history, running(1), null, false);
		assertThat(details.historyNote()).isNull();
		assertThat(details.history()).singleElement()
			.extracting(HistoryEvent::delay)
			.isEqualTo(Duration.between(Instant.ofEpochMilli(2000), NOW.plusSeconds(5)));
	}

	@Test
	void whenOtherInstancePollsNowNoteNamesItAlthoughThereIsHistory() {
		polled(1);
		assertThat(describe(this.history, running(1), "host-2:1", false).historyNote()).isEqualTo(
				"This history ends where instance 'host-2:1' began to poll this operation. That instance keeps the"
						+ " later polls. Send the request to instance 'host-2:1'.");
	}

	@Test
	void whenThisInstanceTookThePollsOverNoteSaysThatTheEarlierOnesAreLost() {
		polled(3);
		assertThat(describe(this.history, running(12), null, false).historyNote())
			.startsWith("The history has 3 of 12 polls. Another instance sent the others, or this one had no place")
			.endsWith("No instance has the missing polls any more.");
	}

	@Test
	void whenAllPollsThatFitAreKeptThereIsNoNote() {
		polled(30);
		assertThat(describe(this.history, running(30), null, false).historyNote()).isNull();
	}

	@Test
	void whenOtherInstancesPolledAndDeliveredNoteNamesTheOneThatPolls() {
		TrackedOperation delivered = ended(TrackingState.DELIVERED, 3);
		this.history.trackingListener().delivered(delivered, Duration.ofSeconds(1));
		assertThat(describe(this.history, delivered, "host-2:1", false).historyNote())
			.startsWith(
					"The history has 0 of 12 polls and 1 of 3 attempts to deliver. The others are in the memory of the"
							+ " instances that made them, unless")
			.endsWith("Instance 'host-2:1' polls at present, so it probably has the polls. Send the request to instance"
					+ " 'host-2:1'.");
	}

	@Test
	void whenADeliveryIsInProgressNothingIsMissing() {
		polled(12);
		assertThat(describe(this.history, ended(TrackingState.ENDED, 1), null, false).historyNote()).isNull();
		assertThat(describe(this.history, ended(TrackingState.UNDELIVERED, 1), null, false).historyNote())
			.startsWith("The history has 12 of 12 polls and 0 of 1 attempt to deliver.");
	}

	@Test
	void expectedDurationsAreThoseOfTheKind() {
		assertThat(describe(this.history, running(1), null, false).expected()).isEqualTo(EXPECTED);
	}

	@Test
	void faultOfHandlerIsItsTypeUnlessValuesAreShown() {
		TrackedOperation failed = TrackedOperation.builder("operations", "op")
			.kind("kind")
			.since(Instant.EPOCH)
			.deadline(NOW.plusSeconds(60))
			.outcome(OperationOutcome.Type.COMPLETED)
			.state(TrackingState.UNDELIVERED)
			.deliveryFault("java.lang.IllegalStateException: secret of the application")
			.build();
		this.history.trackingListener().deliveryFailed(failed, new IllegalStateException("secret of the application"));
		assertThat(describe(this.history, failed, null, false).history()).extracting(HistoryEvent::fault)
			.containsExactly("java.lang.IllegalStateException");
		assertThat(describe(this.history, failed, null, true).history()).extracting(HistoryEvent::fault)
			.containsExactly("java.lang.IllegalStateException: secret of the application");
		assertThat(new DetailsReader(this.history, new Sanitizer(List.of(SanitizingFunction.sanitizeValue())))
			.describe(OperationDescriptor.of(failed, 0, null, NOW, new Sanitizer(), true), Map.of(), null, true)
			.history()).extracting(HistoryEvent::fault).containsExactly("******");
	}

	@Test
	void fieldsOfOperationAndHistoryAreOneJsonObject() {
		String json = JsonMapper.shared().writeValueAsString(describe(this.history, running(1), null, false));
		assertThat(json).contains("\"id\":\"op\"", "\"history\":[]", "\"historyNote\":\"", "\"statusSince\":null")
			.doesNotContain("\"operation\":");
	}

	private void polled(int times) {
		for (int i = 0; i < times; i++) {
			((PollListener) this.history.listener()).polled("operations",
					new PollEvent("op", true, 0, 1000, 2000, null, TestOperations.fault(503), null));
		}
	}

	private static TrackedOperation ended(TrackingState state, int attempts) {
		return TrackedOperation.builder("operations", "op")
			.kind("kind")
			.since(Instant.EPOCH)
			.deadline(NOW.plusSeconds(60))
			.polls(12)
			.outcome(OperationOutcome.Type.COMPLETED)
			.state(state)
			.attempts(attempts)
			.build();
	}

	private static TrackedOperation running(int polls) {
		return TrackedOperation.builder("operations", "op")
			.kind("kind")
			.since(Instant.EPOCH)
			.deadline(NOW.plusSeconds(60))
			.nextDue(NOW.plusSeconds(5))
			.polls(polls)
			.build();
	}

	private static OperationDetails describe(@Nullable OperationsHistory history, TrackedOperation operation,
			@Nullable String otherHolder, boolean showsValues) {
		Sanitizer sanitizer = new Sanitizer();
		return new DetailsReader(history, sanitizer).describe(
				OperationDescriptor.of(operation, 0, EXPECTED, NOW, sanitizer, showsValues), Map.of("kind", EXPECTED),
				otherHolder, showsValues);
	}

}
