package io.operations.sample.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.tracking.OperationOutcomeHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One graph of parents and links reaches all spans of an operation, also if the instance
 * that tracks and polls it is killed and another instance takes over. The instance that
 * is killed has a process of its own, which writes its spans to a file. The other one,
 * where two callers wait for the operation, runs in the process of this test.
 */
class TracesIT {

	private static final String POLL = "fetch operation";

	private static final String AWAIT = "await operation";

	private static final String[] PACE = { "--operations.polling.min-interval=50ms",
			"--operations.polling.max-interval=200ms" };

	private static final InMemorySpanExporter EXPORTER = InMemorySpanExporter.create();

	// What the handler finds as the id of the trace in the context of its log lines.
	private static final List<String> LOGGED = new CopyOnWriteArrayList<>();

	private Cluster cluster;

	private Path file;

	@BeforeEach
	void start(@TempDir(cleanup = CleanupMode.NEVER) Path directory, @TempDir(cleanup = CleanupMode.NEVER) Path spans) {
		this.file = spans.resolve("spans.txt");
		this.cluster = new Cluster(directory,
				OperationsSimulator.builder()
					.defaultScript(OperationScript.completed().running(Duration.ofHours(1)))
					.start());
	}

	@AfterEach
	void stop() {
		this.cluster.close();
	}

	@Test
	void oneGraphReachesAllSpansOfAnOperationWhoseInstanceIsKilled() {
		Instance killed = this.cluster
			.start("killed",
					Stream.of(SpanFile.arguments(this.file), PACE).flatMap(Arrays::stream).toArray(String[]::new))
			.awaitReady();
		this.cluster.awaitHolder(killed);
		String id = this.cluster.write(1, killed).get(0);
		try (ConfigurableApplicationContext other = otherInstance()) {
			request(other, "first wait", id);
			request(other, "second wait", id);
			Waiting.until("both poll",
					() -> named(written(), POLL).size() >= 12 && named(exported(), POLL).size() >= 12);
			killed.kill();
			FinishedSpan tracking = tracking();
			Waiting.until("the other instance polls the tracked operation", () -> named(exported(), POLL).stream()
				.anyMatch((poll) -> poll.links().contains(tracking.spanId())));
			this.cluster.simulator().accept(id, OperationScript.completed());
			Waiting.until("the outcome is delivered", () -> named(exported(), "handle").size() == 1
					&& named(exported(), "deliver outcome").size() == 1 && named(exported(), AWAIT).size() == 2);
			assertThatOneGraphReaches(written(), exported(), tracking);
		}
	}

	// The request of the killed instance in which it began to track the operation.
	private FinishedSpan tracking() {
		return written().stream()
			.filter((span) -> !span.hasParent() && span.name().startsWith("http post"))
			.findFirst()
			.orElseThrow();
	}

	private static void assertThatOneGraphReaches(List<FinishedSpan> killed, List<FinishedSpan> other,
			FinishedSpan tracking) {
		assertThat(named(killed, POLL)).allSatisfy((poll) -> {
			assertThat(poll.hasParent()).isFalse();
			assertThat(poll.links()).containsExactly(tracking.spanId());
		});
		FinishedSpan first = child(named(other, AWAIT), named(other, "first wait").get(0));
		FinishedSpan second = child(named(other, AWAIT), named(other, "second wait").get(0));
		List<FinishedSpan> shared = named(other, POLL).stream()
			.filter((poll) -> poll.links().contains(tracking.spanId()))
			.toList();
		assertThat(shared).isNotEmpty().allSatisfy((poll) -> {
			assertThat(poll.parentId()).isEqualTo(first.spanId());
			assertThat(poll.links()).containsExactlyInAnyOrder(second.spanId(), tracking.spanId());
		});
		FinishedSpan delivery = named(other, "deliver outcome").get(0);
		assertThat(delivery.links()).containsExactly(tracking.spanId());
		assertThat(child(named(other, "handle"), delivery)).isNotNull();
		assertThat(LOGGED).containsExactly(delivery.traceId());
		List<FinishedSpan> all = new ArrayList<>(other);
		killed.stream().filter((span) -> !isCutOff(span, killed)).forEach(all::add);
		assertThat(reachable(all, tracking)).containsAll(all.stream().map(FinishedSpan::spanId).toList());
	}

	// The parent of such a span had not ended when the instance was killed.
	private static boolean isCutOff(FinishedSpan span, List<FinishedSpan> killed) {
		return span.hasParent() && killed.stream().noneMatch((other) -> other.spanId().equals(span.parentId()));
	}

	private ConfigurableApplicationContext otherInstance() {
		OperationsSimulator simulator = this.cluster.simulator();
		return new SpringApplicationBuilder(OtherInstance.class).web(WebApplicationType.NONE)
			.properties("spring.config.location=optional:classpath:/none.yml",
					"spring.datasource.url=" + this.cluster.database().url(), "spring.datasource.username=postgres",
					"operations.base-url=" + this.cluster.endpoint().baseUrl(),
					"operations.api-key=" + simulator.username(), "operations.api-key-secret=" + simulator.password(),
					"operations.tracking.store=jdbc", "operations.tracking.jdbc.initialize-schema=always",
					"management.tracing.sampling.probability=1")
			.run(PACE);
	}

	private static void request(ConfigurableApplicationContext instance, String name, String id) {
		Observation request = Observation.start(name, instance.getBean(ObservationRegistry.class));
		instance.getBean(OperationsTemplate.class)
			.await(id)
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, request))
			.onErrorComplete()
			.subscribe();
		request.stop();
	}

	private List<FinishedSpan> written() {
		return SpanFile.read(this.file);
	}

	private static List<FinishedSpan> exported() {
		return EXPORTER.getFinishedSpanItems().stream().map(FinishedSpan::of).toList();
	}

	private static List<FinishedSpan> named(List<FinishedSpan> spans, String name) {
		return spans.stream().filter((span) -> span.name().equals(name)).toList();
	}

	private static FinishedSpan child(List<FinishedSpan> spans, FinishedSpan parent) {
		return spans.stream().filter((span) -> span.parentId().equals(parent.spanId())).findFirst().orElseThrow();
	}

	private static Set<String> reachable(List<FinishedSpan> all, FinishedSpan from) {
		Set<String> reached = new HashSet<>(Set.of(from.spanId()));
		int before = 0;
		while (before != reached.size()) {
			before = reached.size();
			for (FinishedSpan span : all) {
				List<String> ends = Stream.concat(Stream.of(span.spanId(), span.parentId()), span.links().stream())
					.filter((end) -> !end.equals(FinishedSpan.NONE))
					.toList();
				if (ends.stream().anyMatch(reached::contains)) {
					reached.addAll(ends);
				}
			}
		}
		return reached;
	}

	@EnableAutoConfiguration
	static class OtherInstance {

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
