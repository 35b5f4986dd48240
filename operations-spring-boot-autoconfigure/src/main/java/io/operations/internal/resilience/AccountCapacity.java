package io.operations.internal.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.core.IntervalFunction;
import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.resilience.RetrySettings;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Counts the requests in flight, limits their number, and judges what a 429 says about
 * the limit. The admission guards this class.
 */
final class AccountCapacity {

	// Rejected credentials, a proxy, and timeouts say nothing about the account's limits.
	private static final Set<Integer> BEFORE_THE_ACCOUNT = Set.of(401, 403, 407, 408, 425, 429);

	private final InFlightLimit limit;

	private final RefusalJudge judge;

	private final IntervalFunction pauses;

	private final Duration maxPauseOfNoise;

	private final Scheduler scheduler;

	private int inFlight;

	private int strikes;

	/**
	 * Create the capacity.
	 * @param maxInFlight the maximum number of requests in flight
	 * @param retry how long to pause after a 429 without Retry-After, and how long noise
	 * may extend a pause
	 * @param scheduler the clock
	 */
	AccountCapacity(int maxInFlight, RetrySettings retry, Scheduler scheduler) {
		this.limit = new InFlightLimit(maxInFlight);
		this.judge = new RefusalJudge(maxInFlight);
		this.pauses = retry.backOff();
		this.maxPauseOfNoise = retry.maxRetryAfter();
		this.scheduler = scheduler;
	}

	/**
	 * Return whether an error response shows that the account accepted the request. A
	 * full account refuses a request before it looks for the operation.
	 * @param fault the error of the request
	 * @return {@code true} if the account accepted the request
	 */
	static boolean isAnswer(OperationsException fault) {
		int status = Objects.requireNonNullElse(fault.getStatusCode(), 0);
		return (status >= 200 && status < 300)
				|| (status >= 400 && status < 500 && !BEFORE_THE_ACCOUNT.contains(status));
	}

	/**
	 * Return whether another request may be in flight.
	 * @return {@code true} if there is a free place
	 */
	boolean hasPlace() {
		return this.inFlight < this.limit.get();
	}

	void sent(AdmittedCall<?> call) {
		this.inFlight++;
		call.sent(this.judge.sent(this.inFlight), (this.inFlight >= this.limit.get() - 1) ? this.inFlight : 0);
	}

	void accepted(AdmittedCall<?> call, @Nullable Integer concurrentRequests) {
		this.strikes = 0;
		this.judge.accepted(call.sentAs(), concurrentRequests);
		this.limit.accepted(nanoTime(), this.inFlight, concurrentRequests);
	}

	/**
	 * Note that the server throttled a request.
	 * @param refusal what the server answered
	 * @param call the request that was throttled
	 * @param isPaused whether the account pauses
	 * @return how long the account pauses: for the time that the server named, or for a
	 * time that grows from one 429 to the next; {@code null} if the refusal is noise
	 */
	@Nullable Duration refused(OperationsThrottledException refusal, AdmittedCall<?> call, boolean isPaused) {
		Duration retryAfter = refusal.getRetryAfter();
		long retryAt = (retryAfter != null) ? now() + retryAfter.toMillis() : RefusalJudge.NO_TIME;
		boolean full = this.judge.isFull(call.sentAs(), refusal.getConcurrentRequests(), nanoTime(), retryAt);
		// A 429 that comes during a pause may extend it, but not for long: it may be
		// noise.
		if (!full && !isPaused) {
			return null;
		}
		// A success during a pause resets the count, but this 429 still counts.
		if (!isPaused || this.strikes == 0) {
			this.strikes++;
		}
		Duration pause = (retryAfter != null) ? retryAfter : Duration.ofMillis(this.pauses.apply(this.strikes));
		if (full && this.judge.retryAt() > now() + pause.toMillis()) {
			pause = Duration.ofMillis(this.judge.retryAt() - now());
		}
		if (!full && pause.compareTo(this.maxPauseOfNoise) > 0) {
			pause = this.maxPauseOfNoise;
		}
		int reached = (full && call.filled() > 0) ? this.judge.reached() : call.filled();
		this.limit.refused(call.began(), nanoTime(), pause, reached, refusal.getConcurrentRequests());
		return pause;
	}

	/**
	 * Give the place in flight of a request back.
	 * @param call the request
	 * @param nanos how long the request took
	 */
	void ended(AdmittedCall<?> call, long nanos) {
		this.judge.ended(call.sentAs());
		this.inFlight--;
		this.limit.took(nanos);
	}

	int inFlight() {
		return this.inFlight;
	}

	int limit() {
		return this.limit.get();
	}

	/**
	 * Return how many requests the limit in flight allows per second.
	 * @return the number of requests per second; infinite if requests take no time
	 */
	double perSecond() {
		return this.limit.perSecond();
	}

	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(nanoTime());
	}

	private long nanoTime() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

}
