package io.operations.docs.testing;

import java.time.Duration;
import java.util.Map;

import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.OperationsTest;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@OperationsTest(ConfigurationOutcomes.class)
class SliceTests {

	@Test
	void theHandlerTakesATimeout(@Autowired ConfigurationOutcomes outcomes, @Autowired OperationTracker tracker,
			@Autowired OperationsSimulator simulator) {
		String id = simulator.accept(OperationScript.endingAs("RUNNING"));
		tracker.track(id, Map.of("configuration", "c4")).block();
		simulator.advance(Duration.ofHours(24));
		await().untilAsserted(() -> assertThat(outcomes.stateOf("c4")).isEqualTo(OperationOutcome.Type.TIMED_OUT));
	}

}
