package io.operations.polling;

import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Knows which polls have left. The admission may hold a poll that the poller handed over,
 * so only the exchange itself can report that the poll was sent. Thread-safe.
 *
 * @since 0.1.0
 */
public final class SentPolls {

	private volatile boolean reporting;

	/**
	 * Return a fetcher that reports each poll that it sends. It belongs behind the
	 * admission.
	 * @param exchange sends a request
	 * @return the reporting fetcher
	 */
	public OperationFetcher reporting(OperationFetcher exchange) {
		this.reporting = true;
		return (operationId) -> {
			Mono<OperationSnapshot> call = exchange.fetch(operationId);
			return Mono.deferContextual((context) -> {
				Wait wait = context.getOrDefault(Wait.class, null);
				if (wait != null) {
					wait.sent(true);
				}
				return call;
			});
		};
	}

	/**
	 * Record that the poll of a wait is handed to the admission. Without a reporting
	 * fetcher, the poll counts as sent.
	 * @param wait the wait
	 * @param context the Reactor context of the poll
	 * @return the context in which the fetcher finds the wait
	 */
	Context handed(Wait wait, Context context) {
		wait.sent(!this.reporting);
		return this.reporting ? context.put(Wait.class, wait) : context;
	}

}
