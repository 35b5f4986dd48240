package com.example.quickstart;

import java.util.Map;

import io.operations.OperationFailedException;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest
@AutoConfigureOperationsSimulator
class ConfigurationControllerTests {

	@Test
	void createReportsAFailedOperation(@Autowired ConfigurationController controller,
			@Autowired OperationsSimulator simulator) {
		simulator.nextScript(OperationScript.failed());
		assertThatExceptionOfType(OperationFailedException.class)
			.isThrownBy(() -> controller.create(Map.of("displayName", "support")).block());
	}

}
