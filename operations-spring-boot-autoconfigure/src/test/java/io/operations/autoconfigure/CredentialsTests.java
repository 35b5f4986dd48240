package io.operations.autoconfigure;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which pair of credentials is taken.
 */
class CredentialsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class));

	@Test
	void apiKeyOfThePropertiesWinsOverTheirAccount() {
		assertPair("SK1", "s1", "operations.api-key=SK1", "operations.api-key-secret=s1", "operations.account-sid=AC1",
				"operations.auth-token=t1");
	}

	@Test
	void accountOfThePropertiesIsTaken() {
		assertPair("AC1", "t1", "operations.account-sid=AC1", "operations.auth-token=t1");
	}

	@Test
	void apiKeyOfTheEnvironmentIsTaken() {
		assertPair("SK2", "s2", "TWILIO_API_KEY=SK2", "TWILIO_API_SECRET=s2", "TWILIO_ACCOUNT_SID=AC2");
	}

	@Test
	void apiKeyOfTheEnvironmentWinsOverItsAccount() {
		assertPair("SK2", "s2", "TWILIO_API_KEY=SK2", "TWILIO_API_SECRET=s2", "TWILIO_ACCOUNT_SID=AC2",
				"TWILIO_AUTH_TOKEN=t2");
	}

	@Test
	void accountOfTheEnvironmentIsTaken() {
		assertPair("AC2", "t2", "TWILIO_ACCOUNT_SID=AC2", "TWILIO_AUTH_TOKEN=t2");
	}

	@Test
	void accountOfThePropertiesWinsOverTheApiKeyOfTheEnvironment() {
		assertPair("AC1", "t1", "operations.account-sid=AC1", "operations.auth-token=t1", "TWILIO_API_KEY=SK2",
				"TWILIO_API_SECRET=s2");
	}

	@Test
	void blankPropertiesCountAsNotSet() {
		assertPair("SK2", "s2", "operations.api-key=", "operations.api-key-secret= ", "TWILIO_API_KEY=SK2",
				"TWILIO_API_SECRET=s2");
	}

	@Test
	void halfAPairOfThePropertiesIsNotMadeWholeByTheEnvironment() {
		this.runner.withPropertyValues("operations.api-key=SK1", "TWILIO_API_KEY=SK2", "TWILIO_API_SECRET=s2")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("operations.api-key has a value, but operations.api-key-secret has none"));
	}

	private void assertPair(String username, String password, String... properties) {
		this.runner.withPropertyValues(properties)
			.run((context) -> assertThat(
					context.getBean(OperationsConnectionDetails.class).getCredentials().authorization())
				.isEqualTo("Basic " + HttpHeaders.encodeBasicAuth(username, password, null)));
	}

}
