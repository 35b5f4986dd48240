package io.operations.core;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

import io.operations.OperationFetcher;
import io.operations.OperationsClosedException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Ends the requests of a template that shares the admission of another template. When
 * this template is closed, the shared admission stays open.
 */
final class SharerEnd {

	private final Sinks.Empty<Void> end = Sinks.empty();

	private final String client;

	/**
	 * Create the end of a template.
	 * @param client the name of the client
	 */
	SharerEnd(String client) {
		this.client = client;
	}

	/**
	 * Return a fetcher whose requests end with the template.
	 * @param next the fetcher with the shared admission
	 * @return the fetcher
	 */
	OperationFetcher ending(OperationFetcher next) {
		// The other publisher completes instead of failing, because its error would not
		// cancel the request.
		return (operationId) -> next.fetch(operationId)
			.takeUntilOther(this.end.asMono())
			.switchIfEmpty(closed(operationId));
	}

	/**
	 * Refuse a write if the template ends before the write is sent. A sent write gets its
	 * response, because the response names the operation that it started.
	 * @param attempt sends the write
	 * @param admission lets the attempt wait for its turn
	 * @param <T> the type of the response
	 * @return the response
	 */
	<T> Mono<T> endingUnsent(Mono<T> attempt, UnaryOperator<Mono<T>> admission) {
		return Mono.defer(() -> {
			AtomicBoolean decided = new AtomicBoolean();
			Mono<T> unlessClosed = Mono.defer(() -> decided.compareAndSet(false, true) ? attempt : closed(null));
			Mono<Void> unlessSent = Mono.defer(() -> decided.compareAndSet(false, true) ? Mono.empty() : Mono.never());
			return admission.apply(unlessClosed)
				.takeUntilOther(this.end.asMono().then(unlessSent))
				.switchIfEmpty(closed(null));
		});
	}

	/**
	 * End all requests, except the sent writes, and refuse further ones.
	 */
	void close() {
		this.end.tryEmitEmpty();
	}

	private <T> Mono<T> closed(@Nullable String operationId) {
		return Mono.error(() -> new OperationsClosedException(this.client, operationId));
	}

}
