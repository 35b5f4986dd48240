package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackedOperationBuilder;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator reads in the log of tracked operations.
 */
@ExtendWith(OutputCaptureExtension.class)
class TrackingLogTests {

	private static final Instant SINCE = Instant.EPOCH;

	private final TrackingLog log = new TrackingLog();

	@Test
	void whenAnOperationEndsOneInfoLineHasItsFigures(CapturedOutput output) {
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		ScriptedEndpoint endpoint = new ScriptedEndpoint();
		endpoint.script("op-1", List.of(ScriptedEndpoint.status("PENDING"), ScriptedEndpoint.error(503),
				ScriptedEndpoint.status("COMPLETED")));
		OperationsTemplate template = endpoint.template().scheduler(time).build();
		TrackingEngine engine = new TrackingEngine(TemplateInternals.of(template).polls(),
				TestTrackingSettings.defaults(), () -> List.of((outcome) -> {
				}), new TrackingListeners(List.of(this.log)));
		StoreTracking store = new StoreTracking(engine, new MemoryTrackingStore(engine.settings().maxTracked()),
				Schedulers.immediate());
		store.start();
		new DefaultOperationTracker(store, engine, Schedulers.immediate()).track("op-1", Map.of()).subscribe();
		time.advanceTimeBy(Duration.ofMinutes(10));
		template.close();
		assertThat(lines(output, "INFO")).singleElement()
			.asString()
			.contains("'op-1' has the outcome COMPLETED after ", "s and 3 polls.");
		assertThat(lines(output, "ERROR")).isEmpty();
	}

	@Test
	void whenPollsFailedTheLineHasTheLastFault(CapturedOutput output) {
		this.log.ended(operation(TrackingState.ENDED, "no answer"));
		assertThat(lines(output, "INFO")).singleElement()
			.asString()
			.contains(
					"[operations] Tracked operation 'op-1' has the outcome COMPLETED after 1 min 3 s and 7 polls. Last error: no answer.");
	}

	@Test
	void whenAnOperationFailsTheLineHasItsText(CapturedOutput output) {
		Operation failed = new Operation("op-1", OperationStatus.FAILED, "FAILED", null, null, null, null, Map.of(),
				Map.of("error", "bo\nom"));
		this.log.ended(operation(TrackingState.ENDED).operation(failed).outcome(OperationOutcome.Type.FAILED).build());
		assertThat(lines(output, "INFO")).singleElement()
			.asString()
			.contains("'op-1' has the outcome FAILED (bo\\u000aom) after 1 min 3 s and 7 polls.");
	}

	@ParameterizedTest
	@CsvSource({ "EXPIRED, the server does not know it", "TIMED_OUT, its deadline passed; it may still be running" })
	void whenTheServerReportsNoEndTheLineExplainsIt(OperationOutcome.Type outcome, String explanation,
			CapturedOutput output) {
		this.log.ended(operation(TrackingState.ENDED).outcome(outcome).build());
		assertThat(lines(output, "INFO")).singleElement()
			.asString()
			.contains("'op-1' has the outcome " + outcome + " (" + explanation + ") after 1 min 3 s and 7 polls.");
	}

	@Test
	void whenAnOutcomeIsDeliveredThereIsNoFurtherLine(CapturedOutput output) {
		this.log.tracked(operation(TrackingState.TRACKED, null));
		this.log.delivered(operation(TrackingState.DELIVERED, null), Duration.ofMillis(3));
		this.log.stored("pick", Duration.ofMillis(3), new IllegalStateException("away"));
		assertThat(output.getAll()).isEmpty();
	}

	@Test
	void whenADeliveryFailsItIsAWarningAndTheLastAnError(CapturedOutput output) {
		IllegalStateException fault = new IllegalStateException("no room");
		this.log.deliveryFailed(operation(TrackingState.ENDED, null), fault);
		assertThat(lines(output, "WARN")).singleElement().asString().contains("Attempt 2", "'op-1'");
		this.log.deliveryFailed(operation(TrackingState.UNDELIVERED, null), fault);
		assertThat(lines(output, "ERROR")).singleElement()
			.asString()
			.contains("Attempt 2", "'op-1'", "operations.tracking.delivery.max-attempts", "redeliver");
		assertThat(output).contains("java.lang.IllegalStateException: no room");
	}

	@Test
	void whenTheStoreIsUnavailableThereIsOneLineForEachChange(CapturedOutput output) {
		this.log.storeUnavailable(
				new IllegalStateException("refused\n  Hint: look there", new IllegalStateException("deep")));
		assertThat(output.getAll().lines()).singleElement().asString().contains("WARN", "refused\\u000a", "Hint");
		this.log.storeAvailableAgain(Duration.ofSeconds(9));
		assertThat(output.getAll().lines()).hasSize(2)
			.last()
			.asString()
			.contains("INFO", "can be reached again", "9 s");
	}

	@Test
	void whenAFaultEndsWithAFullStopThereIsNoOther(CapturedOutput output) {
		this.log.storeUnavailable(new IllegalStateException("Connection refused."));
		this.log.ended(operation(TrackingState.ENDED, "Try again later."));
		assertThat(output).contains("Connection refused. No stored operation is lost", "Try again later.")
			.doesNotContain("..");
	}

	private static List<String> lines(CapturedOutput output, String level) {
		return output.getAll().lines().filter((line) -> line.contains(" " + level + " ")).toList();
	}

	private static TrackedOperation operation(TrackingState state, @Nullable String lastFault) {
		return operation(state).lastFault(lastFault).outcome(OperationOutcome.Type.COMPLETED).attempts(2).build();
	}

	private static TrackedOperationBuilder operation(TrackingState state) {
		return TrackedOperation.builder("operations", "op-1")
			.since(SINCE)
			.deadline(SINCE.plusSeconds(100))
			.polls(7)
			.state(state)
			.endedAt(SINCE.plusSeconds(63));
	}

}
