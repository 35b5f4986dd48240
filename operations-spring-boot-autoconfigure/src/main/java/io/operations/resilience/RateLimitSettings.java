package io.operations.resilience;

import java.time.Duration;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;

import org.springframework.util.Assert;

/**
 * How many calls an account is given.
 *
 * @param requestsPerSecond calls in a second, spread evenly over it
 * @param maxInFlight calls under way at once
 * @param maxQueued fetches that may wait for their turn, and as many that may wait for
 * their next attempt
 * @since 0.1.0
 */
public record RateLimitSettings(double requestsPerSecond, int maxInFlight, int maxQueued) {

	/**
	 * The highest rate, far beyond what any account is given.
	 */
	public static final int MAXIMUM_RATE = 1_000_000;

	// Timers are no finer than this: above 1,000 requests/s several leave together.
	private static final Duration SHORTEST_PERIOD = Duration.ofMillis(1);

	public RateLimitSettings {
		Assert.isTrue(requestsPerSecond > 0 && requestsPerSecond <= MAXIMUM_RATE,
				() -> "'requestsPerSecond' must be positive and at most " + MAXIMUM_RATE + ", not "
						+ requestsPerSecond);
		Assert.isTrue(maxInFlight >= 1, () -> "'maxInFlight' must be at least 1, not " + maxInFlight);
		Assert.isTrue(maxQueued >= 1, () -> "'maxQueued' must be at least 1, not " + maxQueued);
	}

	/**
	 * Return the settings that apply where none are given.
	 * @return 20 requests/s, 16 in flight, 10,000 queued
	 */
	public static RateLimitSettings defaults() {
		return new RateLimitSettings(20, 16, 10_000);
	}

	/**
	 * Return these settings as Resilience4j wants them: one permit a period where that is
	 * a millisecond or longer, since all permits of a period are given at its start.
	 * @return a builder, to be changed further
	 */
	public RateLimiterConfig.Builder toConfig() {
		int permits = (int) Math.ceil(this.requestsPerSecond * SHORTEST_PERIOD.toNanos() / 1e9);
		Duration period = Duration.ofNanos(Math.round(permits * 1e9 / this.requestsPerSecond));
		return RateLimiterConfig.custom()
			.limitForPeriod(permits)
			.limitRefreshPeriod(period)
			// Only the head of our queue asks, so that it never waits longer than a
			// period.
			.timeoutDuration(period.multipliedBy(2).plusSeconds(1));
	}

}
