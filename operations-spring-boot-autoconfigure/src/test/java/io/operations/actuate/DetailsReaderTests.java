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
	void whenThereIsHistoryThereIsNoNote() {
		((PollListener) this.history.listener()).polled("operations",
				new PollEvent("op", true, 0, 1000, 2000, null, TestOperations.fault(503), null));
		OperationDetails details = describe(this.history, running(1), "host-2:1", false);
		assertThat(details.historyNote()).isNull();
		assertThat(details.history()).singleElement()
			.extracting(HistoryEvent::delay)
			.isEqualTo(Duration.between(Instant.ofEpochMilli(2000), NOW.plusSeconds(5)));
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
			.describe(OperationDescriptor.of(failed, 0, NOW, new Sanitizer(), true), Map.of(), null, true)
			.history()).extracting(HistoryEvent::fault).containsExactly("******");
	}

	@Test
	void fieldsOfOperationAndHistoryAreOneJsonObject() {
		String json = JsonMapper.shared().writeValueAsString(describe(this.history, running(1), null, false));
		assertThat(json).contains("\"id\":\"op\"", "\"history\":[]", "\"historyNote\":\"", "\"statusSince\":null")
			.doesNotContain("\"operation\":");
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
				OperationDescriptor.of(operation, 0, NOW, sanitizer, showsValues), Map.of("kind", EXPECTED),
				otherHolder, showsValues);
	}

}
