package io.operations.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.RetryConfig;
import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.internal.ReadableDuration;

import org.springframework.util.Assert;

/**
 * Configures the retries of fetches and the repetitions of writes.
 *
 * @param maxAttempts the maximum number of attempts, including the first one
 * @param initialInterval the interval before the second attempt
 * @param multiplier the factor by which the interval grows from attempt to attempt
 * @param maxInterval the longest interval
 * @param maxRetryAfter the longest Retry-After that a request waits for; a request fails
 * if the server names a longer one
 * @param statuses 5xx statuses to retry in addition to 502, 503 and 504
 * @since 0.1.0
 */
public record RetrySettings(int maxAttempts, Duration initialInterval, double multiplier, Duration maxInterval,
		Duration maxRetryAfter, Set<Integer> statuses) {

	// 20 % in both directions, so that fetches that fail together do not retry together.
	private static final double JITTER = 0.2;

	private static final Set<Integer> REPEATED = Set.of(408, 425, 502, 503, 504);

	public RetrySettings {
		Assert.isTrue(maxAttempts >= 1, () -> "'maxAttempts' must be at least 1, not " + maxAttempts);
		Assert.isTrue(initialInterval.toMillis() >= 1,
				() -> "'initialInterval' must be at least 1 ms, not " + ReadableDuration.setting(initialInterval));
		Assert.isTrue(multiplier >= 1, () -> "'multiplier' must be at least 1, not " + multiplier);
		Assert.isTrue(maxInterval.compareTo(initialInterval) >= 0,
				() -> "'maxInterval' must not be less than 'initialInterval' ("
						+ ReadableDuration.setting(initialInterval) + "), but is "
						+ ReadableDuration.setting(maxInterval));
		Assert.isTrue(!maxRetryAfter.isNegative(),
				() -> "'maxRetryAfter' must not be negative, but is " + ReadableDuration.setting(maxRetryAfter));
		statuses = Set.copyOf(statuses);
	}

	/**
	 * Return the default settings.
	 * @return 3 attempts, 200 ms doubling up to 5 s, a Retry-After of up to 60 s
	 */
	public static RetrySettings defaults() {
		return new RetrySettings(3, Duration.ofMillis(200), 2, Duration.ofSeconds(5), Duration.ofSeconds(60), Set.of());
	}

	/**
	 * Return the interval before the next attempt if the server names no time.
	 * @return an exponential interval with a jitter of 20 % in both directions
	 */
	public IntervalFunction backOff() {
		return IntervalFunction.ofExponentialRandomBackoff(this.initialInterval, this.multiplier, JITTER,
				this.maxInterval);
	}

	/**
	 * Convert these settings to a configuration of Resilience4j.
	 * @return a builder that the caller may change
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
			int status = Objects.requireNonNullElse(unavailable.getStatusCode(), 503);
			return (REPEATED.contains(status) || this.statuses.contains(status)) && !isTooFar(unavailable);
		}
		return false;
	}

	/**
	 * Return whether the server wants a fetch to wait longer than these settings allow.
	 * @param fault what the server answered
	 * @return {@code true} if its Retry-After exceeds the maximum
	 */
	boolean isTooFar(OperationsException fault) {
		Duration retryAfter = fault.getRetryAfter();
		return retryAfter != null && retryAfter.compareTo(this.maxRetryAfter) > 0;
	}

	/**
	 * Return whether a retry can help at all, regardless of the configuration of
	 * Resilience4j that the application may provide.
	 * @param fault why an attempt failed
	 * @return {@code false} if the error is permanent, if its Retry-After exceeds the
	 * maximum, or if the client itself refused the request
	 */
	public boolean isRepeatable(OperationsException fault) {
		return fault.isTransient() && !isTooFar(fault)
				&& !(fault instanceof OperationsThrottledException throttled && throttled.isLocal());
	}

}
