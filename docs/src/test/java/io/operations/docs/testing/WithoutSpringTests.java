package io.operations.docs.testing;

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

}
