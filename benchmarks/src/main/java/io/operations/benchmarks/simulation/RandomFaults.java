package io.operations.benchmarks.simulation;

import java.time.Duration;
import java.util.Random;

import org.jspecify.annotations.Nullable;

/**
 * Faults that hit requests at random, whatever the account does. Every second 429 has a
 * Retry-After.
 */
final class RandomFaults {

	private static final double PART_WITH_RETRY_AFTER = 0.5;

	// Has its own sequence, so that runs with and without faults have the same
	// operations.
	private final Random random;

	private final double throttled;

	private final double unavailable;

	private final Duration retryAfter;

	private long hits;

	/**
	 * Create the faults.
	 * @param random decides which requests they hit
	 * @param throttled the part of the requests that get 429
	 * @param unavailable the part of the requests that get 503
	 * @param retryAfter the Retry-After
	 */
	RandomFaults(Random random, double throttled, double unavailable, Duration retryAfter) {
		this.random = random;
		this.throttled = throttled;
		this.unavailable = unavailable;
		this.retryAfter = retryAfter;
	}

	static RandomFaults none() {
		return new RandomFaults(new Random(0), 0, 0, Duration.ZERO);
	}

	/**
	 * Return the status of the next request.
	 * @return 429, 503, or 200 if no fault hits it
	 */
	int nextStatus() {
		double drawn = this.random.nextDouble();
		if (drawn >= this.throttled + this.unavailable) {
			return 200;
		}
		this.hits++;
		return (drawn < this.throttled) ? 429 : 503;
	}

	@Nullable Duration nextRetryAfter() {
		return (this.random.nextDouble() < PART_WITH_RETRY_AFTER) ? this.retryAfter : null;
	}

	/**
	 * Return how many requests the faults hit.
	 * @return the number of requests
	 */
	long hits() {
		return this.hits;
	}

}
