package io.operations.benchmarks.load;

import java.time.Duration;

import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * What is written where no library is at hand: a fixed interval, and a back-off upon
 * faults that never gives up.
 */
final class RepeatWhenClient implements PollingClient {

	private final WebClient webClient;

	private final Duration interval;

	RepeatWhenClient(Target target) {
		this.webClient = target.webClient();
		this.interval = target.interval();
	}

	@Override
	public Mono<Void> await(AcceptedOperation accepted) {
		return this.webClient.get()
			.uri("/v2/ControlPlane/Operations/{id}", accepted.id())
			.retrieve()
			.bodyToMono(OperationAnswer.class)
			.retryWhen(Retry.backoff(Long.MAX_VALUE, Duration.ofSeconds(1)).maxBackoff(Duration.ofSeconds(10)))
			.repeatWhen((answers) -> answers.delayElements(this.interval))
			.takeUntil(OperationAnswer::ended)
			.then();
	}

}
