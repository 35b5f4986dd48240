package io.operations.docs.testing;

import java.io.IOException;
import java.nio.file.Path;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(properties = { "operations.http.ssl.bundle=gateway",
		"spring.ssl.bundle.pem.gateway.truststore.certificate=classpath:certificates/authority.pem" })
@AutoConfigureOperationsSimulator
class SecureSimulatorTests {

	@Test
	void theClientTrustsTheAuthority(@Autowired OperationsTemplate operations,
			@Autowired OperationsSimulator simulator) {
		assertThat(simulator.baseUrl()).startsWith("https://localhost:");
		String id = simulator.accept(OperationScript.completed());
		Operation done = operations.await(id).block();
		assertThat(done.status()).isEqualTo(OperationStatus.COMPLETED);
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class SecureSimulator {

		@Bean
		OperationsSimulator secureSimulator() throws IOException {
			Path keyStore = new ClassPathResource("certificates/server.p12").getFile().toPath();
			return OperationsSimulator.builder().https(keyStore, "changeit").start();
		}

	}

}
