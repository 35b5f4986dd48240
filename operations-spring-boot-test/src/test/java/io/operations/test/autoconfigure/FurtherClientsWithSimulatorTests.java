package io.operations.test.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationStatus;
import io.operations.OperationsCredentials;
import io.operations.OperationsProduct;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests templates that the application builds beside the auto-configured one.
 */
@SpringBootTest
@AutoConfigureOperationsSimulator
class FurtherClientsWithSimulatorTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	@Autowired
	private OperationsSimulator simulator;

	@Autowired
	@Qualifier("memoryOperations")
	private OperationsTemplate memory;

	@Autowired
	@Qualifier("otherAccountOperations")
	private OperationsTemplate otherAccount;

	@Autowired
	private OperationsTemplate.Builder builder;

	@BeforeEach
	void reset() {
		this.simulator.reset();
	}

	@Test
	void templateWithBaseUrlOfTheVendorReachesTheSimulator() {
		Operation done = Objects.requireNonNull(this.memory.getWebClient()
			.post()
			.uri("/v1/ControlPlane/Stores")
			.bodyValue(Map.of("displayName", "customers"))
			.exchangeToMono(AcceptedOperation::from)
			.flatMap(this.memory::await)
			.block(LIMIT));
		assertThat(done.status()).isEqualTo(OperationStatus.COMPLETED);
		assertThat(done.resultId()).hasValueSatisfying((id) -> assertThat(id).startsWith("mem_store_"));
		assertThat(done.statusUrl()).hasToString("https://memory.twilio.com/v1/ControlPlane/Operations/" + done.id());
	}

	@Test
	void templateWithItsOwnCredentialsReachesTheSimulator() {
		String id = this.simulator.accept(OperationScript.completed());
		assertThat(this.otherAccount.await(id).block(LIMIT)).isNotNull();
	}

	@Test
	void templateWithDefaultServerAndOwnCredentialsReachesIt() {
		try (OperationsTemplate subaccount = this.builder.name("subaccount")
			.credentials(OperationsCredentials.of("SKsubaccount", "secret"))
			.build()) {
			Operation done = Objects.requireNonNull(subaccount.getWebClient()
				.post()
				.uri("/v2/ControlPlane/Configurations")
				.bodyValue(Map.of("displayName", "support"))
				.exchangeToMono(AcceptedOperation::from)
				.flatMap(subaccount::await)
				.block(LIMIT));
			assertThat(done.status()).isEqualTo(OperationStatus.COMPLETED);
		}
	}

	@Test
	void mutatedTemplateReachesTheSimulator() {
		try (OperationsTemplate knowledge = this.memory.mutate()
			.name("knowledge")
			.baseUrl("https://knowledge.twilio.com")
			.path("/v2/ControlPlane/Operations/{id}")
			.build()) {
			String known = this.simulator.accept(OperationsProduct.KNOWLEDGE, OperationScript.completed());
			assertThat(knowledge.fetch(known).block(LIMIT)).isNotNull();
			String ofAnotherProduct = this.simulator.accept(OperationScript.completed());
			assertThatExceptionOfType(OperationNotFoundException.class)
				.isThrownBy(() -> knowledge.fetch(ofAnotherProduct).block(LIMIT));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean(defaultCandidate = false)
		OperationsTemplate memoryOperations(OperationsTemplate.Builder builder) {
			return builder.name("memory")
				.baseUrl("https://memory.twilio.com")
				.path("/v1/ControlPlane/Operations/{id}")
				.build();
		}

		@Bean(defaultCandidate = false)
		OperationsTemplate otherAccountOperations(OperationsTemplate.Builder builder) {
			return builder.name("other")
				.baseUrl("https://conversations.twilio.com")
				.credentials(OperationsCredentials.of("SKother", "secret"))
				.build();
		}

	}

}
