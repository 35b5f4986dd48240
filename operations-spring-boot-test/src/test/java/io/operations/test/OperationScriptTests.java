package io.operations.test;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class OperationScriptTests {

	private final MutableClock clock = new MutableClock();

	private final OperationsSimulator simulator = OperationsSimulator.builder().clock(this.clock).start();

	private final SimulatorClient client = new SimulatorClient(this.simulator);

	@AfterEach
	void close() {
		this.simulator.close();
	}

	@Test
	void operationGoesFromPendingThroughRunningToItsEnd() {
		String id = this.simulator
			.accept(OperationScript.completed().pending(Duration.ofSeconds(1)).running(Duration.ofSeconds(4)));
		assertThat(this.client.operation(id)).containsEntry("status", "PENDING")
			.containsEntry("createdAt", "2025-01-05T10:30:00Z")
			.containsEntry("completedAt", null)
			.containsEntry("error", null);
		this.clock.advance(Duration.ofMillis(999));
		assertThat(this.client.status(id)).isEqualTo("PENDING");
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.client.operation(id)).containsEntry("status", "RUNNING").containsEntry("completedAt", null);
		this.clock.advance(Duration.ofMillis(3999));
		assertThat(this.client.status(id)).isEqualTo("RUNNING");
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.client.operation(id)).containsEntry("status", "COMPLETED")
			.containsEntry("completedAt", "2025-01-05T10:30:05Z")
			.containsEntry("error", null);
		this.clock.advance(Duration.ofDays(1));
		HttpResponse<String> later = this.client.poll(id);
		assertThat(SimulatorClient.json(later)).containsEntry("completedAt", "2025-01-05T10:30:05Z");
		assertThat(SimulatorClient.header(later, "Date")).isEqualTo("Mon, 06 Jan 2025 10:30:05 GMT");
	}

	@Test
	void failedOperationReportsItsProblemOnlyAtTheEnd() {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "The name is taken");
		problem.setType(URI.create("https://example.com/taken"));
		problem.setTitle("Conflict");
		problem.setProperty("code", 20409);
		String id = this.simulator.accept(OperationScript.failed(problem));
		assertThat(this.client.operation(id)).containsEntry("error", null);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.client.operation(id)).containsEntry("status", "FAILED")
			.containsEntry("completedAt", "2025-01-05T10:30:00.500Z")
			.containsEntry("error", Map.of("type", "https://example.com/taken", "title", "Conflict", "status", 409,
					"detail", "The name is taken", "code", 20409));
	}

	@Test
	void failedOperationMayHaveNoProblem() {
		String id = this.simulator.accept(OperationScript.failed());
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.client.operation(id)).containsEntry("status", "FAILED").containsEntry("error", null);
	}

	@Test
	void cancelledOperationHasNoTimeOfCompletion() {
		String id = this.simulator.accept(OperationScript.cancelled());
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.client.operation(id)).containsEntry("status", "CANCELLED").containsEntry("completedAt", null);
	}

	@Test
	void phasesOfOtherWordsCanBeAdded() {
		String id = this.simulator.accept(OperationScript.completed()
			.pending(Duration.ZERO)
			.then("HIBERNATING", Duration.ofSeconds(1))
			.then("RUNNING", Duration.ofSeconds(1))
			.running(Duration.ofSeconds(1)));
		assertThat(this.client.status(id)).isEqualTo("RUNNING");
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.client.operation(id)).containsEntry("status", "HIBERNATING").containsEntry("completedAt", null);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.client.status(id)).isEqualTo("RUNNING");
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.client.status(id)).isEqualTo("COMPLETED");
	}

	@ParameterizedTest
	@CsvSource({ "HIBERNATING", "RUNNING", "''", "failed" })
	void endMayBeAnyWordThatIsNotBlank(String word) {
		if (word.isEmpty()) {
			assertThatIllegalArgumentException().isThrownBy(() -> OperationScript.endingAs(word));
			return;
		}
		String id = this.simulator.accept(OperationScript.endingAs(word));
		this.clock.advance(Duration.ofDays(10_000));
		assertThat(this.client.status(id)).isEqualTo(word);
	}

	@Test
	void phaseMayLastForEver() {
		String id = this.simulator.accept(OperationScript.completed().running(ChronoUnit.FOREVER.getDuration()));
		this.clock.advance(Duration.ofDays(10_000));
		assertThat(this.client.status(id)).isEqualTo("RUNNING");
	}

	@Test
	void operationWhenClockGoesBackStaysPending() {
		String id = this.simulator.accept(OperationScript.completed());
		this.clock.advance(Duration.ofSeconds(-5));
		assertThat(this.client.status(id)).isEqualTo("PENDING");
	}

	@Test
	void pollsCarryRetryAfterUntilTheEnd() {
		String id = this.simulator.accept(OperationScript.completed().pollRetryAfter(Duration.ofSeconds(3)));
		assertThat(SimulatorClient.header(this.client.poll(id), "Retry-After")).isEqualTo("3");
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.client.poll(id).headers().firstValue("Retry-After")).isEmpty();
	}

	@Test
	void negativeTimesAreRefused() {
		OperationScript script = OperationScript.completed();
		Duration negative = Duration.ofSeconds(-1);
		assertThatIllegalArgumentException().isThrownBy(() -> script.pending(negative))
			.withMessage("'duration' must not be negative, but is -1s");
		assertThatIllegalArgumentException().isThrownBy(() -> script.running(negative));
		assertThatIllegalArgumentException().isThrownBy(() -> script.then("RUNNING", negative));
		assertThatIllegalArgumentException().isThrownBy(() -> script.retryAfter(negative));
		assertThatIllegalArgumentException().isThrownBy(() -> script.pollRetryAfter(negative));
	}

	@Test
	void describesItself() {
		assertThat(OperationScript.completed())
			.hasToString("OperationScript[PENDING for PT0.1S, RUNNING for PT0.4S] then COMPLETED");
	}

}
