package io.operations.autoconfigure.metrics;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.operations.OperationsException;
import io.operations.autoconfigure.MixedRun;
import io.operations.core.OperationsTemplate;
import io.operations.tracking.OperationTracker;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * What the meters show after a run in which everything happened once.
 */
class MetersTests {

	// The clients share the database, and some calls are for all of them.
	private static final String OF_ALL_CLIENTS = "operations.tracking.store";

	private static final Set<String> STATUSES = Set.of("pending", "running", "completed", "failed", "cancelled",
			"unknown", "none", "ended", "delivered", "undelivered");

	// Every value that a tag of ours may ever have.
	private static final Map<String, Set<String>> VALUES = Map.of("client", Set.of("operations"), "status", STATUSES,
			"source", Set.of("server", "local"), "outcome",
			Set.of("success", "not_found", "denied", "throttled", "unavailable", "malformed", "rejected", "cancelled",
					"completed", "failed", "timeout", "abandoned", "error", "unknown"),
			"error", errors(), "of", Set.of("waits", "tracked"), "result", Set.of("delivered", "failed", "undelivered"),
			"call", Set.of("find", "summary"), "by", Set.of("server", "operator"));

	@RegisterExtension
	static final WireMockExtension server = WireMockExtension.newInstance()
		.options(WireMockConfiguration.wireMockConfig().dynamicPort())
		.build();

	private static final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(Application.class)
		.withPropertyValues(MixedRun.properties())
		.withPropertyValues(properties());

	// Created after the run.
	private final MeterRegistry registry = context.getBean(MeterRegistry.class);

	@BeforeAll
	static void mixedRun() {
		TestPropertyValues.of(MixedRun.properties()).and(properties()).applyTo(context);
		context.register(Application.class);
		context.refresh();
		OperationsTemplate template = context.getBean(OperationsTemplate.class);
		// The first requests of a JVM on a busy machine may exceed the request timeout.
		MixedRun.stub(server);
		Awaitility.await()
			.ignoreExceptions()
			.atMost(Duration.ofSeconds(20))
			.until(() -> template.fetch("op-ok").block() != null);
		MixedRun.of(template, server);
		context.getBean(OperationTracker.class).find("op-1").block(Duration.ofSeconds(20));
	}

	@AfterAll
	static void close() {
		context.close();
	}

	private static String[] properties() {
		return new String[] { "operations.api-key=SK1", "operations.api-key-secret=secret",
				"operations.base-url=" + server.baseUrl() };
	}

	@Test
	void afterAMixedRunEveryMeterIsThereAndCarriesTheClient() {
		assertThat(ours(this.registry)).containsOnlyKeys("operations.fetch", "operations.await",
				"operations.fetch.active", "operations.await.active", "operations.active", "operations.completed",
				"operations.duration", "operations.detection.delay", "operations.polls", "operations.throttled",
				"operations.queued", "operations.in.flight", "operations.in.flight.limit", "operations.stuck",
				"operations.retrying", "operations.paused", "operations.pauses", "operations.permits",
				"operations.permit.wait", "operations.instances", "operations.budget.unavailable", "operations.waits",
				"operations.kinds", "operations.backlog.age", "operations.tracked", "operations.tracked.waiting",
				"operations.deliveries", "operations.tracking.store", "operations.waits.max", "operations.queued.max",
				"operations.retrying.max", "operations.in.flight.max", "operations.kinds.max", "operations.rate",
				"operations.server.unavailable", "operations.credentials.rejected", "operations.tracked.max",
				"operations.held", "operations.held.max", "operations.deliveries.active", "operations.deliveries.max",
				"operations.unwritten", "operations.unwritten.max");
		assertThat(this.registry.getMeters()).extracting((meter) -> meter.getId().getName())
			.contains("http.client.requests", "resilience4j.retry.calls",
					"resilience4j.ratelimiter.available.permissions");
	}

