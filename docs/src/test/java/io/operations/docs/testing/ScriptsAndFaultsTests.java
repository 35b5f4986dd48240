package io.operations.docs.testing;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationFailedException;
import io.operations.core.OperationsTemplate;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest
@AutoConfigureOperationsSimulator
class ScriptsAndFaultsTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	@Autowired
	OperationsTemplate operations;

	@Autowired
	OperationsSimulator simulator;

	@Autowired
	ConfigurationController controller;

	@BeforeEach
	void reset() {
		this.simulator.reset();
	}

	@Test
	void aScriptSaysWhichStatusesAnOperationHas() {
		String id = this.simulator.accept(OperationScript.completed()
			.pending(Duration.ofMillis(50))
			.running(Duration.ofMillis(50))
			.then("ARCHIVING", Duration.ofMillis(1500)));
		List<String> seen = this.operations.watch(id).map(Operation::statusText).collectList().block(TIMEOUT);
		assertThat(seen).endsWith("ARCHIVING", "COMPLETED");
	}

	@Test
	void theNextWriteFails() {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "The name is taken");
		this.simulator.nextScript(OperationScript.failed(problem));
		assertThatExceptionOfType(OperationFailedException.class)
			.isThrownBy(() -> this.controller.create(Map.of("displayName", "support")).block())
			.satisfies((failed) -> assertThat(failed.getOperation().errorText()).contains("The name is taken"));
	}

	@Test
	void aFaultSpoilsTheNextAnswersAboutOneOperation() {
		String id = this.simulator.accept(OperationScript.completed());
		this.simulator.fault(id, 2, Fault.dropped());
		assertThat(this.operations.fetch(id).block(TIMEOUT)).isNotNull();
		assertThat(this.simulator.requestCount(id)).isEqualTo(3);
	}

}
