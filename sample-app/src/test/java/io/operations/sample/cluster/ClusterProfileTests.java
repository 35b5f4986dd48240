package io.operations.sample.cluster;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.operations.AcceptedOperation;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

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

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "spring.threads.virtual.enabled=true")
@ActiveProfiles("cluster")
@AutoConfigureOperationsSimulator
class ClusterProfileTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final ParameterizedTypeReference<List<Map<String, Object>>> LIST = new ParameterizedTypeReference<>() {
	};

	private static final List<Thread> handlerThreads = new CopyOnWriteArrayList<>();

	@LocalServerPort
	private int port;

	@Test
	void configurationIsListedWithItsOutcomeWithoutAnybodyWaiting(@Autowired OperationsSimulator simulator) {
		simulator.nextScript(OperationScript.failed().running(Duration.ofSeconds(1)));
		WebClient client = write("listed");
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

	// Spring Boot has virtual threads from this JDK on.
	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void outcomesAreHandledOnVirtualThreads(@Autowired OperationsSimulator simulator) throws Exception {
		simulator.nextScript(OperationScript.completed().running(Duration.ofSeconds(1)));
		write("virtual");
		Awaitility.await().atMost(LIMIT).until(() -> !handlerThreads.isEmpty());
		// Not in JDK 17, which this is compiled for.
		Method isVirtual = Thread.class.getMethod("isVirtual");
		for (Thread thread : handlerThreads) {
			assertThat(isVirtual.invoke(thread)).as("%s is virtual", thread).isEqualTo(true);
		}
	}

	private WebClient write(String name) {
		WebClient client = WebClient.create("http://localhost:" + this.port);
		client.post()
			.uri("/configurations")
			.bodyValue(Map.of("displayName", name))
			.retrieve()
			.toBodilessEntity()
			.block(LIMIT);
		return client;
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class DatabaseConfiguration {

		@Bean
		Database database() throws IOException {
			return new Database(Files.createTempDirectory("operations-sample"), 0).start();
		}

		@Bean
		OperationOutcomeHandler handlerThread() {
			return (outcome) -> handlerThreads.add(Thread.currentThread());
		}

		@Bean
		DynamicPropertyRegistrar databaseProperties(Database database) {
			return (registry) -> registry.add("spring.datasource.url", database::url);
		}

	}

}
