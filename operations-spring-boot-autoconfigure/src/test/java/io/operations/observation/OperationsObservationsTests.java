package io.operations.observation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.operations.Operation;
import io.operations.OperationsCredentials;
import io.operations.core.OperationsTemplate;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is observed of fetches and waits.
 */
class OperationsObservationsTests {

	private final TestObservationRegistry registry = TestObservationRegistry.create();

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private Mono<ClientResponse> answer = Mono.never();

	private final OperationsTemplate template = OperationsTemplate
		.builder(WebClient.builder().observationRegistry(this.registry).exchangeFunction((request) -> this.answer))
		.name("client-1")
		.credentials(OperationsCredentials.of("SK1", "secret"))
		.retry(new RetrySettings(1, Duration.ofMillis(1), 1, Duration.ofMillis(1), Duration.ZERO, Set.of()))
		.observationRegistry(this.registry)
		.scheduler(this.time)
		.build();

	@AfterEach
	void close() {
		this.template.close();
	}

	@ParameterizedTest
	@CsvSource({ "200, success, running", "404, not_found, none", "401, denied, none", "403, denied, none",
			"429, throttled, none", "503, unavailable, none", "500, unavailable, none", "204, malformed, none",
			"400, rejected, none", "302, rejected, none" })
	void attemptIsObservedWithItsOutcome(int status, String outcome, String operationStatus) {
		answer(status, "RUNNING");
		fetch();
		assertThat(this.registry).hasNumberOfObservationsWithNameEqualTo("operations.fetch", 1)
			.hasObservationWithNameEqualTo("operations.fetch")
			.that()
			.hasBeenStarted()
			.hasBeenStopped()
			.hasOnlyKeys("client", "outcome", "status", "operation.id")
			.hasLowCardinalityKeyValue("client", "client-1")
			.hasLowCardinalityKeyValue("outcome", outcome)
			.hasLowCardinalityKeyValue("status", operationStatus)
			.hasHighCardinalityKeyValue("operation.id", "op-1");
	}

	@Test
	void attemptThatFailsIsObservedWithItsError() {
		answer(503, "");
		fetch();
		assertThat(this.registry).hasObservationWithNameEqualTo("operations.fetch").that().hasError();
	}

	@Test
	void attemptThatIsCancelledIsObserved() {
		this.template.fetch("op-1").subscribe().dispose();
		assertThat(this.registry).hasObservationWithNameEqualTo("operations.fetch")
			.that()
			.hasBeenStopped()
			.hasLowCardinalityKeyValue("outcome", "cancelled");
	}

	@ParameterizedTest
	@CsvSource({ "200, COMPLETED, completed", "200, FAILED, failed", "200, CANCELLED, cancelled",
			"200, RUNNING, timeout", "404, RUNNING, error" })
	void waitIsObservedWithItsOutcome(int status, String operationStatus, String outcome) {
		answer(status, operationStatus);
		this.template.await("op-1").onErrorComplete().subscribe();
		this.time.advanceTimeBy(Duration.ofMinutes(10).plusMillis(1));
		assertThat(this.registry).hasNumberOfObservationsWithNameEqualTo("operations.await", 1)
			.hasObservationWithNameEqualTo("operations.await")
			.that()
			.hasBeenStopped()
			.hasOnlyKeys("client", "outcome", "operation.id")
			.hasLowCardinalityKeyValue("client", "client-1")
			.hasLowCardinalityKeyValue("outcome", outcome)
			.hasHighCardinalityKeyValue("operation.id", "op-1");
	}

	@Test
	void waitThatIsCancelledIsAbandoned() {
		answer(200, "RUNNING");
		this.template.await("op-1").subscribe().dispose();
		assertThat(this.registry).hasObservationWithNameEqualTo("operations.await")
			.that()
			.hasBeenStopped()
			.hasLowCardinalityKeyValue("outcome", "abandoned");
	}

	@Test
	void waitIsNotObservedWhereItsObservationIsTurnedOff() {
		this.registry.observationConfig().observationPredicate((name, context) -> !"operations.await".equals(name));
		answer(200, "COMPLETED");
		List<Operation> ends = new ArrayList<>();
		this.template.await("op-1").subscribe(ends::add);
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(ends).hasSize(1);
		assertThat(this.registry).doesNotHaveAnyRemainingCurrentObservation()
			.hasNumberOfObservationsWithNameEqualTo("operations.await", 0)
			.hasNumberOfObservationsWithNameEqualTo("operations.fetch", 1);
	}

	@Test
	void exchangeIsAChildOfTheAttemptAndTheAttemptOfTheCaller() {
		answer(200, "RUNNING");
		Observation caller = Observation.start("caller", this.registry);
		this.template.fetch("op-1")
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, caller))
			.subscribe();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.registry).hasObservationWithNameEqualTo("operations.fetch")
			.that()
			.hasParentObservationEqualTo(caller);
		assertThat(this.registry).hasObservationWithNameEqualTo("http.client.requests")
			.that()
			.hasParentObservationContextSatisfying(
					(parent) -> assertThat(parent.getName()).isEqualTo("operations.fetch"));
	}

	@Test
	void waitIsAChildOfTheCallerAndItsPollsAreOfNobody() {
		answer(200, "COMPLETED");
		Observation caller = Observation.start("caller", this.registry);
		this.template.await("op-1")
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, caller))
			.subscribe();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.registry).hasObservationWithNameEqualTo("operations.await")
			.that()
			.hasParentObservationEqualTo(caller);
		assertThat(this.registry).hasObservationWithNameEqualTo("operations.fetch")
			.that()
			.doesNotHaveParentObservation();
	}

	@Test
	void conventionsOfTheApplicationAreUsed() {
		answer(200, "COMPLETED");
		try (OperationsTemplate own = this.template.mutate()
			.name("own")
			.fetchObservationConvention(new DefaultOperationFetchObservationConvention() {

				@Override
				public String getName() {
					return "own.fetch";
				}

				@Override
				protected KeyValue outcome(OperationFetchObservationContext context) {
					return KeyValue.of("outcome", "whatever");
				}

			})
			.awaitObservationConvention(new DefaultOperationAwaitObservationConvention() {

				@Override
				public String getName() {
					return "own.await";
				}

			})
			.build()) {
			own.await("op-1").subscribe();
			this.time.advanceTimeBy(Duration.ofSeconds(1));
		}
		assertThat(this.registry).hasObservationWithNameEqualTo("own.await");
		assertThat(this.registry).hasObservationWithNameEqualTo("own.fetch")
			.that()
			.hasLowCardinalityKeyValue("outcome", "whatever");
	}

	@Test
	void attemptThatIsEndedByClosingIsCancelledAndNotUnavailable() {
		answer(200, "RUNNING");
		try (OperationsTemplate slow = this.template.mutate()
			.name("slow")
			.rateLimit(new RateLimitSettings(0.01, 1, 10))
			.build()) {
			slow.fetch("op-1").subscribe();
			slow.fetch("op-2").onErrorComplete().subscribe();
		}
		assertThat(this.registry).hasNumberOfObservationsWithNameEqualTo("operations.fetch", 2)
			.hasAnObservationWithAKeyValue("outcome", "success")
			.hasAnObservationWithAKeyValue("outcome", "cancelled");
	}

	private void answer(int status, String operationStatus) {
		this.answer = Mono.fromSupplier(() -> ClientResponse.create(HttpStatusCode.valueOf(status))
			.header("Content-Type", "application/json")
			.body("{\"status\":\"" + operationStatus + "\"}")
			.build());
	}

	private void fetch() {
		this.template.fetch("op-1").onErrorComplete().subscribe();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
	}

}
