package io.operations.resilience;

/**
 * How many calls may be under way at once: halved when the server refuses one because
 * there are too many, and raised by one for as many accepted calls as are allowed, which
 * is about one a round trip. Clients that know nothing of each other come to equal shares
 * of what an account is given by it (Chiu and Jain, <i>Analysis of the Increase and
 * Decrease Algorithms</i>, 1989). Guarded by the admission.
 */
final class InFlightLimit {

	private static final double DECREASE = 0.5;

	private static final double SMOOTHING = 0.1;

	private final int maximum;

	private double limit;

	private double seconds;

	InFlightLimit(int maximum) {
		this.maximum = maximum;
		this.limit = maximum;
	}

	int get() {
		return (int) this.limit;
	}

	void refused() {
		this.limit = Math.max(1, this.limit * DECREASE);
	}

	/**
	 * Note that a call was accepted.
	 * @param inFlight how many calls were under way, it included
	 */
	void accepted(int inFlight) {
		// A bound that nobody comes near says nothing of what the server would take.
		if (2 * inFlight >= get()) {
			this.limit = Math.min(this.maximum, this.limit + 1 / this.limit);
		}
	}

	void took(long nanos) {
		if (nanos <= 0) {
			return;
		}
		double sample = nanos / 1e9;
		this.seconds = (this.seconds == 0) ? sample : this.seconds + SMOOTHING * (sample - this.seconds);
	}

	/**
	 * Return how many calls this bound lets through.
	 * @return the number of calls in a second, without end where calls take no time
	 */
	double perSecond() {
		return (this.seconds > 0) ? get() / this.seconds : Double.POSITIVE_INFINITY;
	}

}
