package io.operations.resilience;

import java.time.Duration;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;

import org.springframework.util.Assert;

/**
 * Limits the requests to an account.
 *
 * @param requestsPerSecond requests per second, spread evenly
 * @param maxInFlight the maximum number of requests in flight
 * @param maxQueued the maximum number of queued fetches. The same number bounds the
 * fetches that wait for their next attempt. Writes count as fetches
 * @since 0.1.0
 */
public record RateLimitSettings(double requestsPerSecond, int maxInFlight, int maxQueued) {

	/**
	 * The highest rate, far above the limit of any account.
	 */
	public static final int MAXIMUM_RATE = 1_000_000;

	// Timers are not finer: above 1,000 requests per second several are sent together.
	private static final Duration SHORTEST_PERIOD = Duration.ofMillis(1);

	public RateLimitSettings {
		Assert.isTrue(requestsPerSecond > 0 && requestsPerSecond <= MAXIMUM_RATE,
				() -> "'requestsPerSecond' must be more than 0 and at most " + MAXIMUM_RATE + ", not "
						+ requestsPerSecond);
		Assert.isTrue(maxInFlight >= 1, () -> "'maxInFlight' must be at least 1, not " + maxInFlight);
		Assert.isTrue(maxQueued >= 1, () -> "'maxQueued' must be at least 1, not " + maxQueued);
	}

	/**
	 * Return the default settings.
	 * @return 20 requests per second, 16 in flight, 10,000 queued
	 */
	public static RateLimitSettings defaults() {
		return new RateLimitSettings(20, 16, 10_000);
	}

	/**
	 * Convert these settings to a configuration of Resilience4j. Resilience4j gives all
	 * permits of a period at its start. A period therefore has one permit, unless it
	 * would be shorter than a millisecond.
	 * @return a builder that the caller may change
	 */
	public RateLimiterConfig.Builder toConfig() {
		int permits = (int) Math.ceil(this.requestsPerSecond * SHORTEST_PERIOD.toNanos() / 1e9);
		Duration period = Duration.ofNanos(Math.round(permits * 1e9 / this.requestsPerSecond));
		return RateLimiterConfig.custom()
			.limitForPeriod(permits)
			.limitRefreshPeriod(period)
			// Only the head of the queue requests a permit, so it never waits longer
			// than a period.
			.timeoutDuration(period.multipliedBy(2).plusSeconds(1));
	}

}
