package io.operations.test.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationStatus;
import io.operations.OperationsProduct;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests the clients of {@code operations.clients.*}. A test does not need their secrets.
 */
@SpringBootTest(properties = { "operations.api-key=SKtop", "operations.api-key-secret=${NO_SUCH_SECRET}",
		"operations.clients.memory.product=memory", "operations.clients.knowledge.product=knowledge",
		"operations.clients.campaigns.product=messages", "operations.clients.campaigns.api-key=SKcampaigns",
		"operations.clients.campaigns.api-key-secret=${NO_SUCH_SECRET}", "operations.clients.gateway.product=emails",
		"operations.clients.gateway.base-url=https://gateway.example.com/comms",
		"operations.clients.gatewayEU.product=emails",
		"operations.clients.gatewayEU.base-url=https://eu.example.com/comms",
		"operations.clients.placeholder.product=push-notifications",
		"operations.clients.placeholder.base-url=${NO_SUCH_URL}", "operations.clients.second.account-sid=AC2",
		"operations.clients.second.auth-token=secret" })
@AutoConfigureOperationsSimulator
class ConfiguredClientsWithSimulatorTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	@Autowired
	private OperationsSimulator simulator;

	@Autowired
	private OperationsClients clients;

	@BeforeEach
	void reset() {
		this.simulator.reset();
	}

	@ParameterizedTest
	@CsvSource({ "operations,CONVERSATIONS", "second,CONVERSATIONS", "memory,MEMORY", "knowledge,KNOWLEDGE",
			"campaigns,MESSAGES", "gateway,EMAILS", "gatewayEU,EMAILS", "placeholder,PUSH_NOTIFICATIONS" })
	void eachClientReachesTheOperationsOfItsProduct(String client, OperationsProduct product) {
		OperationsTemplate template = this.clients.get(client);
		String id = this.simulator.accept(product, OperationScript.completed());
		assertThat(await(template, id).status()).isEqualTo(OperationStatus.COMPLETED);
		String other = this.simulator.accept(OperationsProduct.COHORTS, OperationScript.completed());
		assertThatExceptionOfType(OperationNotFoundException.class)
			.isThrownBy(() -> template.fetch(other).block(LIMIT));
	}

	private static Operation await(OperationsTemplate template, String id) {
		return Objects.requireNonNull(template.await(id).block(LIMIT));
	}

	@ParameterizedTest
	@CsvSource({ "memory,/v1/ControlPlane/Stores", "knowledge,/v2/ControlPlane/KnowledgeBases",
			"campaigns,/v1/Messages", "gateway,/v1/Emails", "gatewayEU,/v1/Emails" })
	void awaitFindsTheClientOfAWriteByItsStatusUrl(String client, String path) {
		AcceptedOperation accepted = write(this.clients.get(client).getWebClient(), path);
		assertThat(this.clients.clientOf(accepted).getName()).isEqualTo(client);
		assertThat(this.clients.await(accepted).block(LIMIT)).isNotNull();
	}

	private static AcceptedOperation write(WebClient client, String path) {
		return Objects.requireNonNull(client.post()
			.uri(path)
			.bodyValue(Map.of("displayName", "customers"))
			.exchangeToMono(AcceptedOperation::from)
			.block(LIMIT));
	}

	@Test
	void statusUrlDoesNotDistinguishTwoAccountsOfAProduct() {
		AcceptedOperation accepted = write(this.clients.get("second").getWebClient(),
				"/v2/ControlPlane/Configurations");
		assertThatIllegalArgumentException().isThrownBy(() -> this.clients.clientOf(accepted))
			.withMessageContaining("operations, second");
	}

	@Test
	void clientIsInjectedByItsName(@Autowired @Qualifier("campaigns") OperationsTemplate campaigns,
			@Autowired @Qualifier("campaigns") WebClient api) {
		this.simulator.nextScript(OperationScript.completed().stats(Map.of("total", 2, "failed", 1)));
		Operation done = Objects.requireNonNull(campaigns.await(write(api, "/v1/Messages")).block(LIMIT));
		assertThat(done.stats()).containsEntry("failed", 1L);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
