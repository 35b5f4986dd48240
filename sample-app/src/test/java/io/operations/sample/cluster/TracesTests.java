package io.operations.sample.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One graph of parents and links reaches all spans of an operation, also if the instance
 * that tracks and awaits it loses its database and another instance takes over.
 */
class TracesTests {

	private static final Duration LIMIT = Duration.ofSeconds(40);

	private static final String POLL = "fetch operation";

	private static final String AWAIT = "await operation";

	private static final String NO_SPAN = "0000000000000000";

	private static final InMemorySpanExporter EXPORTER = InMemorySpanExporter.create();

	// What the handler finds as the id of the trace in the context of its log lines.
	private static final List<String> LOGGED = new CopyOnWriteArrayList<>();

	private static Database database;

	private static OperationsSimulator simulator;

	@BeforeAll
	static void start() throws IOException {
		database = new Database(Files.createTempDirectory("operations-traces"), 0).start();
		simulator = OperationsSimulator.start();
	}

	@AfterAll
	static void stop() {
		simulator.close();
		database.close();
	}

	@Test
	void oneGraphReachesAllSpansOfAnOperationThatAnotherInstanceTakesOver() {
		String id = simulator.accept(OperationScript.completed().running(Duration.ofHours(1)));
		try (ConfigurableApplicationContext first = instance(); ConfigurableApplicationContext second = instance()) {
			request(first, "first request", id, true);
			request(first, "second request", id, false);
			awaitSpans(POLL, 12);
			// Without its database the first instance can neither poll a tracked
			// operation nor deliver its outcome.
			first.getBean(HikariDataSource.class).close();
			Awaitility.await()
				.atMost(LIMIT)
				.until(() -> EXPORTER.getFinishedSpanItems().stream().anyMatch(TracesTests::isPollOfNoWait));
			simulator.accept(id, OperationScript.completed());
			awaitSpans("handle", 1);
			awaitSpans("deliver outcome", 1);
			awaitSpans(AWAIT, 2);
			assertThat(second.isActive()).isTrue();
			assertThatOneGraphReaches(EXPORTER.getFinishedSpanItems());
		}
	}

	private static void assertThatOneGraphReaches(List<SpanData> all) {
		SpanData request = named(all, "first request").get(0);
		List<SpanData> waits = named(all, AWAIT);
		assertThat(waits).hasSize(2);
		SpanData oldest = child(waits, request);
		SpanData other = child(waits, named(all, "second request").get(0));
		List<SpanData> polls = named(all, POLL);
		List<SpanData> shared = polls.stream().filter((poll) -> links(poll).contains(other.getSpanId())).toList();
		assertThat(shared).hasSizeGreaterThanOrEqualTo(10).allSatisfy((poll) -> {
			assertThat(poll.getParentSpanId()).isEqualTo(oldest.getSpanId());
			assertThat(links(poll)).contains(request.getSpanId());
		});
		assertThat(polls).filteredOn(TracesTests::isPollOfNoWait)
			.allSatisfy((poll) -> assertThat(links(poll)).containsExactly(request.getSpanId()));
		SpanData delivery = named(all, "deliver outcome").get(0);
		assertThat(links(delivery)).containsExactly(request.getSpanId());
		assertThat(child(named(all, "handle"), delivery)).isNotNull();
		assertThat(LOGGED).containsExactly(delivery.getTraceId());
		assertThat(named(all, "http get")).hasSameSizeAs(polls);
		assertThat(reachable(all, request)).containsAll(all.stream().map(SpanData::getSpanId).toList());
	}

	private static ConfigurableApplicationContext instance() {
		return new SpringApplicationBuilder(Instances.class).web(WebApplicationType.NONE)
			.properties("spring.config.location=optional:classpath:/none.yml",
					"spring.datasource.url=" + database.url(), "spring.datasource.username=postgres",
					"operations.base-url=" + simulator.baseUrl(), "operations.api-key=" + simulator.username(),
					"operations.api-key-secret=" + simulator.password(), "operations.polling.min-interval=50ms",
					"operations.polling.max-interval=200ms", "operations.rate-limit.requests-per-second=100",
					"operations.tracking.store=jdbc", "operations.tracking.jdbc.initialize-schema=always",
					"management.tracing.sampling.probability=1")
			.run();
	}

	private static void request(ConfigurableApplicationContext instance, String name, String id, boolean tracks) {
		Observation request = Observation.start(name, instance.getBean(ObservationRegistry.class));
		if (tracks) {
			request.scoped(() -> instance.getBean(OperationTracker.class).track(id, Map.of()).block(LIMIT));
		}
		instance.getBean(OperationsTemplate.class)
			.await(id)
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, request))
			.onErrorComplete()
			.subscribe();
		request.stop();
	}

	private static void awaitSpans(String name, int number) {
		Awaitility.await().atMost(LIMIT).until(() -> named(EXPORTER.getFinishedSpanItems(), name).size() >= number);
	}

	private static boolean isPollOfNoWait(SpanData span) {
		return span.getName().equals(POLL) && span.getParentSpanId().equals(NO_SPAN);
	}

	private static List<SpanData> named(List<SpanData> spans, String name) {
		return spans.stream().filter((span) -> span.getName().equals(name)).toList();
	}

	private static SpanData child(List<SpanData> spans, SpanData parent) {
		return spans.stream()
			.filter((span) -> span.getParentSpanId().equals(parent.getSpanId()))
			.findFirst()
			.orElseThrow();
	}

	private static List<String> links(SpanData span) {
		return span.getLinks().stream().map((link) -> link.getSpanContext().getSpanId()).toList();
	}

	private static Set<String> reachable(List<SpanData> all, SpanData from) {
		Set<String> reached = new HashSet<>(Set.of(from.getSpanId()));
		int before = 0;
		while (before != reached.size()) {
			before = reached.size();
			for (SpanData span : all) {
				List<String> ends = Stream
					.concat(Stream.of(span.getSpanId(), span.getParentSpanId()), links(span).stream())
					.filter((end) -> !end.equals(NO_SPAN))
					.toList();
				if (ends.stream().anyMatch(reached::contains)) {
					reached.addAll(ends);
				}
			}
		}
		return reached;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Instances {

		@Bean
		SpanProcessor spanProcessor() {
			return SimpleSpanProcessor.create(EXPORTER);
		}

		@Bean
		OperationOutcomeHandler handler(ObservationRegistry registry) {
			return (outcome) -> Observation.createNotStarted("handle", registry)
				.observe(() -> LOGGED.add(String.valueOf(MDC.get("traceId"))));
		}

	}

}
