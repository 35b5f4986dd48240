package io.operations.autoconfigure.endpoint;

import java.util.List;
import java.util.Map;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.context.properties.ConfigurationPropertiesReportEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.env.EnvironmentEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the actuator shows where values are always shown.
 */
class SanitizingTests {

	private static final String SECRET = "a-secret-never-to-be-shown";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
					OperationsAutoConfiguration.class, OperationsSanitizingAutoConfiguration.class));

	@Test
	void withValuesAlwaysShownTheConfigurationPropertiesHideTheSecrets() {
		this.runner
			.withPropertyValues("operations.api-key=SKvisible", "operations.api-key-secret=" + SECRET,
					"operations.account-sid=ACvisible", "operations.auth-token=" + SECRET,
					"operations.clients.campaigns.api-key=SKcampaigns",
					"operations.clients.campaigns.api-key-secret=" + SECRET)
			.run((context) -> {
				ConfigurationPropertiesReportEndpoint endpoint = new ConfigurationPropertiesReportEndpoint(
						functions(context.getBean(SanitizingFunction.class)), Show.ALWAYS);
				endpoint.setApplicationContext(context);
				String shown = JsonMapper.shared()
					.writeValueAsString(endpoint.configurationPropertiesWithPrefix("operations"));
				assertThat(shown).contains("SKvisible", "ACvisible", "SKcampaigns", "******").doesNotContain(SECRET);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "operations.auth-token", "operations.authToken", "operations.api-key-secret",
			"operations.apiKeySecret", "operations.clients.campaigns.auth-token",
			"operations.clients.campaigns.apiKeySecret", "operations.clients[campaigns].api-key-secret" })
	void withValuesAlwaysShownTheEnvironmentHidesASecretProperty(String key) {
		assertHidden(new MapPropertySource("secrets", Map.of(key, SECRET)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "OPERATIONS_AUTHTOKEN", "OPERATIONS_AUTH_TOKEN", "OPERATIONS_APIKEYSECRET",
			"TWILIO_AUTH_TOKEN", "TWILIO_API_SECRET", "OPERATIONS_CLIENTS_CAMPAIGNS_APIKEYSECRET",
			"OPERATIONS_CLIENTS_CAMPAIGNS_AUTH_TOKEN" })
	void withValuesAlwaysShownTheEnvironmentHidesASecretVariable(String key) {
		assertHidden(new SystemEnvironmentPropertySource("secrets-systemEnvironment", Map.of(key, SECRET)));
	}

	@Test
	void withValuesAlwaysShownTheEnvironmentHidesASecretWhereverElseItStands() {
		assertHidden(new MapPropertySource("secrets",
				Map.of("MY_VALUE", SECRET, "operations.auth-token", "${MY_VALUE}", "sun.java.command",
						"App --operations.auth-token=" + SECRET, "SPRING_APPLICATION_JSON",
						"{\"operations\":{\"auth-token\":\"" + SECRET + "\"}}")));
	}

	@Test
	void withValuesAlwaysShownTheEnvironmentHidesTheSecretOfAClientWhereverElseItStands() {
		assertHidden(new MapPropertySource("secrets",
				Map.of("MY_VALUE", SECRET, "operations.clients.campaigns.product", "messages",
						"operations.clients.campaigns.auth-token", "${MY_VALUE}", "sun.java.command",
						"App --x=" + SECRET)));
	}

	@Test
	void withAPlaceholderThatIsNotResolvedTheEnvironmentIsShown() {
		assertHidden(new MapPropertySource("secrets",
				Map.of("operations.api-key-secret", "${UNSET}", "TWILIO_AUTH_TOKEN", "${UNSET}")));
	}

	@Test
	void withValuesAlwaysShownTheEnvironmentHidesTheSecretOfAClientWithCapitalLettersWhereverElseItStands() {
		assertHidden(new MapPropertySource("secrets", Map.of("operations.clients.campaignsEU.product", "messages",
				"operations.clients.campaignsEU.authToken", SECRET, "sun.java.command", "App --x=" + SECRET)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "operations.clients.default.product", "operations.clients[a b].product",
			"operations.clients.campaigns.enabled" })
	void withoutOperationsAClientThatCannotBeCreatedDoesNotFailTheStart(String key) {
		assertHidden(new MapPropertySource("secrets", Map.of(key, "bad", "operations.auth-token", SECRET)));
	}

	private void assertHidden(PropertySource<?> secrets) {
		this.runner.withPropertyValues("operations.enabled=false")
			.withInitializer((context) -> context.getEnvironment().getPropertySources().addFirst(secrets))
			.run((context) -> assertThat(
					environment(context.getBean(SanitizingFunction.class), context.getEnvironment()))
				.contains("******")
				.doesNotContain(SECRET));
	}

	private static String environment(SanitizingFunction function, Environment environment) {
		EnvironmentEndpoint endpoint = new EnvironmentEndpoint(environment, functions(function), Show.ALWAYS);
		return JsonMapper.shared().writeValueAsString(endpoint.environment(null));
	}

	private static List<SanitizingFunction> functions(SanitizingFunction function) {
		return List.of(function);
	}

}
