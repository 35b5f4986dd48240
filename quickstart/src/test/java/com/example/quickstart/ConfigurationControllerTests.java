package com.example.quickstart;

import java.time.Duration;
import java.util.Map;

import io.operations.OperationFailedException;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest
@AutoConfigureOperationsSimulator
class ConfigurationControllerTests {

	@Autowired
	ConfigurationController controller;

	@Autowired
	OperationsSimulator simulator;

	@Test
	void createReturnsTheIdOfTheNewConfiguration() {
		this.simulator.nextScript(OperationScript.completed().running(Duration.ofSeconds(1)));
		assertThat(this.controller.create(Map.of("displayName", "support")).block()).startsWith("conv_configuration_");
	}

	@Test
	void createReportsAFailedOperation() {
		this.simulator.nextScript(OperationScript.failed());
		assertThatExceptionOfType(OperationFailedException.class)
			.isThrownBy(() -> this.controller.create(Map.of("displayName", "support")).block());
	}

}
