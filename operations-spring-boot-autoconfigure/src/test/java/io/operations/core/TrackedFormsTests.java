package io.operations.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.tracking.DefaultOperationTracker;
import io.operations.internal.tracking.MemoryTrackingStore;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.internal.tracking.StoreTracking;
import io.operations.internal.tracking.TestTrackingSettings;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.internal.tracking.TrackingListeners;
import io.operations.tracking.OperationOutcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the tracker with the documented words of every product, in virtual time.
 */
class TrackedFormsTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	@AfterEach
	void close() {
		this.time.dispose();
	}

	@ParameterizedTest
	@MethodSource("terminalWords")
	void outcomeIsTheTerminalWord(DocumentedForm form, String word, OperationStatus status) {
		ScriptedEndpoint endpoint = new ScriptedEndpoint();
		endpoint.script(form.id, List.of(ScriptedEndpoint.json(form.operation(form.running())),
				ScriptedEndpoint.json(form.operation(word))));
		List<OperationOutcome> outcomes = new ArrayList<>();
		try (OperationsTemplate template = endpoint.template().product(form.product).scheduler(this.time).build()) {
			TrackingEngine engine = new TrackingEngine(TemplateInternals.of(template).polls(),
					TestTrackingSettings.defaults(), () -> List.of(outcomes::add), new TrackingListeners(List.of()));
			StoreTracking store = new StoreTracking(engine, new MemoryTrackingStore(engine.settings().maxTracked()),
					this.time);
			store.start();
			new DefaultOperationTracker(store, engine, this.time).track(form.id, Map.of()).block();
			for (int i = 0; i < 600; i++) {
				this.time.advanceTimeBy(Duration.ofMillis(50));
			}
			store.stop();
		}
		assertThat(outcomes).singleElement().satisfies((outcome) -> {
			assertThat(outcome.type().name()).isEqualTo(status.name());
			assertThat(outcome.operation()).extracting(Operation::statusText).isEqualTo(word);
		});
	}

	static Stream<Arguments> terminalWords() {
		return Stream.of(DocumentedForm.values())
			.flatMap((form) -> form.words.entrySet()
				.stream()
				.filter((word) -> word.getValue().isTerminal())
				.map((word) -> Arguments.of(form, word.getKey(), word.getValue())));
	}

}
