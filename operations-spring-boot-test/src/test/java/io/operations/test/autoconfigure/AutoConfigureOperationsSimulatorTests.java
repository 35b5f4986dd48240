package io.operations.test.autoconfigure;

import io.operations.autoconfigure.OperationsConnectionDetails;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest
@AutoConfigureOperationsSimulator
class AutoConfigureOperationsSimulatorTests {

	@Test
	void applicationReachesTheSimulator(@Autowired OperationsSimulator simulator,
			@Autowired OperationsConnectionDetails connectionDetails) {
		assertThat(connectionDetails.getBaseUrl()).isEqualTo(simulator.baseUrl());
		assertThat(connectionDetails.getCredentials()).isEqualTo(simulator.credentials().get());
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	static class Application {

	}

}
