package io.operations.docs.testing;

import java.time.Duration;
import java.util.Map;

import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@SpringBootTest
@AutoConfigureOperationsSimulator
class OutcomeTests {

	@Autowired
	OperationTracker tracker;

	@Autowired
	OperationsSimulator simulator;

	@Autowired
	ConfigurationOutcomes outcomes;

	@Test
	void theHandlerTakesTheOutcomeOfATrackedOperation() {
		String id = this.simulator.accept(OperationScript.failed());
		this.tracker.track(id, Map.of("configuration", "c1")).block();
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(this.outcomes.stateOf("c1")).isEqualTo(OperationOutcome.Type.FAILED));
	}

	@Test
	void theHandlerTakesAnOutcomeThatTheTestMakes() {
		OperationOutcome expired = new OperationOutcome("operations", "operation-1", OperationOutcome.Type.EXPIRED,
				null, Map.of("configuration", "c2"), 2, "HTTP 404");
		this.outcomes.handle(expired);
		assertThat(this.outcomes.stateOf("c2")).isEqualTo(OperationOutcome.Type.EXPIRED);
	}

}
