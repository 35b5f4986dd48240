package io.operations.docs.testing;

import java.time.Duration;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.core.OperationsTemplate;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest
@AutoConfigureOperationsSimulator
class OutageTests {

	@Autowired
	OperationsTemplate operations;

	@Autowired
	OperationsSimulator simulator;

	@BeforeEach
	void reset() {
		this.simulator.reset();
	}

	@Test
	void anOutageDoesNotEndAWait() {
		String id = this.simulator.accept(OperationScript.completed().running(Duration.ofSeconds(1)));
		this.simulator.fault(2, Fault.unavailable());
		Operation done = this.operations.await(id, Duration.ofSeconds(30)).block();
		assertThat(done.status()).isEqualTo(OperationStatus.COMPLETED);
		assertThat(this.simulator.requestCount(id)).isGreaterThan(2);
	}

}
