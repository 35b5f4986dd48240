package io.operations.internal.resilience;

import java.util.function.Supplier;

import io.github.resilience4j.retry.Retry;
import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsClosedException;
import io.operations.resilience.RetrySettings;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Retries a fetch as the {@link Repetitions} of its client decide.
 *
 * @since 0.1.0
 */
public final class RetryingOperationFetcher implements OperationFetcher {

	private final OperationFetcher next;

	private final Repetitions repetitions;

	/**
	 * Create the fetcher.
	 * @param next the fetcher of one attempt
	 * @param retry decides whether and when to retry
	 * @param settings the longest Retry-After that a fetch waits for
	 * @param maxWaits how many fetches may wait for their next attempt; any further fetch
	 * fails with the error of its last attempt
	 * @param scheduler the scheduler that runs all delays
	 * @param client the name of the client
	 */
	public RetryingOperationFetcher(OperationFetcher next, Retry retry, RetrySettings settings, int maxWaits,
			Scheduler scheduler, String client) {
		this(next, () -> retry, settings, maxWaits, scheduler, client);
	}

	/**
	 * Create the fetcher.
	 * @param next the fetcher of one attempt
	 * @param retry the supplier of the retry, which decides whether and when to fetch
	 * again; called for each fetch
	 * @param settings the longest Retry-After that a fetch waits for
	 * @param maxWaits how many fetches may wait for their next attempt; any further fetch
	 * fails with the error of its last attempt
	 * @param scheduler the scheduler that runs all delays
	 * @param client the name of the client
	 */
	public RetryingOperationFetcher(OperationFetcher next, Supplier<Retry> retry, RetrySettings settings, int maxWaits,
			Scheduler scheduler, String client) {
		this(next, new Repetitions(retry, settings, maxWaits, scheduler, client));
	}

	/**
	 * Create the fetcher.
	 * @param next the fetcher of one attempt
	 * @param repetitions decide whether and when to retry
	 */
	public RetryingOperationFetcher(OperationFetcher next, Repetitions repetitions) {
		this.next = next;
		this.repetitions = repetitions;
	}

	/**
	 * Fetch an operation, in several attempts if necessary. The {@code Mono} emits on the
	 * thread of the last attempt.
	 * @param operationId the operation's id
	 * @return the result of the first successful attempt, or the error of the last one
	 */
	@Override
	public Mono<OperationSnapshot> fetch(String operationId) {
		return this.repetitions.run(() -> this.next.fetch(operationId), (fault) -> true);
	}

	/**
	 * Return how many requests wait for their next attempt. Writes count, too, if they
	 * use the same {@link Repetitions}.
	 * @return the number of requests
	 */
	public int waiting() {
		return this.repetitions.waiting();
	}

	/**
	 * Close this fetcher. Fetches that wait for their next attempt fail with an
	 * {@link OperationsClosedException}.
	 */
	public void close() {
		this.repetitions.close();
	}

}
