package io.operations.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingStoreFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Dashboard and alerts on the recorded series of an application in healthy and faulty
 * phases. promtool evaluates them.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE,
		properties = { "operations.metrics.histograms=true", "operations.polling.max-waits=50",
				"operations.rate-limit.requests-per-second=1000", "operations.tracking.delivery.max-attempts=3" })
@AutoConfigureOperationsSimulator
class RecordedAlertsTests {

	static final int MAX_WAITS = 50;

	// The alerts that fire at the end of each phase.
	private static final Map<String, Set<String>> FIRING = Map.ofEntries(Map.entry("healthy", Set.of()),
			Map.entry("throttled", Set.of("OperationsThrottled", "OperationsPaused")),
			Map.entry("paused", Set.of("OperationsPaused", "OperationsBacklog")),
			Map.entry("unavailable", Set.of("OperationsServerUnavailable")),
			Map.entry("malformed", Set.of("OperationsServerUnavailable", "OperationsMalformed")),
			Map.entry("denied", Set.of("OperationsDenied")), Map.entry("stuck", Set.of("OperationsStuck")),
			Map.entry("undelivered", Set.of("OperationsUndelivered", "OperationsHandlersFail")),
			Map.entry("store lost", Set.of("OperationsStoreLost")),
			Map.entry("near a bound", Set.of("OperationsNearBound")),
			Map.entry("at a bound", Set.of("OperationsNearBound", "OperationsRefused")),
			Map.entry("timing out", Set.of("OperationsWaitsTimeOut")), Map.entry("late", Set.of("OperationsLate")),
			Map.entry("healthy again", Set.of()));

	private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");

	private static final Pattern LEGEND = Pattern.compile("\\{\\{(\\w+)}}");

	private static final Path TARGET = Path.of("target").toAbsolutePath();

	// The values of each label of each metric.
	private static Map<String, Map<String, Set<String>>> known = Map.of();

	private static Map<String, Recording> phases = Map.of();

	@BeforeAll
	static void record(@Autowired OperationsTemplate operations, @Autowired OperationTracker tracker,
			@Autowired OperationsSimulator simulator, @Autowired PrometheusMeterRegistry registry,
			@Autowired Application application) {
		RecordedRun run = new RecordedRun(operations, tracker, simulator, registry::scrape, application.handlerFails,
				application.storeFails);
		run.run();
		phases = run.phases();
		Recording all = new Recording();
		phases.values().forEach(all::addAll);
		known = all.labels();
	}

	static List<Promql> rules() {
		return AlertRule.all().stream().map((rule) -> new Promql(rule.expression())).toList();
	}

	static List<Promql> queries() {
		return Dashboard.read().queries().stream().map((query) -> new Promql(query.expression())).toList();
	}

	@Test
	void theRightAlertsFireInEachPhaseAndNoOtherAndNoneWhileTheApplicationIsWell() throws IOException {
		assertThat(phases).containsOnlyKeys(FIRING.keySet());
		Set<String> metrics = rules().stream().flatMap((rule) -> rule.metrics().stream()).collect(Collectors.toSet());
		StringBuilder file = new StringBuilder("rule_files: ['" + Promtool.RULES + "']\nevaluation_interval: 30s\n");
		file.append("tests:\n");
		phases.forEach((phase, recording) -> {
			Duration end = RecordedRun.INTERVAL.multipliedBy(recording.size() - 1);
			begin(file, phase, recording, metrics);
			List<String> firing = FIRING.get(phase)
				.stream()
				.sorted()
				.map((alert) -> "{alertname=\"" + alert + "\"}")
				.toList();
			expect(file, "group by (alertname) (ALERTS{alertstate=\"firing\"})", end, firing);
			// At no time another one.
			expect(file, "group by (alertname) (max_over_time(ALERTS{alertstate=\"firing\"}[1h]))", end, firing);
		});
		test("recorded-alerts.yml", file);
	}

	@Test
	void everyPanelShowsSomething() throws IOException {
		Set<String> metrics = queries().stream()
			.flatMap((query) -> query.metrics().stream())
			.collect(Collectors.toSet());
		StringBuilder file = new StringBuilder("evaluation_interval: 30s\ntests:\n");
		begin(file, "healthy", phases.get("healthy"), metrics);
		Duration end = RecordedRun.INTERVAL.multipliedBy(phases.get("healthy").size() - 1);
		for (Promql query : queries()) {
			expect(file, "count(" + query.expression() + ") > bool 0", end, List.of("{}"));
		}
		test("recorded-dashboard.yml", file);
	}

	private static void begin(StringBuilder file, String name, Recording recording, Set<String> metrics) {
		file.append("  - name: ").append(name).append("\n    interval: 30s\n    input_series:\n");
		file.append(recording.series(metrics)).append("    promql_expr_test:\n");
	}

	private static void expect(StringBuilder file, String expression, Duration at, List<String> labels) {
		file.append("      - expr: '").append(expression).append("'\n        eval_time: ");
		file.append(at.toSeconds()).append("s\n        exp_samples:").append(labels.isEmpty() ? " []\n" : "\n");
		labels.forEach((each) -> file.append("          - {labels: '").append(each).append("', value: 1}\n"));
	}

	private static void test(String name, StringBuilder text) throws IOException {
		Path file = Files.writeString(TARGET.resolve(name), text);
		Promtool.run("test", "rules", file.toString());
	}

	@ParameterizedTest
	@MethodSource({ "rules", "queries" })
	void everyMetricAndEveryLabelIsThere(Promql expression) {
		assertThat(expression.metrics()).isNotEmpty().isSubsetOf(known.keySet());
		Set<String> labels = new TreeSet<>(OF_PROMETHEUS);
		expression.metrics().forEach((metric) -> labels.addAll(known.get(metric).keySet()));
		assertThat(expression.groups()).isSubsetOf(labels);
		for (Promql.Selection selection : expression.selections()) {
			Map<String, Set<String>> of = new TreeMap<>(known.get(selection.metric()));
			assertThat(of).as("The labels of %s", selection.metric()).containsKey(selection.label());
			selection.values()
				.forEach((value) -> assertThat(isKnown(of.get(selection.label()), value))
					.as("%s of %s is one of %s, or stands in docs/metrics.md", value, selection, of)
					.isTrue());
		}
	}

	// For instance calls that only a database has.
	private static boolean isKnown(Set<String> seen, String value) {
		return seen.contains(value) || Page.of("docs/metrics.md").text().contains("`" + value + "`");
	}

	@Test
	void everyLabelOfALegendIsOneOfItsQuery() {
		for (Dashboard.Query query : Dashboard.read().queries()) {
			LEGEND.matcher(query.legend())
				.results()
				.forEach((label) -> assertThat(new Promql(query.expression()).groups()).as("%s", query)
					.contains(label.group(1)));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
	static class Application {

		private final AtomicBoolean handlerFails = new AtomicBoolean();

		private final AtomicBoolean storeFails = new AtomicBoolean();

		@Bean
		PrometheusMeterRegistry registry() {
			return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		}

		@Bean
		OperationOutcomeHandler handler() {
			return (outcome) -> {
				if (this.handlerFails.get()) {
					throw new IllegalStateException("This handler fails.");
				}
			};
		}

		@Bean
		TrackingStoreFactory stores() {
			return new FailingStores(this.storeFails);
		}

	}

}
