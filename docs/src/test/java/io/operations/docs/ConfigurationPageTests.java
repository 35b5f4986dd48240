package io.operations.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.operations.autoconfigure.OperationsProperties;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables of {@code docs/configuration.md} are those of the configuration metadata.
 */
class ConfigurationPageTests {

	private static final String PAGE = "docs/configuration.md";

	private final ConfigurationTables tables = new ConfigurationTables();

	private final Page page = Page.of(PAGE);

	@Test
	void everyPropertyHasAPlaceInOneTable() {
		assertThat(this.tables.homeless(this.page.text()))
			.as("Properties without a pair of markers, in %s, whose name is a prefix of theirs", PAGE)
			.isEmpty();
	}

	@Test
	void everyPropertyHasADescription() {
		assertThat(this.tables.undescribed()).isEmpty();
	}

	@Test
	void tablesAreGeneratedFromTheMetadata() throws IOException {
		String expected = this.tables.write(this.page.text());
		Path generated = Path.of("target", "configuration.md");
		if (!expected.equals(this.page.text())) {
			Files.createDirectories(generated.getParent());
			Files.writeString(generated, expected);
		}
		assertThat(this.page.text())
			.as("%s differs from the configuration metadata: copy docs/%s to %s", PAGE, generated, PAGE)
			.isEqualTo(expected);
	}

	@Test
	void variablesOfTheEnvironmentMaySeparateWordsByAnUnderscoreOrNot() {
		for (Map<String, Object> variables : List.<Map<String, Object>>of(
				Map.of("OPERATIONS_API_KEY", "SK1", "OPERATIONS_RATE_LIMIT_MAX_IN_FLIGHT", "7"),
				Map.of("OPERATIONS_APIKEY", "SK1", "OPERATIONS_RATELIMIT_MAXINFLIGHT", "7"))) {
			StandardEnvironment environment = new StandardEnvironment();
			environment.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", variables));
			ConfigurationPropertySources.attach(environment);
			OperationsProperties bound = Binder.get(environment).bind("operations", OperationsProperties.class).get();
			assertThat(bound.getApiKey()).isEqualTo("SK1");
			assertThat(bound.getRateLimit().getMaxInFlight()).isEqualTo(7);
		}
	}

}
