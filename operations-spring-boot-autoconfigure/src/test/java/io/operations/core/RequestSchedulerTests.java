package io.operations.core;

import java.time.Duration;

import io.operations.AcceptedOperation;
import io.operations.OperationsCredentials;
import io.operations.OperationsUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * Tests that the timeouts of requests can have another scheduler than all other times.
 */
class RequestSchedulerTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final VirtualTimeScheduler requestTime = VirtualTimeScheduler.create();

	private final OperationsTemplate template = OperationsTemplate
		.builder(WebClient.builder().exchangeFunction((request) -> Mono.never()))
		.credentials(OperationsCredentials.of("SK1", "secret"))
		.scheduler(this.time)
		.requestScheduler(this.requestTime)
		.requestTimeout(Duration.ofSeconds(15))
		.retryEnabled(false)
		.build();

	@AfterEach
	void close() {
		this.template.close();
	}

	@Test
	void fetchTimesOutByTheTimeOfRequestsOnly() {
		timesOutByTheTimeOfRequestsOnly(this.template.fetch("op1"));
	}

	@Test
	void writeTimesOutByTheTimeOfRequestsOnly() {
		timesOutByTheTimeOfRequestsOnly(
				this.template.getWebClient().post().uri("/x").exchangeToMono(AcceptedOperation::from));
	}

	private void timesOutByTheTimeOfRequestsOnly(Publisher<?> request) {
		StepVerifier.create(request)
			.expectSubscription()
			.then(() -> this.time.advanceTimeBy(Duration.ofHours(1)))
			.expectNoEvent(Duration.ZERO)
			.then(() -> this.requestTime.advanceTimeBy(Duration.ofSeconds(15)))
			.expectError(OperationsUnavailableException.class)
			.verify(MAX_WAIT);
	}

}
