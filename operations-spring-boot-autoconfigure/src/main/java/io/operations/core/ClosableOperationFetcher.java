package io.operations.core;

import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsClosedException;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Ends the requests of a template that shares the admission of another one. The admission
 * stays open when this template is closed.
 */
final class ClosableOperationFetcher implements OperationFetcher {

	private final Sinks.Empty<Void> end = Sinks.empty();

	private final OperationFetcher next;

	private final String client;

	/**
	 * Create the fetcher.
	 * @param next the fetcher with the shared admission
	 * @param client the name of the client
	 */
	ClosableOperationFetcher(OperationFetcher next, String client) {
		this.next = next;
		this.client = client;
	}

	@Override
	public Mono<OperationSnapshot> fetch(String operationId) {
		// An error of the other publisher would not cancel the request.
		return this.next.fetch(operationId)
			.takeUntilOther(this.end.asMono())
			.switchIfEmpty(Mono.error(() -> new OperationsClosedException(this.client, operationId)));
	}

	/**
	 * End all requests, and refuse further ones.
	 */
	void close() {
		this.end.tryEmitEmpty();
	}

}
