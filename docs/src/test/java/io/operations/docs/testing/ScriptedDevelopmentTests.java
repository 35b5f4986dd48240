package io.operations.docs.testing;

import java.time.Duration;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The scripts of an application that is started for development.
 */
@SpringBootTest
class ScriptedDevelopmentTests {

	@Autowired
	OperationsTemplate operations;

	@Autowired
	@Qualifier("operationsWebClient")
	WebClient api;

	@Autowired
	OperationsSimulator simulator;

	@Test
	void theFirstWriteFailsAndTheSecondNeverEnds() {
		AcceptedOperation first = write();
		AcceptedOperation second = write();
		AcceptedOperation third = write();
		this.simulator.advance(Duration.ofDays(1));
		assertThat(status(first)).isEqualTo(OperationStatus.FAILED);
		assertThat(status(second)).isEqualTo(OperationStatus.RUNNING);
		assertThat(status(third)).isEqualTo(OperationStatus.COMPLETED);
	}

	private AcceptedOperation write() {
		return this.api.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(Map.of("displayName", "support"))
			.exchangeToMono(AcceptedOperation::from)
			.block();
	}

	private OperationStatus status(AcceptedOperation accepted) {
		return this.operations.fetch(accepted.id()).map(Operation::status).block();
	}

	@TestConfiguration(proxyBeanMethods = false)
	@AutoConfigureOperationsSimulator
	static class Simulator {

		@Bean
		ApplicationRunner scripts(OperationsSimulator simulator) {
			return (arguments) -> {
				simulator.nextScript(OperationScript.failed());
				simulator.nextScript(OperationScript.endingAs("RUNNING"));
			};
		}

	}

}
