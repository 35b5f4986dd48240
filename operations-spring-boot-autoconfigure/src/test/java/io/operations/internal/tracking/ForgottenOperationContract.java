package io.operations.internal.tracking;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of operations that are forgotten, whichever store keeps them.
 */
abstract class ForgottenOperationContract extends OutcomeContract {

	@Test
	void whenForgottenAnOperationIsNotPolled() {
		track("op", Map.of());
		until("op", (operation) -> operation.polls() > 0);
		assertThat(forget("op")).isTrue();
		assertThat(forget("op")).isFalse();
		assertThat(find("op")).isNull();
		// Polls go on until the store notices. Others go on meanwhile.
		track("other", Map.of());
		await().atMost(MAX_WAIT).untilAsserted(() -> {
			int before = this.endpoint.polls("op");
			int others = this.endpoint.polls("other");
			await().atMost(MAX_WAIT).until(() -> this.endpoint.polls("other") > others + 5);
			assertThat(this.endpoint.polls("op")).isEqualTo(before);
		});
	}

	@Test
	void whenForgottenDuringAPollItStaysForgotten() throws InterruptedException {
		CountDownLatch polled = new CountDownLatch(1);
		CountDownLatch response = new CountDownLatch(1);
		completeAfter(polled, response);
		track("op", Map.of());
		assertThat(polled.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(forget("op")).isTrue();
		response.countDown();
		this.endpoint.script("other", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("other", Map.of());
		until("other", TrackingState.DELIVERED);
		assertThat(find("op")).isNull();
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).doesNotContain("op");
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("FAILED"));
		assertThat(track("op", Map.of()).isNew()).as("tracked again").isTrue();
		assertThat(until("op", TrackingState.DELIVERED).outcome()).isEqualTo(OperationOutcome.Type.FAILED);
	}

	@Test
	void whenItsHandlerForgetsAnOperationItStaysForgotten() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			if (outcome.operationId().equals("op")) {
				assertThat(forget("op")).isTrue();
			}
		};
		track("op", Map.of());
		await().atMost(MAX_WAIT)
			.until(() -> !this.outcomes.isEmpty() && find("op") == null && summary().backlog() == 0);
		this.endpoint.script("other", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("other", Map.of());
		until("other", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).containsExactly("op", "other");
		assertThat(find("op")).isNull();
	}

	@Test
	void whenItsHandlerTracksAnOperationAgainItIsANewOne() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status((poll > 1) ? "FAILED" : "COMPLETED"));
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			if (outcome.type() == OperationOutcome.Type.COMPLETED) {
				assertThat(forget("op")).isTrue();
				assertThat(track("op", Map.of()).isNew()).isTrue();
			}
		};
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::type)
			.containsExactly(OperationOutcome.Type.COMPLETED, OperationOutcome.Type.FAILED);
	}

	@Test
	void whenTrackedAgainDuringAPollItIsANewOne() throws InterruptedException {
		CountDownLatch polled = new CountDownLatch(1);
		CountDownLatch response = new CountDownLatch(1);
		completeAfter(polled, response);
		track("op", Map.of("track", "first"));
		assertThat(polled.await(20, TimeUnit.SECONDS)).isTrue();
		forget("op");
		assertThat(track("op", Map.of("track", "second")).isNew()).isTrue();
		response.countDown();
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attributes).containsExactly(Map.of("track", "second"));
	}

	private void completeAfter(CountDownLatch polled, CountDownLatch response) {
		this.endpoint.script("op", (poll) -> Mono.<ClientResponse>fromCallable(() -> {
			polled.countDown();
			response.await(20, TimeUnit.SECONDS);
			return Objects.requireNonNull(ScriptedEndpoint.status("COMPLETED").block());
		}).subscribeOn(Schedulers.boundedElastic()));
	}

}
