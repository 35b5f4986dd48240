package io.operations.resilience;

import java.time.Duration;
import java.util.Set;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.RetryConfig;
import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;

import org.springframework.util.Assert;

/**
 * How a fetch is repeated.
 *
 * @param maxAttempts how often a fetch is tried, the first time included
 * @param initialInterval the wait before the second attempt
 * @param multiplier the growth of the wait from attempt to attempt
 * @param maxInterval the longest wait
 * @param maxRetryAfter the longest Retry-After that is waited for; a fetch that is told a
 * longer one fails with it
 * @param statuses HTTP statuses of 5xx that are repeated besides 502, 503 and 504
 * @since 0.1.0
 */
public record RetrySettings(int maxAttempts, Duration initialInterval, double multiplier, Duration maxInterval,
		Duration maxRetryAfter, Set<Integer> statuses) {

	// 20 % to either side keeps callers that failed together from coming back together.
	private static final double JITTER = 0.2;

	private static final Set<Integer> REPEATED = Set.of(408, 425, 502, 503, 504);

	public RetrySettings {
		Assert.isTrue(maxAttempts >= 1, () -> "'maxAttempts' must be at least 1, not " + maxAttempts);
		Assert.isTrue(initialInterval.toMillis() >= 1,
				() -> "'initialInterval' must be at least 1 ms, not " + initialInterval);
		Assert.isTrue(multiplier >= 1, () -> "'multiplier' must be at least 1, not " + multiplier);
		Assert.isTrue(maxInterval.compareTo(initialInterval) >= 0, () -> "'maxInterval' (" + maxInterval
				+ ") must not be less than 'initialInterval' (" + initialInterval + ")");
		Assert.isTrue(!maxRetryAfter.isNegative(),
				() -> "'maxRetryAfter' must not be negative, but is " + maxRetryAfter);
		statuses = Set.copyOf(statuses);
	}

	/**
	 * Return the settings that apply where none are given.
	 * @return 3 attempts, 200 ms doubling up to 5 s, a Retry-After of up to 60 s
	 */
	public static RetrySettings defaults() {
		return new RetrySettings(3, Duration.ofMillis(200), 2, Duration.ofSeconds(5), Duration.ofSeconds(60), Set.of());
	}

	/**
	 * Return the wait before the next attempt, where the server names none.
	 * @return exponential, with 20 % of jitter to either side
	 */
	public IntervalFunction backOff() {
		return IntervalFunction.ofExponentialRandomBackoff(this.initialInterval, this.multiplier, JITTER,
				this.maxInterval);
	}

	/**
	 * Return these settings as Resilience4j wants them.
	 * @return a builder, to be changed further
	 */
	public RetryConfig.Builder<Object> toConfig() {
		return RetryConfig.custom()
			.maxAttempts(this.maxAttempts)
			.intervalFunction(backOff())
			.retryOnException(this::isRepeated);
	}

	private boolean isRepeated(Throwable fault) {
		if (fault instanceof OperationsThrottledException throttled) {
			return !throttled.isLocal() && !isTooFar(throttled);
		}
		if (fault instanceof OperationsUnavailableException unavailable) {
			int status = unavailable.getStatusCode().orElse(503);
			return (REPEATED.contains(status) || this.statuses.contains(status)) && !isTooFar(unavailable);
		}
		return false;
	}

	/**
	 * Return whether the server asks to wait longer than a fetch is willing to.
	 * @param fault what the server answered
	 * @return {@code true} if its Retry-After is beyond the maximum
	 */
	boolean isTooFar(OperationsException fault) {
		Duration retryAfter = fault.getRetryAfter();
		return retryAfter != null && retryAfter.compareTo(this.maxRetryAfter) > 0;
	}

	/**
	 * Return whether repeating can help at all, whatever an application's own
	 * configuration of Resilience4j says of it.
	 * @param fault why an attempt failed
	 * @return {@code false} for what only a change by somebody can mend
	 */
	boolean isRepeatable(OperationsException fault) {
		return fault.isTransient() && !isTooFar(fault)
				&& !(fault instanceof OperationsThrottledException throttled && throttled.isLocal());
	}

}
