package io.operations.internal.resilience;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.resilience4j.retry.Retry;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.resilience.RetrySettings;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Repeats the requests of one client as Resilience4j's {@link Retry} decides. Each
 * subscription counts its own attempts. This class itself waits between attempts, on the
 * given scheduler. It never waits for less than the {@code Retry-After} of the server,
 * whatever the configuration of the retry says.
 *
 * @since 0.1.0
 */
public final class Repetitions {

	// If the server named a time, jitter only extends it.
	private static final double UPWARD_JITTER = 0.2;

	private final Supplier<Retry> retry;

	private final RetrySettings settings;

	private final Scheduler scheduler;

	private final String client;

	private final Sinks.Empty<Long> closed = Sinks.empty();

	private final AtomicInteger waiting = new AtomicInteger();

	private final int maxWaits;

	/**
	 * Create the repetitions of a client.
	 * @param retry the supplier of the retry, which decides whether and when to send a
	 * request again; called for each request
	 * @param settings the longest Retry-After that a request waits for
	 * @param maxWaits how many requests may wait for their next attempt; any further
	 * request fails with the error of its last attempt
	 * @param scheduler the scheduler that runs all delays
	 * @param client the name of the client
	 */
	public Repetitions(Supplier<Retry> retry, RetrySettings settings, int maxWaits, Scheduler scheduler,
			String client) {
		this.retry = retry;
		this.settings = settings;
		this.maxWaits = maxWaits;
		this.scheduler = scheduler;
		this.client = client;
	}

	/**
	 * Send a request, in several attempts if necessary. The {@code Mono} emits on the
	 * thread of the last attempt.
	 * @param attempt the supplier of an attempt
	 * @param mayRepeat called after an attempt that the retry would repeat, and after
	 * everything else allows the repetition. {@code false} ends the request with the
	 * error of this attempt
	 * @param <T> the type of the result
	 * @return the result of the first successful attempt, or the error of the last one
	 */
	public <T> Mono<T> run(Supplier<Mono<T>> attempt, Predicate<? super OperationsException> mayRepeat) {
		return Mono.defer(() -> {
			Retry.AsyncContext<T> attempts = this.retry.get().asyncContext();
			// Most requests need only one attempt, so the retry is built after a failure.
			return attempt(attempt, attempts).onErrorResume(
					(fault) -> nextAttempt(attempts, fault, mayRepeat).then(Mono.defer(() -> attempt(attempt, attempts))
						.retryWhen(reactor.util.retry.Retry.from((signals) -> signals
							.concatMap((signal) -> nextAttempt(attempts, signal.failure(), mayRepeat))))));
		});
	}

	private static <T> Mono<T> attempt(Supplier<Mono<T>> attempt, Retry.AsyncContext<T> attempts) {
		try {
			return attempt.get().doOnNext((result) -> attempts.onComplete());
		}
		catch (RuntimeException ex) {
			return Mono.error(ex);
		}
	}

	private Mono<Long> nextAttempt(Retry.AsyncContext<?> attempts, Throwable fault,
			Predicate<? super OperationsException> mayRepeat) {
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
				(present) -> (present <= this.maxWaits && mayRepeat.test(known)) ? over : Mono.error(fault),
				(present) -> this.waiting.decrementAndGet());
	}

	/**
	 * Return how many requests wait for their next attempt.
	 * @return the number of requests
	 */
	public int waiting() {
		return this.waiting.get();
	}

	/**
	 * End the wait of all requests that wait for their next attempt. They fail with an
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
