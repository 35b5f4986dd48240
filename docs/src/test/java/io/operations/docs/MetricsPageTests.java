package io.operations.docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.operations.AcceptedOperation;
import io.operations.OperationFailedException;
import io.operations.OperationNotFoundException;
import io.operations.core.OperationsTemplate;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import org.awaitility.Awaitility;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.node.Node;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The tables of {@code docs/metrics.md} name the meters that an application has, and no
 * others.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE,
		properties = { "operations.polling.min-interval=10ms", "operations.polling.max-interval=50ms",
				"operations.retry.initial-interval=10ms", "operations.rate-limit.requests-per-second=1000",
				"management.endpoints.web.exposure.include=operations" })
@AutoConfigureOperationsSimulator
class MetricsPageTests {

	private static final Page PAGE = Page.of("docs/metrics.md");

	private static final Duration MAX_WAIT = Duration.ofSeconds(30);

	private static final String CLIENT = "client";

	// The clients share the database and the places for histories.
	private static final Set<String> WITHOUT_CLIENT = Set.of("operations.tracking.store", "operations.histories",
			"operations.histories.max");

	// Their values are names of exceptions, and of templates.
	private static final Set<String> OPEN_TAGS = Set.of(CLIENT, "error");

	@BeforeAll
	static void mixedRun(@Autowired OperationsTemplate operations, @Autowired OperationsSimulator simulator,
			@Autowired OperationTracker tracker, @Autowired PrometheusMeterRegistry registry) {
		String completing = simulator.accept(OperationScript.completed().running(Duration.ofMillis(200)));
		operations.await(completing, MAX_WAIT).block();
		operations.fetch(completing).block();
		String failing = simulator.accept(OperationScript.failed());
		assertThatExceptionOfType(OperationFailedException.class)
			.isThrownBy(() -> operations.await(failing, MAX_WAIT).block());
		assertThatExceptionOfType(OperationNotFoundException.class)
			.isThrownBy(() -> operations.await("no-such-operation", MAX_WAIT).block());
		simulator.fault(completing, 1, Fault.throttled());
		operations.fetch(completing).block();
		operations.getWebClient()
			.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(Map.of())
			.exchangeToMono(AcceptedOperation::from)
			.block();
		String tracked = simulator.accept(OperationScript.completed());
		tracker.track(tracked, Map.of()).block();
		Awaitility.await()
			.atMost(MAX_WAIT)
			.until(() -> registry.get("operations.deliveries").tag("result", "delivered").counter().count() == 1);
		tracker.summary().block();
	}

	@Autowired
	private PrometheusMeterRegistry registry;

	@Test
	void everyMeterHasARowAndEveryRowAMeter() {
		Map<String, String> rows = new TreeMap<>();
		for (List<String> row : table("Meters of the library")) {
			Set<String> tags = new TreeSet<>(words(row.get(2)));
			if (!WITHOUT_CLIENT.contains(bare(row.get(0)))) {
				tags.add(CLIENT);
			}
			rows.put(bare(row.get(0)), row.get(1) + ", " + tags + ", " + row.get(3));
		}
		Map<String, String> meters = new TreeMap<>();
		for (Meter meter : ours()) {
			meters.put(meter.getId().getName(), kind(meter) + ", " + keys(meter) + ", " + unit(meter));
		}
		assertThat(rows).as("The meters of %s by kind, tags and unit", PAGE).isEqualTo(meters);
	}

	@Test
	void prometheusHasTheNamesOfThePage() {
		String scraped = this.registry.scrape();
		Map<String, String> names = new TreeMap<>();
		for (List<String> row : table("Meters of the library")) {
			names.put(bare(row.get(0)), bare(row.get(4)));
		}
		for (Meter meter : ours()) {
			String name = names.getOrDefault(meter.getId().getName(), "?");
			boolean isSimple = Set.of("counter", "gauge").contains(kind(meter));
			for (String suffix : isSimple ? List.of("") : List.of("_count", "_sum", "_max")) {
				assertThat(Pattern.compile("^" + name + suffix + "\\{", Pattern.MULTILINE).matcher(scraped).find())
					.as("Prometheus has %s%s for %s", name, suffix, meter.getId().getName())
					.isTrue();
			}
		}
	}

	@Test
	void everyValueOfATagIsOnThePage() {
		Map<String, Set<String>> known = new TreeMap<>();
		for (List<String> row : table("Values of the tags")) {
			words(row.get(0))
				.forEach((meter) -> known.put(meter + " " + bare(row.get(1)), new TreeSet<>(words(row.get(2)))));
		}
		for (Meter meter : ours()) {
			for (Tag tag : meter.getId().getTags()) {
				if (!OPEN_TAGS.contains(tag.getKey())) {
					assertThat(known.get(meter.getId().getName() + " " + tag.getKey()))
						.as("The values of '%s' of %s", tag.getKey(), meter.getId().getName())
						.isNotNull()
						.contains(tag.getValue());
				}
			}
		}
	}

	@Test
	void otherLibrariesHaveTheMetersOfThePage() {
		List<String> present = this.registry.getMeters().stream().map((meter) -> meter.getId().getName()).toList();
		List<String> named = table("Meters of other libraries").stream().map((row) -> bare(row.get(0))).toList();
		assertThat(named).isNotEmpty().isSubsetOf(present);
	}

	private List<Meter> ours() {
		return this.registry.getMeters()
			.stream()
			.filter((meter) -> meter.getId().getName().startsWith("operations."))
			.sorted(Comparator.comparing((meter) -> meter.getId().getName()))
			.toList();
	}

	private static String kind(Meter meter) {
		if (meter instanceof LongTaskTimer) {
			return "long task timer";
		}
		return switch (meter.getId().getType()) {
			case TIMER -> "timer";
			case COUNTER -> "counter";
			case GAUGE -> "gauge";
			case DISTRIBUTION_SUMMARY -> "summary";
			default -> meter.getId().getType().toString();
		};
	}

	private static Set<String> keys(Meter meter) {
		Set<String> keys = new TreeSet<>();
		meter.getId().getTags().forEach((tag) -> keys.add(tag.getKey()));
		return keys;
	}

	private static String unit(Meter meter) {
		String unit = meter.getId().getBaseUnit();
		return (unit != null) ? unit : "";
	}

	private static String bare(String cell) {
		return cell.trim();
	}

	private static List<String> words(String cell) {
		return Arrays.stream(cell.split(",")).map(String::trim).filter((word) -> !word.isEmpty()).toList();
	}

	/**
	 * Return the rows of the table below a heading, without its head.
	 */
	private static List<List<String>> table(String heading) {
		List<List<String>> rows = new ArrayList<>();
		Node block = PAGE.document().getFirstChild();
		while (block != null && !Page.plain(block).equals(heading)) {
			block = block.getNext();
		}
		while (block != null && !(block instanceof TableBlock)) {
			block = block.getNext();
		}
		assertThat(block).as("The table '%s' of %s", heading, PAGE).isNotNull();
		Node body = block.getLastChild();
		for (Node row = body.getFirstChild(); row instanceof TableRow; row = row.getNext()) {
			List<String> cells = new ArrayList<>();
			for (Node cell = row.getFirstChild(); cell instanceof TableCell; cell = cell.getNext()) {
				cells.add(Page.plain(cell));
			}
			rows.add(cells);
		}
		return rows;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
	static class Application {

		@Bean
		PrometheusMeterRegistry registry() {
			return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		}

		@Bean
		OperationOutcomeHandler handler() {
			return (outcome) -> {
			};
		}

	}

}
