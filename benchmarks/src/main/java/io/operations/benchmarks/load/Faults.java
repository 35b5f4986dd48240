package io.operations.benchmarks.load;

import java.util.Random;

/**
 * Faults that hit requests at random, whatever the account does.
 */
final class Faults {

	// The same sequence for each client.
	private static final long SEED = 43;

	private final Random random = new Random(SEED);

	private final double throttled;

	private final double unavailable;

	/**
	 * Create the faults.
	 * @param throttled the part of the requests that get 429
	 * @param unavailable the part of the requests that get 503
	 */
	Faults(double throttled, double unavailable) {
		this.throttled = throttled;
		this.unavailable = unavailable;
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
		return (drawn < this.throttled) ? 429 : 503;
	}

}
