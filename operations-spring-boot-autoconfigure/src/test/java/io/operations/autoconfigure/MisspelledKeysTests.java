package io.operations.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A misspelled key of the library is not ignored silently.
 */
@ExtendWith(OutputCaptureExtension.class)
class MisspelledKeysTests {

	private static final String WARNING = "but the library has no such key";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class))
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret");

	@ParameterizedTest
	@CsvSource({ "operations.poling.timeout, operations.polling.timeout",
			"operations.polling.min-intervall, operations.polling.min-interval",
			"operations.rateLimit.requestPerSecond, operations.rate-limit.requests-per-second",
			"operations.http.reqest-timeout, operations.http.request-timeout",
			"operations.traking.store, operations.tracking.store",
			"operations.tracking.jdbc.lease-durations, operations.tracking.jdbc.lease-duration",
			"operations.web.problem-detail, operations.web.problem-details" })
	void whenKeyResemblesAKeyOfTheLibraryThatKeyIsLogged(String wrong, String right, CapturedOutput output) {
		this.runner.withPropertyValues(wrong + "=1").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce(WARNING).contains("Did you mean '" + right + "'?");
	}

	@ParameterizedTest
	@ValueSource(strings = { "operations.team=night", "operations.shop.timeout=1s", "operations.api-key.file=x",
			"operations.rateLimit.requestsPerSecond=3", "operations.RATE_LIMIT.max-in-flight=4",
			"operations.tracking.jdbc.lease-duration=5s", "operations.web.problem-details=true",
			"operations.metrics.histograms=true", "operations.clients.memory.product=memory" })
	void whenKeyExistsOrIsOneOfTheApplicationNothingIsLogged(String property, CapturedOutput output) {
		this.runner.withPropertyValues(property).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void whenKeyStandsInAFileItsLineIsLoggedWithoutTheValue(CapturedOutput output) {
		this.runner.withInitializer((context) -> load(context, """
				operations:
				  poling:
				    timeout: hidden-value
				""")).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output)
			.contains("Property 'operations.poling.timeout' (class path resource [application.yml] - 3:14) is set,")
			.doesNotContain("hidden-value");
	}

	@Test
	void whenKeyStandsInNoFileItsSourceIsLoggedWithoutTheValue(CapturedOutput output) {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("plain", Map.of("operations.poling.timeout", "hidden-value"))))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output)
			.contains("Property 'operations.poling.timeout'"
					+ " (\"operations.poling.timeout\" from property source \"plain\") is set,")
			.doesNotContain("hidden-value");
	}

	@Test
	void whenSeveralSourcesHaveTheKeyTheOriginOfTheFirstIsLogged(CapturedOutput output) {
		this.runner.withInitializer((context) -> load(context, "operations.poling.timeout: 1s"))
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("plain", Map.of("operations.poling.timeout", "2s"))))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce(WARNING)
			.contains("from property source \"plain\"")
			.doesNotContain("application.yml");
	}

	private static void load(ConfigurableApplicationContext context, String yaml) {
		Resource resource = new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)) {

			@Override
			public String getDescription() {
				return "class path resource [application.yml]";
			}

		};
		try {
			new YamlPropertySourceLoader().load("application", resource)
				.forEach(context.getEnvironment().getPropertySources()::addFirst);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void whenKeyHasForgedTextItIsPrintedOnOneLine(CapturedOutput output) {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getSystemProperties()
				.put("operations.poling.[a\nforged line]", "1"))
			.run((context) -> {
				context.getEnvironment().getSystemProperties().remove("operations.poling.[a\nforged line]");
				assertThat(context).hasNotFailed();
			});
		assertThat(output).contains(WARNING);
		assertThat(output.getOut().lines()).noneMatch((line) -> line.startsWith("forged"));
	}

}
