package io.operations.internal.polling;

import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.internal.PollOrigin;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Knows which polls have left. The admission may hold a poll that the poller handed over,
 * so only the fetcher behind the admission can report that the poll was sent.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class SentPolls {

	private volatile boolean reporting;

	/**
	 * Return a fetcher that reports each poll that it sends. The admission must come
	 * before this fetcher.
	 * @param exchange sends a request
	 * @return the reporting fetcher
	 */
	public OperationFetcher reporting(OperationFetcher exchange) {
		this.reporting = true;
		return (operationId) -> {
			Mono<OperationSnapshot> call = exchange.fetch(operationId);
			return Mono.deferContextual((context) -> {
				if (context.getOrDefault(PollOrigin.class, null) instanceof Poll poll) {
					poll.sent(true);
				}
				return call;
			});
		};
	}

	/**
	 * Record that a poll is handed to the admission. Without a reporting fetcher, the
	 * poll counts as sent.
	 * @param poll the poll
	 * @param context the Reactor context of the poll
	 * @return the context in which the fetcher finds the poll
	 */
	Context handed(Poll poll, Context context) {
		poll.sent(!this.reporting);
		return this.reporting ? context.put(PollOrigin.class, poll) : context;
	}

}
