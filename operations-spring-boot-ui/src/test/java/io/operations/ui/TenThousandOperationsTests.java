package io.operations.ui;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.tracking.OperationTracker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import reactor.core.publisher.Flux;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Measures the time to the first paint with 10,000 tracked operations in memory. The
 * figures stand in benchmarks/README.md.
 */
@Tag("browser")
@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
class TenThousandOperationsTests {

	private static final Log logger = LogFactory.getLog(TenThousandOperationsTests.class);

	private static final int OPERATIONS = 10_000;

	private static final int LOADS = 5;

	@Test
	void pageHasAtMost200RowsAndShowsThemAtOnce() {
		OperationScript endless = OperationScript.completed().running(Duration.ofHours(1));
		try (OperationsSimulator simulator = OperationsSimulator.builder().maxOperations(OPERATIONS).start();
				TestApplication application = TestApplication.start(WebApplicationType.REACTIVE, Object.class,
						TestApplication.UNSECURED, "operations.base-url=" + simulator.baseUrl(),
						"operations.api-key=" + simulator.username(),
						"operations.api-key-secret=" + simulator.password());
				Browser browser = new Browser()) {
			OperationTracker tracker = application.context().getBean(OperationTracker.class);
			List<String> ids = IntStream.range(0, OPERATIONS).mapToObj((i) -> simulator.accept(endless)).toList();
			Flux.fromIterable(ids).flatMap((id) -> tracker.track(id, Map.of())).blockLast(Duration.ofMinutes(2));
			for (String size : List.of("50", "200")) {
				for (int i = 0; i < LOADS; i++) {
					browser.open(application.page() + "#/operations?size=" + size);
					browser.awaitRows("Awaited and tracked", Integer.parseInt(size));
					double paint = browser
						.script(Number.class,
								"return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1")
						.doubleValue();
					double rows = browser
						.script(Number.class, "return performance.getEntriesByName('operations:shown')[0].startTime")
						.doubleValue();
					logger.info("%s rows: first paint after %.0f ms, rows after %.0f ms".formatted(size, paint, rows));
				}
			}
			browser.open(application.page() + "#/operations?size=500");
			browser.awaitRows("Awaited and tracked", 200);
			long elements = browser.script(Long.class, "return document.querySelectorAll('*').length");
			assertThat(elements).isLessThan(5000);
			browser.find("link", "Next page").click();
			browser.find("link", "First page");
			assertThat(browser.logs()).isEmpty();
		}
	}

}
