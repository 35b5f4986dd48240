package io.operations.observation;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationRegistry;
import io.operations.OperationsCredentials;
import io.operations.core.OperationsTemplate;
import io.operations.resilience.RetrySettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * DueItem waits have the meters that observed waits have.
 */
class WaitTimersTests {

	private final MockClock clock = new MockClock();

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final ObservationFilter filter = (context) -> context.addLowCardinalityKeyValue(KeyValue.of("zone", "b"));

	@ParameterizedTest
	@CsvSource({ "200, COMPLETED", "200, FAILED", "200, CANCELLED", "200, RUNNING", "404, RUNNING", "401, RUNNING" })
	void timedWaitHasTheMetersOfAnObservedWait(int status, String operationStatus) {
		assertThat(meters(true, status, operationStatus, false)).isNotEmpty()
			.isEqualTo(meters(false, status, operationStatus, false));
	}

	@Test
	void cancelledTimedWaitHasTheMetersOfAnObservedWait() {
		assertThat(meters(true, 200, "RUNNING", true)).anyMatch((meter) -> meter.contains("abandoned"))
			.isEqualTo(meters(false, 200, "RUNNING", true));
	}

	@Test
	void runningTimedWaitIsActive() {
		MeterRegistry meters = registry();
		try (OperationsTemplate template = template(metered(meters, true), 200, "RUNNING")) {
			Disposable wait = template.await("op-1").subscribe();
			this.clock.add(Duration.ofSeconds(7));
			LongTaskTimer active = meters.get("operations.await.active").tag("outcome", "unknown").longTaskTimer();
			assertThat(active.activeTasks()).isOne();
			assertThat(active.duration(TimeUnit.SECONDS)).isEqualTo(7);
			wait.dispose();
			assertThat(active.activeTasks()).isZero();
		}
	}

	@Test
	void withoutTheMeterOfActiveWaitsThereIsOnlyTheTimer() {
		MeterRegistry meters = registry();
		try (OperationsTemplate template = template(metered(meters, false), 200, "COMPLETED")) {
			template.await("op-1").subscribe();
			this.time.advanceTimeBy(Duration.ofSeconds(1));
		}
		assertThat(meters.find("operations.await.active").meter()).isNull();
		assertThat(meters.get("operations.await").timer().count()).isOne();
	}

	@Test
	void meterFilterThatFailsAtTheEndDoesNotFailTheWait() {
		MeterRegistry meters = registry();
		meters.config().meterFilter(new MeterFilter() {

			@Override
			public Meter.Id map(Meter.Id id) {
				if (id.getName().equals("operations.await")) {
					throw new IllegalStateException("filter");
				}
				return id;
			}

		});
		try (OperationsTemplate template = template(metered(meters, true), 200, "COMPLETED")) {
			Mono<String> wait = template.await("op-1").map((operation) -> operation.id()).cache();
			wait.subscribe();
			this.time.advanceTimeBy(Duration.ofSeconds(1));
			assertThat(wait.block(Duration.ofSeconds(20))).isEqualTo("op-1");
		}
	}

	private List<String> meters(boolean timed, int status, String operationStatus, boolean cancelled) {
		MeterRegistry meters = registry();
		ObservationRegistry registry = timed ? metered(meters, true) : observed(meters);
		try (OperationsTemplate template = template(registry, status, operationStatus)) {
			Disposable wait = template.await("op-1").onErrorComplete().subscribe();
			this.clock.add(Duration.ofSeconds(3));
			if (cancelled) {
				wait.dispose();
			}
			this.time.advanceTimeBy(Duration.ofHours(1));
			return meters.getMeters()
				.stream()
				.filter((meter) -> meter.getId().getName().startsWith("operations.await"))
				.map((meter) -> meter.getId() + " " + meter.measure())
				.sorted()
				.toList();
		}
	}

	private SimpleMeterRegistry registry() {
		return new SimpleMeterRegistry(SimpleConfig.DEFAULT, this.clock);
	}

	private ObservationRegistry metered(MeterRegistry meters, boolean active) {
		return new MeteredObservationRegistry(observed(meters), meters, active, List.of(this.filter));
	}

	private ObservationRegistry observed(MeterRegistry meters) {
		ObservationRegistry observed = ObservationRegistry.create();
		observed.observationConfig()
			.observationHandler(new DefaultMeterObservationHandler(meters))
			.observationFilter(this.filter);
		return observed;
	}

	private OperationsTemplate template(ObservationRegistry registry, int status, String operationStatus) {
		return OperationsTemplate
			.builder(WebClient.builder()
				.exchangeFunction((request) -> Mono.just(ClientResponse.create(HttpStatusCode.valueOf(status))
					.header("Content-Type", "application/json")
					.body("{\"operationId\":\"op-1\",\"status\":\"" + operationStatus + "\"}")
					.build())))
			.name("client-1")
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.retry(new RetrySettings(1, Duration.ofMillis(1), 1, Duration.ofMillis(1), Duration.ZERO, Set.of()))
			.observationRegistry(registry)
			.scheduler(this.time)
			.build();
	}

}
