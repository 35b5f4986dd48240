package io.operations.benchmarks.load;

import java.time.Duration;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * The first thing that a developer writes: a fixed interval, and a few retries of
 * whatever fails for the whole wait.
 */
final class BareClient implements PollingClient {

	private final WebClient webClient;

	private final Duration interval;

	BareClient(Target target) {
		this.webClient = target.webClient();
		this.interval = target.interval();
	}

	@Override
	public Mono<Void> await(AcceptedOperation accepted) {
		return this.webClient.get()
			.uri("/v2/ControlPlane/Operations/{id}", accepted.id())
			.retrieve()
			.bodyToMono(OperationAnswer.class)
			.repeatWhen((answers) -> answers.delayElements(this.interval))
			.takeUntil(OperationAnswer::ended)
			.retryWhen(Retry.backoff(3, Duration.ofSeconds(1)))
			.then();
	}

}
