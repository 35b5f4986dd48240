package io.operations.resilience;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.resilience4j.retry.Retry;
import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Retries a fetch as Resilience4j's {@link Retry} decides. Each subscription counts its
 * own attempts. This fetcher itself waits between attempts, on the given scheduler. It
 * never waits for less than the {@code Retry-After} of the server, whatever the
 * configuration of the retry says.
 *
 * @since 0.1.0
 */
public final class RetryingOperationFetcher implements OperationFetcher {

	// If the server named a time, jitter only extends it.
	private static final double UPWARD_JITTER = 0.2;

	private final OperationFetcher next;

	private final Supplier<Retry> retry;

	private final RetrySettings settings;

	private final Scheduler scheduler;

	private final String client;

	private final Sinks.Empty<Long> closed = Sinks.empty();

	private final AtomicInteger waiting = new AtomicInteger();

	private final int maxWaiting;

	/**
	 * Create the fetcher.
	 * @param next the fetcher of one attempt
	 * @param retry decides whether and when to retry
	 * @param settings the longest Retry-After that a fetch waits for
	 * @param maxWaiting how many fetches may wait for their next attempt; any further
	 * fetch fails with the error of its last attempt
	 * @param scheduler the scheduler that runs all delays
	 * @param client the name of the client
	 */
	public RetryingOperationFetcher(OperationFetcher next, Retry retry, RetrySettings settings, int maxWaiting,
			Scheduler scheduler, String client) {
		this(next, () -> retry, settings, maxWaiting, scheduler, client);
	}

	/**
	 * Create the fetcher.
	 * @param next the fetcher of one attempt
	 * @param retry the supplier of the retry, called for each fetch
	 * @param settings the longest Retry-After that a fetch waits for
	 * @param maxWaiting how many fetches may wait for their next attempt; any further
	 * fetch fails with the error of its last attempt
	 * @param scheduler the scheduler that runs all delays
	 * @param client the name of the client
	 */
	public RetryingOperationFetcher(OperationFetcher next, Supplier<Retry> retry, RetrySettings settings,
			int maxWaiting, Scheduler scheduler, String client) {
		this.next = next;
		this.retry = retry;
		this.settings = settings;
		this.maxWaiting = maxWaiting;
		this.scheduler = scheduler;
		this.client = client;
	}

	/**
	 * Fetch an operation, in several attempts if necessary. The {@code Mono} emits on the
	 * thread of the last attempt.
	 * @param operationId the operation's id
	 * @return the result of the first successful attempt, or the error of the last one
	 */
	@Override
	public Mono<OperationSnapshot> fetch(String operationId) {
		return Mono.defer(() -> {
			Retry.AsyncContext<OperationSnapshot> attempts = this.retry.get().asyncContext();
			// Most fetches need only one attempt, so the retry is built after a failure.
			return attempt(operationId, attempts).onErrorResume((fault) -> nextAttempt(attempts, fault)
				.then(Mono.defer(() -> attempt(operationId, attempts))
					.retryWhen(reactor.util.retry.Retry
						.from((signals) -> signals.concatMap((signal) -> nextAttempt(attempts, signal.failure()))))));
		});
	}

	private Mono<OperationSnapshot> attempt(String operationId, Retry.AsyncContext<OperationSnapshot> attempts) {
		try {
			return this.next.fetch(operationId).doOnNext((snapshot) -> attempts.onComplete());
		}
		catch (RuntimeException ex) {
			return Mono.error(ex);
		}
	}

	private Mono<Long> nextAttempt(Retry.AsyncContext<OperationSnapshot> attempts, Throwable fault) {
		long interval = attempts.onError(fault);
		if (interval == -1 || !(fault instanceof OperationsException known && this.settings.isRepeatable(known))) {
			return Mono.error(fault);
		}
		// A faulty interval function must not cause a hot loop.
		long wait = (interval >= 0) ? interval : this.settings.initialInterval().toMillis();
		Mono<Long> over = Mono.delay(Duration.ofMillis(Math.max(wait, floor(known.getRetryAfter()))), this.scheduler)
			.or(this.closed.asMono()
				.switchIfEmpty(Mono.error(() -> new OperationsClosedException(this.client, known.getOperationId()))));
		return Mono.using(this.waiting::incrementAndGet,
				(present) -> (present <= this.maxWaiting) ? over : Mono.error(fault),
				(present) -> this.waiting.decrementAndGet());
	}

	/**
	 * Return how many fetches wait for their next attempt.
	 * @return the number of fetches
	 */
	public int waiting() {
		return this.waiting.get();
	}

	/**
	 * Close this fetcher. Fetches that wait for their next attempt fail with an
	 * {@link OperationsClosedException}.
	 */
	public void close() {
		this.closed.tryEmitEmpty();
	}

	private static long floor(@Nullable Duration retryAfter) {
		if (retryAfter == null) {
			return 0;
		}
		return (long) Math.ceil(retryAfter.toMillis() * (1 + ThreadLocalRandom.current().nextDouble(UPWARD_JITTER)));
	}

}
