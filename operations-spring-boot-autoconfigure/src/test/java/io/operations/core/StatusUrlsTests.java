package io.operations.core;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.OperationsProduct;
import io.operations.OperationsRequestException;
import io.operations.internal.tracking.ScriptedEndpoint;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests operations whose status URL shows that another template must poll them.
 */
class StatusUrlsTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final OperationsTemplate template = this.endpoint.template()
		.product(OperationsProduct.MESSAGES)
		.baseUrl("https://gateway.example:8443/vendor")
		.build();

	@AfterEach
	void close() {
		this.template.close();
	}

	@ParameterizedTest
	@CsvSource(nullValues = "none",
			value = { "none", "https://comms.twilio.com/v1/Messages/Operations/a",
					"https://COMMS.twilio.com:443/v1/Messages/Operations/a?x=y", "/v1/Messages/Operations/a",
					"/v1/Messages/Operations/a/", "https://gateway.example:8443/vendor/v1/Messages/Operations/a",
					"https://gateway.example:8443/v1/Messages/Operations/a", "Operations/a", "mailto:a" })
	void statusUrlOfTheTemplateIsServed(@Nullable URI statusUrl) {
		assertThat(this.template.serves(accepted(statusUrl))).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					https://memory.twilio.com/v1/ControlPlane/Operations/a | the base URL https://memory.twilio.com (operations.product=memory)
					https://comms.twilio.com/v1/Emails/Operations/a        | the base URL https://comms.twilio.com (operations.product=emails)
					/preview/CohortOperations/a                            | the base URL https://audiences.twilio.com (operations.product=cohorts)
					https://gateway.example/v1/Messages/Operations/a       | the base URL https://gateway.example:443
					https://other.example:9/v9/Jobs/a?secret=s             | the base URL https://other.example:9
					//other.example/v1/Emails/Operations/a                 | (operations.product=emails)
					/v1/Messages/Operations/a/Errors                       | the path of the status URL
					/v1/Messages/Operations/                               | the path of the status URL
					""")
	void statusUrlOfAnotherServerIsRefusedAndNamed(URI statusUrl, String wanted) {
		AcceptedOperation accepted = accepted(statusUrl);
		assertThat(this.template.serves(accepted)).isFalse();
		for (Mono<?> wait : new Mono<?>[] { this.template.await(accepted), this.template.await(accepted, MAX_WAIT),
				this.template.watch(accepted).next() }) {
			assertThatExceptionOfType(OperationsRequestException.class).isThrownBy(() -> wait.block(MAX_WAIT))
				.withMessageContaining("'a' does not belong to the client 'operations'")
				.withMessageContaining(
						"https://gateway.example:8443/vendor/v1/Messages/Operations/{id} (product messages)")
				.withMessageContaining(wanted)
				.withMessageNotContaining("secret")
				.satisfies((ex) -> assertThat(ex.getOperationId()).isEqualTo("a"));
		}
		assertThat(this.endpoint.order()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "http://localhost:8080/v1/Messages/Operations/a, true",
			"http://[::1]:1/v1/Messages/Operations/a, true", "http://localhost:8080/v1/Emails/Operations/a, false",
			"https://comms.twilio.com/v1/Messages/Operations/a, true",
			"https://other.example/v1/Messages/Operations/a, false" })
	void statusUrlWithAnyNameOfThisMachineIsServedByAMock(URI statusUrl, boolean served) {
		try (OperationsTemplate mocked = this.template.mutate().name("mocked").baseUrl("http://127.0.0.1:9").build()) {
			assertThat(mocked.serves(accepted(statusUrl))).isEqualTo(served);
		}
	}

	@ParameterizedTest
	@EnumSource(OperationsProduct.class)
	void templateOfAProductServesItsOwnOperationsOnly(OperationsProduct product) {
		try (OperationsTemplate own = this.template.mutate().name("own").product(product).build()) {
			for (OperationsProduct other : OperationsProduct.values()) {
				AcceptedOperation accepted = accepted(URI.create(other.baseUrl() + other.path().replace("{id}", "a")));
				assertThat(own.serves(accepted)).isEqualTo(other == product);
			}
		}
	}

	@Test
	void productWhenBaseUrlAndPathAreSetKeepsThem() {
		try (OperationsTemplate own = this.template.mutate()
			.name("own")
			.product(OperationsProduct.EMAILS)
			.path("/mail/{id}?key=k")
			.build()) {
			assertThat(own.serves(accepted(URI.create("https://gateway.example:8443/vendor/mail/a")))).isTrue();
			assertThat(own.serves(accepted(URI.create("/vendor/other/a")))).isFalse();
		}
	}

	private static AcceptedOperation accepted(@Nullable URI statusUrl) {
		return new AcceptedOperation("a", statusUrl, null, Map.of());
	}

}
