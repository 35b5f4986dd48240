package io.operations.benchmarks.load;

import java.time.Duration;

import com.azure.core.util.polling.LongRunningOperationStatus;
import com.azure.core.util.polling.PollResponse;
import com.azure.core.util.polling.PollerFlux;
import io.operations.AcceptedOperation;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * The poller of Azure's SDK for Java. A poll that is refused is repeated a second later,
 * as its Retry-After asks, and not three times only as Azure's own policy does: most
 * waits would end so.
 */
final class PollerFluxClient implements PollingClient {

	private final WebClient webClient;

	private final Duration interval;

	PollerFluxClient(Target target) {
		this.webClient = target.webClient();
		this.interval = target.interval();
	}

	@Override
	public Mono<Void> await(AcceptedOperation accepted) {
		String id = accepted.id();
		return new PollerFlux<String, String>(this.interval, (context) -> Mono.just(id), (context) -> poll(id),
				(context, response) -> Mono.error(new UnsupportedOperationException()), (context) -> Mono.just(id))
			.takeUntil((response) -> response.getStatus().isComplete())
			.then();
	}

	private Mono<PollResponse<String>> poll(String id) {
		return this.webClient.get()
			.uri("/v2/ControlPlane/Operations/{id}", id)
			.retrieve()
			.bodyToMono(OperationAnswer.class)
			.retryWhen(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofSeconds(1)))
			.map((answer) -> new PollResponse<>(answer.ended() ? LongRunningOperationStatus.SUCCESSFULLY_COMPLETED
					: LongRunningOperationStatus.IN_PROGRESS, id));
	}

}
