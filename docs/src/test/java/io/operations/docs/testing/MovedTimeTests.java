package io.operations.docs.testing;

import java.time.Duration;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.test.autoconfigure.AutoConfigureOperationsSimulator;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@SpringBootTest
@AutoConfigureOperationsSimulator
class MovedTimeTests {

	@Autowired
	OperationTracker tracker;

	@Autowired
	OperationsSimulator simulator;

	@Autowired
	ConfigurationOutcomes outcomes;

	@Test
	void aTrackedOperationTimesOutAtOnce() {
		String id = this.simulator.accept(OperationScript.endingAs("RUNNING"));
		this.tracker.track(id, Map.of("configuration", "c3")).block();
		this.simulator.advance(Duration.ofHours(24));
		await().untilAsserted(() -> assertThat(this.outcomes.stateOf("c3")).isEqualTo(OperationOutcome.Type.TIMED_OUT));
	}

	@Test
	void aTemplateBuiltByHandSharesTheTime() {
		try (OperationsSimulator simulator = OperationsSimulator.start();
				OperationsTemplate operations = simulator.configure(OperationsTemplate.builder(WebClient.builder()))
					.build()) {
			String id = simulator.accept(OperationScript.completed().running(Duration.ofHours(1)));
			simulator.advance(Duration.ofHours(2));
			Operation done = operations.await(id).block();
			assertThat(done.status()).isEqualTo(OperationStatus.COMPLETED);
			assertThat(done.duration()).hasValue(Duration.ofHours(1).plusMillis(100));
		}
	}

}
