package io.operations.sample.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import io.operations.tracking.OperationTracker;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistrar;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@ActiveProfiles("cluster")
@AutoConfigureOperationsSimulator
class ClusterProfileTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final ParameterizedTypeReference<List<Map<String, Object>>> LIST = new ParameterizedTypeReference<>() {
	};

	@LocalServerPort
	private int port;

	@Test
	void configurationIsListedWithItsOutcomeWithoutAnybodyWaiting(@Autowired OperationsSimulator simulator) {
		simulator.nextScript(OperationScript.failed().running(Duration.ofSeconds(1)));
		WebClient client = WebClient.create("http://localhost:" + this.port);
		client.post()
			.uri("/configurations")
			.bodyValue(Map.of("displayName", "listed"))
			.retrieve()
			.toBodilessEntity()
			.block(LIMIT);
		Awaitility.await()
			.atMost(LIMIT)
			.untilAsserted(
					() -> assertThat(client.get().uri("/configurations").retrieve().bodyToMono(LIST).block(LIMIT))
						.anySatisfy((configuration) -> assertThat(configuration).containsEntry("name", "listed")
							.containsEntry("status", "FAILED")
							.containsEntry("outcomes", 1)
							.containsEntry("attempt", 1)));
	}

	@Test
	void operationOfATransactionThatIsRolledBackIsNotTracked(@Autowired Configurations configurations,
			@Autowired OperationTracker tracker, @Autowired TransactionTemplate transactions) {
		AcceptedOperation accepted = new AcceptedOperation("rolled-back", null, null, Map.of());
		transactions.executeWithoutResult((status) -> {
			configurations.add(accepted, "rolled back");
			status.setRollbackOnly();
		});
		assertThat(tracker.find("rolled-back").blockOptional(LIMIT)).isEmpty();
	}

	@Test
	void configurationWhoseOperationCannotBeTrackedIsNotStored(@Autowired Configurations configurations,
			@Autowired JdbcClient jdbc) {
		AcceptedOperation accepted = new AcceptedOperation("too-large", null, null, Map.of());
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> configurations.add(accepted, "x".repeat(5000)));
		assertThat(jdbc.sql("SELECT count(*) FROM configurations WHERE operation_id = 'too-large'")
			.query(Integer.class)
			.single()).isZero();
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class DatabaseConfiguration {

		@Bean
		Database database() throws IOException {
			return new Database(Files.createTempDirectory("operations-sample"), 0).start();
		}

		@Bean
		DynamicPropertyRegistrar databaseProperties(Database database) {
			return (registry) -> registry.add("spring.datasource.url", database::url);
		}

	}

}
