package io.operations.docs.testing;

import java.time.Duration;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationsProduct;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(properties = "operations.clients.campaigns.product=messages")
@AutoConfigureOperationsSimulator
class ProductTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	@Autowired
	@Qualifier("campaigns")
	OperationsTemplate campaigns;

	@Autowired
	OperationsSimulator simulator;

	@Test
	void aCompletedOperationCountsItsFailures() {
		OperationScript partlyFailed = OperationScript.completed().stats(Map.of("total", 3, "failed", 1));
		String id = this.simulator.accept(OperationsProduct.MESSAGES, partlyFailed);
		Operation done = this.campaigns.await(id).block(TIMEOUT);
		assertThat(done.stats()).containsEntry("failed", 1L);
	}

}
