package io.operations.docs.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationsCredentials;
import io.operations.OperationsProduct;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.Test;

import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

class WithoutSpringTests {

	@Test
	void theSimulatorServesAnyClient() {
		try (OperationsSimulator simulator = OperationsSimulator.start();
				OperationsTemplate operations = OperationsTemplate.builder(WebClient.builder())
					.baseUrl(simulator.baseUrl())
					.credentials(simulator.credentials())
					.build()) {
			String id = simulator.accept(OperationScript.completed());
			Operation done = operations.await(id).block();
			assertThat(done.status()).isEqualTo(OperationStatus.COMPLETED);
		}
	}

	@Test
	void aClientOfAnotherServerIsRedirected() {
		try (OperationsSimulator simulator = OperationsSimulator.start();
				OperationsTemplate memory = OperationsTemplate
					.builder(WebClient.builder().clientConnector(simulator.redirect(new JdkClientHttpConnector())))
					.product(OperationsProduct.MEMORY)
					.credentials(OperationsCredentials.of("SK1", "secret"))
					.build()) {
			String id = simulator.accept(OperationsProduct.MEMORY, OperationScript.completed());
			Operation done = memory.await(id).block();
			assertThat(done.resultId()).isPresent();
		}
	}

	@Test
	void theTestsClockEndsAnOperationThatTakesAnHour() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-05T10:30:00Z"));
		InstantSource clock = now::get;
		try (OperationsSimulator simulator = OperationsSimulator.builder().clock(clock).start();
				OperationsTemplate operations = OperationsTemplate.builder(WebClient.builder())
					.baseUrl(simulator.baseUrl())
					.credentials(simulator.credentials())
					.build()) {
			String id = simulator.accept(OperationScript.completed().running(Duration.ofHours(1)));
			now.updateAndGet((time) -> time.plus(Duration.ofHours(2)));
			Operation done = operations.fetch(id).block();
			assertThat(done.duration()).hasValue(Duration.ofHours(1).plusMillis(100));
		}
	}

}
