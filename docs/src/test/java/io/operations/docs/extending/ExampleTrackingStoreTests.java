package io.operations.docs.extending;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.tracking.DefaultOperationTracker;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingEngine;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingListeners;
import io.operations.tracking.TrackingSettings;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Shows how an application tests a store of its own.
 */
class ExampleTrackingStoreTests {

	private static final TrackingSettings SETTINGS = new TrackingSettings(Duration.ofHours(1), Duration.ofDays(7), 1000,
			new TrackingSettings.Delivery(3, Duration.ofMillis(50), 2, Duration.ofMillis(200), Duration.ofSeconds(5)));

	private final BlockingQueue<OperationOutcome> outcomes = new LinkedBlockingQueue<>();

	private final OperationsSimulator simulator = OperationsSimulator.start();

	private final OperationsTemplate template = OperationsTemplate.builder(WebClient.builder())
		.baseUrl(this.simulator.baseUrl())
		.credentials(this.simulator.credentials())
		.build();

	private OperationOutcomeHandler handler = this.outcomes::add;

	private TrackingStore store;

	private OperationTracker tracker;

	@BeforeEach
	void startStore() {
		TrackingEngine engine = new TrackingEngine(TemplateInternals.of(this.template).polls(), SETTINGS,
				() -> List.of((outcome) -> this.handler.handle(outcome)), new TrackingListeners(List.of()));
		this.store = new ExampleTrackingStore(engine);
		this.tracker = new DefaultOperationTracker(this.store, engine, Schedulers.boundedElastic());
		this.store.start();
	}

	@AfterEach
	void close() {
		this.store.stop();
		this.template.close();
		this.simulator.close();
	}

	@Test
	void outcomeIsDeliveredOnceWithTheAttributes() throws InterruptedException {
		String id = this.simulator.accept(OperationScript.completed().running(Duration.ofSeconds(1)));
		assertThat(this.tracker.track(id, Map.of("order", "42")).block().isNew()).isTrue();
		OperationOutcome outcome = this.outcomes.poll(20, TimeUnit.SECONDS);
		assertThat(outcome.operationId()).isEqualTo(id);
		assertThat(outcome.type()).isEqualTo(OperationOutcome.Type.COMPLETED);
		assertThat(outcome.attributes()).containsEntry("order", "42");
		assertThat(this.outcomes.poll(500, TimeUnit.MILLISECONDS)).isNull();
	}

	@Test
	void operationTrackedTwiceKeepsItsFirstAttributes() {
		String id = this.simulator.accept(OperationScript.completed().running(Duration.ofMinutes(1)));
		this.tracker.track(id, Map.of("order", "42")).block();
		assertThat(this.tracker.track(id, Map.of("order", "43")).block().isNew()).isFalse();
		assertThat(this.tracker.find(id).block().attributes()).containsEntry("order", "42");
	}

	@Test
	void handlerThatThrowsIsCalledAgain() throws InterruptedException {
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			if (outcome.attempt() == 1) {
				throw new IllegalStateException("first attempt");
			}
		};
		this.tracker.track(this.simulator.accept(OperationScript.completed()), Map.of()).block();
		assertThat(this.outcomes.poll(20, TimeUnit.SECONDS).attempt()).isEqualTo(1);
		assertThat(this.outcomes.poll(20, TimeUnit.SECONDS).attempt()).isEqualTo(2);
	}

	@Test
	void operationForgottenInItsHandlerStaysForgotten() throws InterruptedException {
		this.handler = (outcome) -> {
			this.tracker.forget(outcome.operationId()).block();
			this.outcomes.add(outcome);
		};
		String id = this.simulator.accept(OperationScript.completed());
		this.tracker.track(id, Map.of()).block();
		assertThat(this.outcomes.poll(20, TimeUnit.SECONDS)).isNotNull();
		assertThat(this.outcomes.poll(500, TimeUnit.MILLISECONDS)).isNull();
		assertThat(this.tracker.find(id).blockOptional()).isEmpty();
	}

	@Test
	void outcomeIsDeliveredAgainOnRequest() throws InterruptedException {
		String id = this.simulator.accept(OperationScript.failed());
		this.tracker.track(id, Map.of()).block();
		assertThat(this.outcomes.poll(20, TimeUnit.SECONDS).type()).isEqualTo(OperationOutcome.Type.FAILED);
		TrackingFilter delivered = TrackingFilter.of(TrackingState.DELIVERED);
		TrackedOperation operation = this.tracker.stream(delivered)
			.next()
			.repeatWhenEmpty((empty) -> empty.delayElements(Duration.ofMillis(20)))
			.block(Duration.ofSeconds(20));
		assertThat(operation.id()).isEqualTo(id);
		assertThat(this.tracker.redeliver(id).block()).isTrue();
		assertThat(this.outcomes.poll(20, TimeUnit.SECONDS).attempt()).isEqualTo(2);
	}

}
