package io.operations.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(properties = { "sample.tour.enabled=false", "operations.rate-limit.requests-per-second=400" })
class ThousandOperationsTests {

	private static final Log logger = LogFactory.getLog(ThousandOperationsTests.class);

	private static final int OPERATIONS = 1000;

	@Test
	void thousandOperationsAwaitedTogetherAllEndAndCostAFewPollsEach(@Autowired OperationsTemplate operations,
			@Autowired OperationsSimulator simulator, @Autowired MeterRegistry registry) {
		Random random = new Random(7);
		List<String> ids = new ArrayList<>();
		for (int i = 0; i < OPERATIONS; i++) {
			ids.add(simulator
				.accept(OperationScript.completed().running(Duration.ofMillis(3000 + random.nextInt(7000)))));
		}
		List<Operation> ended = Flux.fromIterable(ids)
			.flatMap(operations::await, OPERATIONS)
			.collectList()
			.block(Duration.ofMinutes(2));
		assertThat(ended).hasSize(OPERATIONS).allMatch((operation) -> operation.status() == OperationStatus.COMPLETED);
		assertThat(ended).extracting(Operation::id).containsExactlyInAnyOrderElementsOf(ids);
		assertThat(registry.get("operations.polls").summary().mean()).isBetween(1.0, 15.0);
		assertThat(registry.get("operations.polls").summary().totalAmount())
			.isEqualTo((double) simulator.requestCount());
		logger.info("%d operations: %.2f polls each, seen %.2f s after their end in the mean".formatted(OPERATIONS,
				registry.get("operations.polls").summary().mean(),
				registry.get("operations.detection.delay").timer().mean(TimeUnit.SECONDS)));
	}

}
