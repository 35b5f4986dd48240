package io.operations.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.operations.MalformedOperationException;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.observation.OperationsLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests responses that name another operation than the requested one.
 */
class AnsweredIdTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final OperationsTemplate template = this.endpoint.template()
		.scheduler(this.time)
		.listener(new OperationsLog())
		.build();

	@AfterEach
	void close() {
		this.template.close();
		this.time.dispose();
	}

	@ParameterizedTest
	@ValueSource(strings = { "COMPLETED", "FAILED", "CANCELLED" })
	void awaitWhenAnswerNamesAnotherOperationKeepsPolling(String end) {
		this.endpoint.script("a", List.of(body("b", end), body("b", end), body("a", "COMPLETED")));
		StepVerifier.create(this.template.await("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.assertNext((operation) -> assertThat(operation.id()).isEqualTo("a"))
			.expectComplete()
			.verify(MAX_WAIT);
		assertThat(this.endpoint.polls("a")).isEqualTo(3);
	}

	@Test
	void awaitWhenAllAnswersNameAnotherTimesOutAndNamesBothIds() {
		this.endpoint.script("a", (poll) -> body("b", "COMPLETED"));
		StepVerifier.create(this.template.await("a", Duration.ofMinutes(1)))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1).plusMillis(1)))
			.expectErrorSatisfies((ex) -> {
				assertThat(ex)
					.isInstanceOfSatisfying(OperationTimeoutException.class,
							(timeout) -> assertThat(timeout.getLastSeen()).isNull())
					.hasMessageContainingAll("'a'", "'b'");
				assertThat(ex.getCause()).isInstanceOfSatisfying(MalformedOperationException.class, (fault) -> {
					assertThat(fault.isTransient()).isTrue();
					assertThat(fault.getOperationId()).isEqualTo("a");
					assertThat(fault.getRequestId()).isEqualTo("RQ1");
					assertThat(fault.getStatusCode()).isEqualTo(200);
				}).hasMessageContainingAll("'a'", "'b'", "RQ1");
			})
			.verify(MAX_WAIT);
	}

	@Test
	void watchWhenAnswerNamesAnotherOperationDoesNotEmitIt() {
		this.endpoint.script("a",
				List.of(body("b", "RUNNING"), body("a", "PENDING"), body("b", "FAILED"), body("a", "COMPLETED")));
		StepVerifier.create(this.template.watch("a").map(Operation::status))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.expectNext(OperationStatus.PENDING, OperationStatus.COMPLETED)
			.expectComplete()
			.verify(MAX_WAIT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "A", "%61", "a ", "a/" })
	void awaitWhenIdDiffersInSpellingTreatsItAsAnother(String id) {
		this.endpoint.script("a", List.of(body(id, "FAILED"), body("a", "COMPLETED")));
		StepVerifier.create(this.template.await("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.expectNextCount(1)
			.expectComplete()
			.verify(MAX_WAIT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"status\": \"COMPLETED\"}", "{\"status\": \"COMPLETED\", \"operationId\": null}",
			"{\"status\": \"COMPLETED\", \"operationId\": \" \"}",
			"{\"status\": \"COMPLETED\", \"operationId\": {\"sid\": \"b\"}}" })
	void awaitWhenAnswerNamesNoOperationAcceptsIt(String body) {
		this.endpoint.script("a", (poll) -> ScriptedEndpoint.json(body));
		StepVerifier.create(this.template.await("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.expectNextCount(1)
			.expectComplete()
			.verify(MAX_WAIT);
		assertThat(this.endpoint.polls("a")).isOne();
	}

	@Test
	void awaitWhenOnlyTheHeaderNamesAnotherOperationKeepsPolling() {
		this.endpoint.script("a",
				List.of(header("b", "{\"status\": \"FAILED\"}"), header("a", "{\"status\": \"COMPLETED\"}")));
		StepVerifier.create(this.template.await("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.expectNextCount(1)
			.expectComplete()
			.verify(MAX_WAIT);
	}

	@Test
	void awaitWhenBodyMatchesButHeaderDiffersAcceptsAnswer() {
		this.endpoint.script("a", (poll) -> header("b", "{\"status\": \"COMPLETED\", \"operationId\": \"a\"}"));
		StepVerifier.create(this.template.await("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.assertNext((operation) -> assertThat(operation.details()).isEmpty())
			.expectComplete()
			.verify(MAX_WAIT);
		assertThat(this.endpoint.polls("a")).isOne();
	}

	@Test
	void awaitWhenAnotherOperationHasRetryAfterRespectsIt() {
		this.endpoint.script("a", (poll) -> body("b", "COMPLETED")
			.map((response) -> response.mutate().header("Retry-After", "40").build()));
		List<Operation> ends = new ArrayList<>();
		this.template.await("a").subscribe(ends::add);
		this.time.advanceTimeBy(Duration.ofSeconds(40));
		assertThat(ends).isEmpty();
		assertThat(this.endpoint.polls("a")).isOne();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void awaitWhenAnswersNameOthersWarnsOnceWithoutOutage(CapturedOutput output) {
		this.endpoint.others((poll) -> body("b", "COMPLETED"));
		for (int i = 0; i < 10; i++) {
			this.template.await("a" + i).onErrorComplete().subscribe();
		}
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(output.getAll().lines().filter((line) -> line.contains("WARN"))).singleElement()
			.asString()
			.contains("'a", "'b'", "operations.path");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void fetchWhenAnswerNamesAnotherOperationEmitsItAndWarnsOnce(CapturedOutput output) {
		this.endpoint.script("a", (poll) -> body("b", "FAILED"));
		List<Operation> fetched = new ArrayList<>();
		this.template.fetch("a").repeat(2).subscribe(fetched::add);
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(fetched).hasSize(3).allSatisfy((operation) -> {
			assertThat(operation.id()).isEqualTo("a");
			assertThat(operation.status()).isEqualTo(OperationStatus.FAILED);
			assertThat(operation.answeredId()).contains("b");
		});
		assertThat(output).containsOnlyOnce("WARN");
	}

	private static Mono<ClientResponse> body(String id, String status) {
		return ScriptedEndpoint.json("{\"operationId\": \"" + id + "\", \"status\": \"" + status + "\"}")
			.map((response) -> response.mutate().header("Twilio-Request-Id", "RQ1").build());
	}

	private static Mono<ClientResponse> header(String id, String body) {
		return Mono.fromSupplier(() -> ClientResponse.create(HttpStatus.OK)
			.header("Content-Type", "application/json")
			.header("Operation-Id", id)
			.body(body)
			.build());
	}

}
