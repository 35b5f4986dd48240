package io.operations.ui;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openqa.selenium.By;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Looks at each view on each stack, with and without Spring Security, and checks its
 * accessibility with axe in light and dark.
 */
@Tag("browser")
@EnabledIfSystemProperty(named = "operations.soak", matches = "true")
class EachStackTests {

	private static final String CANNED = "io.operations.autoconfigure.endpoint.OperationsEndpointAutoConfiguration";

	private static final List<String> VIEWS = List.of("account", "operations", "kinds", "levers",
			"operation/operations/" + CannedOperations.STUCK, "operation/operations/" + CannedOperations.FAILING,
			"operation/operations/unknown", "operations?id=nothing");

	private static Browser browser;

	private static String axe;

	@BeforeAll
	static void start() throws IOException {
		browser = new Browser();
		axe = new ClassPathResource("axe.min.js").getContentAsString(StandardCharsets.UTF_8);
	}

	@AfterAll
	static void stop() {
		browser.close();
	}

	static Stream<Arguments> stacks() {
		return Stream.of(Arguments.of(WebApplicationType.SERVLET, Secured.class),
				Arguments.of(WebApplicationType.REACTIVE, ReactivelySecured.class),
				Arguments.of(WebApplicationType.SERVLET, TestApplication.Canned.class),
				Arguments.of(WebApplicationType.REACTIVE, TestApplication.Canned.class));
	}

	@ParameterizedTest
	@MethodSource("stacks")
	void axeFindsNothingInAnyView(WebApplicationType stack, Class<?> configuration) {
		boolean secured = configuration != TestApplication.Canned.class;
		try (TestApplication application = start(stack, configuration, secured)) {
			List<String> found = new ArrayList<>();
			for (String scheme : List.of("light", "dark")) {
				browser.driver()
					.executeCdpCommand("Emulation.setEmulatedMedia",
							Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
				for (String view : VIEWS) {
					browser.open((secured ? application.signedIn() : application.page()) + "#/" + view);
					browser.awaitText("Stop refreshing");
					browser.awaitText("the answer of the endpoint",
							(text) -> text.contains("on instance") || text.contains("No operation of this client"));
					findings().forEach((finding) -> found.add(scheme + " " + view + ": " + finding));
				}
			}
			assertThat(found).isEmpty();
		}
	}

	@ParameterizedTest
	@MethodSource("stacks")
	void leverWorksOnlyWithSpringSecurityAndItsToken(WebApplicationType stack, Class<?> configuration) {
		boolean secured = configuration != TestApplication.Canned.class;
		try (TestApplication application = start(stack, configuration, secured)) {
			browser.open((secured ? application.signedIn() : application.page()) + "#/levers");
			if (!secured) {
				browser.awaitText("no filter of Spring Security protects it");
				return;
			}
			browser.find("button", "Pause…").click();
			browser.find("dialog", "Pause polling");
			browser.find("button", "Pause").click();
			browser.awaitText("Polling of 'operations' is paused for 10 min on all instances.");
			assertThat(application.context().getBean(CannedOperations.class).calls())
				.containsExactly("pause operations PT10M");
			// Each refresh brings the cookie back.
			browser.find("button", "Stop refreshing").click();
			browser.script(Boolean.class, "performance.clearMarks(); return true;");
			browser.refresh();
			browser.awaitScript("return performance.getEntriesByName('operations:shown').length > 0");
			browser.driver().manage().deleteCookieNamed("XSRF-TOKEN");
			browser.find("button", "Pause…").click();
			browser.driver().findElement(By.id("confirm-yes")).click();
			browser.awaitText("the application expects a CSRF token");
			assertThat(application.context().getBean(CannedOperations.class).calls())
				.containsExactly("pause operations PT10M");
		}
	}

	private static TestApplication start(WebApplicationType stack, Class<?> configuration, boolean secured) {
		return TestApplication.start(stack, configuration,
				secured ? "spring.autoconfigure.exclude=" + CANNED : TestApplication.UNSECURED + "," + CANNED,
				TestApplication.USER[0], TestApplication.USER[1], TestApplication.USER[2]);
	}

	private static List<String> findings() {
		browser.driver().executeScript(axe);
		Object result = browser.driver().executeAsyncScript("""
				const done = arguments[0];
				axe.run(document).then((result) => done(result.violations.map((one) => one.id + ' '
					+ one.nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | '))),
					(error) => done(['' + error]));
				""");
		List<String> found = new ArrayList<>();
		((List<?>) result).forEach((one) -> found.add(String.valueOf(one)));
		return found;
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ TestApplication.Canned.class, PageSecurity.class })
	static class Secured {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ TestApplication.Canned.class, ReactivePageSecurity.class })
	static class ReactivelySecured {

	}

}
