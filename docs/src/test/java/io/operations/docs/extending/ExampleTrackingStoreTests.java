package io.operations.docs.extending;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.tracking.OperationsTrackingAutoConfiguration;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingStoreFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Shows how an application tests a store of its own.
 */
class ExampleTrackingStoreTests {

	private final BlockingQueue<OperationOutcome> outcomes = new LinkedBlockingQueue<>();

	private final OperationsSimulator simulator = OperationsSimulator.start();

	private OperationOutcomeHandler handler = this.outcomes::add;

	private ConfigurableApplicationContext application;

	private OperationTracker tracker;

	@BeforeEach
	void startApplication() {
		TrackingStoreFactory stores = (client) -> new ExampleTrackingStore();
		OperationOutcomeHandler handlers = (outcome) -> this.handler.handle(outcome);
		this.application = new SpringApplicationBuilder(Application.class)
			.properties("spring.main.web-application-type=none", "operations.base-url=" + this.simulator.baseUrl(),
					"operations.api-key=" + this.simulator.username(),
					"operations.api-key-secret=" + this.simulator.password(),
					"operations.tracking.delivery.initial-interval=50ms")
			.initializers((context) -> {
				context.getBeanFactory().registerSingleton("trackingStores", stores);
				context.getBeanFactory().registerSingleton("handler", handlers);
			})
			.run();
		this.tracker = this.application.getBean(OperationTracker.class);
	}

	@AfterEach
	void close() {
		this.application.close();
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

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
			OperationsAutoConfiguration.class, OperationsTrackingAutoConfiguration.class })
	static class Application {

	}

}
