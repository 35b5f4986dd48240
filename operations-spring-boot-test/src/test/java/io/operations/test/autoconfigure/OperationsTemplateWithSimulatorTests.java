package io.operations.test.autoconfigure;

import java.time.Duration;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationStatus;
import io.operations.core.OperationsTemplate;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests the template with the simulator, as the test of an application does.
 */
@SpringBootTest
@AutoConfigureOperationsSimulator
class OperationsTemplateWithSimulatorTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final Duration SHORT = Duration.ofMillis(200);

	@Autowired
	private OperationsSimulator simulator;

	@Autowired
	private OperationsTemplate operations;

	@Autowired
	@Qualifier("operationsWebClient")
	private WebClient operationsWebClient;

	@Test
	void operationIsAwaitedToItsCompletion() {
		String id = this.simulator.accept(OperationScript.completed().running(SHORT));
		assertThat(this.operations.await(id).block(LIMIT)).extracting(Operation::status)
			.isEqualTo(OperationStatus.COMPLETED);
	}

	@Test
	void awaitReturnsTheIdOfWhatTheWriteCreated() {
		this.simulator.nextScript(OperationScript.completed().running(SHORT));
		String made = this.operationsWebClient.post()
			.uri("/v2/ControlPlane/Configurations")
			.bodyValue(Map.of("name", "support"))
			.exchangeToMono(AcceptedOperation::from)
			.flatMap(this.operations::await)
			.map((done) -> done.configurationId().orElseThrow())
			.block(LIMIT);
		assertThat(made).startsWith("cfg_configuration_");
	}

	@Test
	void awaitContinuesAfterThrottlingAndUnavailability() {
		String id = this.simulator.accept(OperationScript.completed().running(SHORT));
		this.simulator.fault(id, 1, Fault.throttled(Duration.ofSeconds(1)));
		this.simulator.fault(id, 1, Fault.unavailable());
		assertThat(this.operations.await(id).block(LIMIT)).extracting(Operation::status)
			.isEqualTo(OperationStatus.COMPLETED);
		assertThat(this.simulator.requestCount(id)).isGreaterThanOrEqualTo(3);
	}

	@Test
	void fetchWhenThrottledIsRepeated() {
		String id = this.simulator.accept(OperationScript.completed());
		this.simulator.fault(id, 2, Fault.throttled());
		assertThat(this.operations.fetch(id).block(LIMIT)).isNotNull();
		assertThat(this.simulator.requestCount(id)).isEqualTo(3);
	}

	@Test
	void failureIsAnExceptionOfAwaitAndAValueOfWatch() {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "in use");
		String id = this.simulator.accept(OperationScript.failed(problem).running(SHORT));
		assertThatExceptionOfType(OperationFailedException.class)
			.isThrownBy(() -> this.operations.await(id).block(LIMIT))
			.satisfies((failed) -> assertThat(failed).hasMessageContaining("in use"));
		StepVerifier.create(this.operations.watch(id).map(Operation::status))
			.expectNext(OperationStatus.FAILED)
			.expectComplete()
			.verify(LIMIT);
	}

	@Test
	void cancellationSpelledWithOneLEndsTheWait() {
		String id = this.simulator.accept(OperationScript.endingAs("CANCELED").running(SHORT));
		assertThatExceptionOfType(OperationCancelledException.class)
			.isThrownBy(() -> this.operations.await(id).block(LIMIT))
			.satisfies((ended) -> assertThat(ended.getOperation().statusText()).isEqualTo("CANCELED"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