	@Test
	void afterAMixedRunEveryTagHasAValueOfAClosedSetAndTheKeysOfAMeterNeverVary() {
		Map<String, Set<Set<String>>> keys = new TreeMap<>();
		for (Meter meter : this.registry.getMeters()) {
			if (!meter.getId().getName().startsWith("operations.")) {
				continue;
			}
			Set<String> of = new TreeSet<>();
			for (Tag tag : meter.getId().getTags()) {
				of.add(tag.getKey());
				assertThat(VALUES).as("%s", meter.getId()).containsKey(tag.getKey());
				assertThat(VALUES.get(tag.getKey())).as("%s", meter.getId()).contains(tag.getValue());
			}
			keys.computeIfAbsent(meter.getId().getName(), (name) -> new TreeSet<>((a, b) -> a.equals(b) ? 0 : 1))
				.add(of);
		}
		assertThat(keys).allSatisfy((name, sets) -> assertThat(sets).as(name)
			.hasSize(1)
			.first()
			.satisfies((of) -> assertThat(of.contains("client")).isNotEqualTo(name.equals(OF_ALL_CLIENTS))));
	}

	@Test
	void afterAMixedRunNothingOfAnOperationIsATag() {
		assertThat(this.registry.getMeters()).flatExtracting((meter) -> meter.getId().getTags())
			.extracting(Tag::getValue)
			.noneMatch((value) -> value.contains("op-") || value.contains("RQ-") || value.contains("SK1")
					|| value.contains("of-its-own") || value.contains(server.baseUrl()));
	}

