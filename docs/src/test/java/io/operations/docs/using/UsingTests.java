package io.operations.docs.using;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.operations.Operation;
import io.operations.OperationFailedException;
import io.operations.OperationStatus;
import io.operations.OperationsException;
import io.operations.core.OperationsTemplate;
import io.operations.resilience.RetrySettings;
import io.operations.test.Fault;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The snippets of the page about the template do what the page says of them.
 */
class UsingTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static OperationsSimulator simulator;

	private static OperationsTemplate operations;

	@BeforeAll
	static void start() {
		simulator = OperationsSimulator.builder()
			.defaultScript(OperationScript.completed().pending(Duration.ZERO).running(Duration.ofMillis(50)))
			.start();
		operations = OperationsTemplate.builder(WebClient.builder())
			.baseUrl(simulator.baseUrl())
			.credentials(simulator.credentials())
			.retry(new RetrySettings(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), Duration.ofMinutes(1), Set.of()))
			.build();
	}

	@AfterAll
	static void stop() {
		operations.close();
		simulator.close();
	}

	@BeforeEach
	void reset() {
		simulator.reset();
	}

	@Test
	void theTimeTakenIsTheServers() {
		String id = simulator.accept(OperationScript.completed());
		assertThat(new Progress(operations).timeTaken(id).block(LIMIT)).isEqualTo(Duration.ofMillis(500));
	}

	@Test
	void aWriteIsAwaited() {
		Configurations configurations = new Configurations(operations.getWebClient(), operations);
		assertThat(configurations.create(Map.of("displayName", "support")).block(LIMIT)).isNotBlank();
		assertThat(configurations.importAll(Map.of("displayName", "support")).block(LIMIT)).isNotNull();
		simulator.nextScript(OperationScript.failed());
		assertThatExceptionOfType(OperationFailedException.class)
			.isThrownBy(() -> configurations.create(Map.of("displayName", "support")).block(LIMIT));
	}

	@Test
	void aWatchEndsWithTheTerminalOperation() {
		String id = simulator.accept(OperationScript.failed());
		StepVerifier.create(new OperationController(operations).events(id).map(Operation::status))
			.thenConsumeWhile((status) -> !status.isTerminal())
			.expectNext(OperationStatus.FAILED)
			.expectComplete()
			.verify(LIMIT);
	}

	@ParameterizedTest
	@ValueSource(ints = { 408, 425, 429, 502, 503, 504 })
	void aFetchIsRetriedAfterAStatusThatMayPass(int status) {
		assertThat(attempts(status)).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 401, 403, 404, 409, 500, 501 })
	void aFetchIsNotRetriedAfterAnotherStatus(int status) {
		assertThat(attempts(status)).isEqualTo(1);
	}

	private static long attempts(int status) {
		String id = simulator.accept(OperationScript.completed());
		simulator.fault(id, 3, Fault.status(status));
		assertThatExceptionOfType(OperationsException.class).isThrownBy(() -> operations.fetch(id).block(LIMIT));
		return simulator.requestCount(id);
	}

	@Test
	void allWaitsForOneOperationShareItsPolls() {
		String id = simulator.accept(OperationScript.completed());
		List<Operation> ends = new CopyOnWriteArrayList<>();
		List<Disposable> waits = List.of(operations.await(id).subscribe(ends::add),
				operations.await(id).subscribe(ends::add), operations.await(id).subscribe(ends::add));
		Operation done = new Calls(operations).block(id);
		long polls = simulator.requestCount(id);
		assertThat(done.status()).isEqualTo(OperationStatus.COMPLETED);
		assertThat(polls).isLessThan(8);
		waits.forEach(Disposable::dispose);
	}

}