	@Test
	void afterAMixedRunTheFiguresAreThoseOfTheRun() {
		assertThat(this.registry.get("operations.completed").tag("status", "completed").counter().count()).isEqualTo(2);
		assertThat(this.registry.get("operations.completed").tag("status", "failed").counter().count()).isEqualTo(1);
		assertThat(this.registry.get("operations.completed").tag("status", "cancelled").counter().count()).isEqualTo(1);
		assertThat(this.registry.get("operations.duration").tag("status", "failed").timer().mean(TimeUnit.SECONDS))
			.isEqualTo(5);
		assertThat(this.registry.get("operations.detection.delay").timer().count()).isEqualTo(1);
		assertThat(this.registry.get("operations.polls").summary().totalAmount()).isEqualTo(5);
		assertThat(this.registry.get("operations.throttled").tag("source", "server").counter().count()).isEqualTo(1);
		assertThat(this.registry.get("operations.throttled").tag("source", "local").counter().count()).isZero();
		for (String outcome : new String[] { "completed", "failed", "cancelled", "timeout", "abandoned", "error" }) {
			assertThat(this.registry.get("operations.await").tag("outcome", outcome).timers()).as(outcome).isNotEmpty();
		}
		for (String outcome : new String[] { "success", "not_found", "denied", "throttled", "unavailable", "malformed",
				"rejected" }) {
			assertThat(this.registry.get("operations.fetch").tag("outcome", outcome).timers()).as(outcome).isNotEmpty();
		}
		assertThat(this.registry.get("operations.stuck").tag("of", "waits").gauge().value()).isZero();
		assertThat(this.registry.get("http.client.requests").tag("uri", "/v2/ControlPlane/Operations/{id}").timers())
			.isNotEmpty();
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.registry.get("operations.in.flight").gauge().value()).isZero();
			assertThat(this.registry.get("operations.queued").gauge().value()).isZero();
			assertThat(this.registry.get("operations.active").gauges()).hasSize(4)
				.allMatch((gauge) -> gauge.value() == 0);
			assertThat(this.registry.get("operations.stuck").tag("of", "tracked").gauge().value()).isZero();
		});
	}

	@Test
	void whenEndpointIsExposedTheHistoriesAreShownBesideTheirBound() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=operations").run((context) -> {
			MixedRun.stub(server);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			context.getBean(OperationsTemplate.class).await("op-running").onErrorComplete().subscribe();
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(registry.get("operations.histories").tag("of", "waits").gauge().value())
					.isEqualTo(1));
			assertThat(registry.get("operations.histories").tag("of", "tracked").gauge().value()).isZero();
			assertThat(registry.get("operations.histories.max").gauges()).hasSize(2)
				.allMatch((gauge) -> gauge.value() == 1000);
		});
	}

	@Test
	void whileAnOperationIsWaitedForItIsActiveByItsStatusAndACallThatWaitsItsTurnIsQueued() {
		this.runner.withPropertyValues("operations.rate-limit.max-in-flight=1").run((context) -> {
			MixedRun.stub(server);
			OperationsTemplate template = context.getBean(OperationsTemplate.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			template.await("op-running").onErrorComplete().subscribe();
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(registry.get("operations.active").tag("status", "running").gauge().value())
							.isEqualTo(1));
			template.fetch("op-slow").onErrorComplete().subscribe();
			template.fetch("op-slow").onErrorComplete().subscribe();
			Awaitility.await().untilAsserted(() -> {
				assertThat(registry.get("operations.in.flight").gauge().value()).isEqualTo(1);
				assertThat(registry.get("operations.queued").gauge().value()).isPositive();
			});
		});
	}

	@Test
	void eachBoundIsThatOfTheConfiguration() {
		this.runner
			.withPropertyValues("operations.polling.max-waits=101", "operations.rate-limit.max-queued=102",
					"operations.rate-limit.max-in-flight=13", "operations.rate-limit.requests-per-second=14",
					"operations.tracking.max-tracked=105")
			.run((context) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				assertThat(registry.get("operations.waits.max").gauge().value()).isEqualTo(101);
				assertThat(registry.get("operations.queued.max").gauge().value()).isEqualTo(102);
				assertThat(registry.get("operations.retrying.max").gauge().value()).isEqualTo(102);
				assertThat(registry.get("operations.in.flight.max").gauge().value()).isEqualTo(13);
				assertThat(registry.get("operations.rate").gauge().value()).isCloseTo(14, within(0.001));
				assertThat(registry.get("operations.kinds.max").gauge().value()).isEqualTo(65);
				assertThat(registry.get("operations.tracked.max").gauge().value()).isEqualTo(105);
				assertThat(registry.get("operations.deliveries.max").gauge().value()).isEqualTo(13);
				assertThat(registry.get("operations.deliveries.active").gauge().value()).isZero();
				assertThat(registry.get("operations.held").gauge().value()).isZero();
				assertThat(registry.get("operations.held.max").gauge().value()).isNaN();
				assertThat(registry.get("operations.unwritten.max").gauge().value()).isNaN();
			});
	}

	@Test
	void onePropertyPublishesTheBucketsOfTheDashboard() {
		this.runner.withPropertyValues("operations.metrics.histograms=true").run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(buckets(registry, "operations.fetch")).containsExactly(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
					30.0, 60.0);
			assertThat(buckets(registry, "operations.write")).hasSize(10);
			assertThat(buckets(registry, "operations.await")).contains(1.0, 86_400.0).hasSize(14);
			assertThat(buckets(registry, "operations.duration")).hasSize(14);
			assertThat(buckets(registry, "operations.detection.delay")).contains(1.0, 600.0).hasSize(11);
			assertThat(buckets(registry, "operations.tracking.store")).isEmpty();
		});
	}

	@Test
	void withoutThePropertyATimerHasNoBuckets() {
		this.runner
			.run((context) -> assertThat(buckets(context.getBean(MeterRegistry.class), "operations.fetch")).isEmpty());
	}

	@Test
	void bucketsOfSpringBootTakePrecedence() {
		this.runner
			.withPropertyValues("operations.metrics.histograms=true",
					"management.metrics.distribution.slo.operations.await=7s")
			.run((context) -> assertThat(buckets(context.getBean(MeterRegistry.class), "operations.await"))
				.containsExactly(7.0));
	}

	private static double[] buckets(MeterRegistry registry, String name) {
		return Arrays.stream(registry.timer(name, "of", "a test").takeSnapshot().histogramCounts())
			.mapToDouble((bucket) -> bucket.bucket(TimeUnit.SECONDS))
			.toArray();
	}

	private static Map<String, Set<String>> ours(MeterRegistry registry) {
		Map<String, Set<String>> ours = new TreeMap<>();
		for (Meter meter : registry.getMeters()) {
			if (meter.getId().getName().startsWith("operations.")) {
				if (!meter.getId().getName().equals(OF_ALL_CLIENTS)) {
					assertThat(meter.getId().getTag("client")).as("%s", meter.getId()).isEqualTo("operations");
				}
				ours.computeIfAbsent(meter.getId().getName(), (name) -> new TreeSet<>()).add(meter.getId().toString());
			}
		}
		return ours;
	}

	private static Set<String> errors() {
		Set<String> errors = new TreeSet<>(Set.of("none"));
		for (Class<?> type : OperationsException.class.getPermittedSubclasses()) {
			errors.add(type.getSimpleName());
		}
		return errors;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
