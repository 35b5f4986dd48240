package io.operations.polling;

/**
 * Learns the age that operations of a kind hardly ever reach: three times the age that
 * one in twenty operations reaches. Guarded by {@link LearnedKind}.
 */
final class UnusualAge {

	/**
	 * The part of the operations that end before the age of which the unusual age is a
	 * multiple.
	 */
	static final double UPPER_QUANTILE = 0.95;

	private static final double UNUSUAL = 3;

	// From this many observations on, older ones are being forgotten, and the mean of
	// several estimates is steadier than the latest estimate.
	private static final double AVERAGED_FROM = 60;

	// Chance moves the age that one in twenty operations reaches, more so while little is
	// known. So the estimate uses a slightly higher quantile, except after the first
	// ends: the prior already makes the age higher then.
	private static final double ALLOWANCE = 0.0075;

	private static final double ALLOWED_FROM = 15;

	private static final double STEADY_ALLOWANCE = 0.003;

	// The mean logarithm of the age that one in twenty operations reaches.
	private double upper;

	/**
	 * Record a new estimate of the durations. Where the tail is heavy, chance moves a
	 * single estimate of the age by a quarter, so several estimates are averaged. Under a
	 * drift and after a change, few observations count, and only the latest estimate is
	 * used.
	 * @param durations the estimate
	 * @param observations the number of observations behind it
	 * @param news the number of observations since the previous estimate
	 * @param first whether there was no estimate before
	 */
	void estimated(DurationDistribution durations, double observations, double news, boolean first) {
		boolean isSteady = observations >= AVERAGED_FROM;
		double allowance = isSteady ? STEADY_ALLOWANCE : ALLOWANCE * Math.max(0, 1 - ALLOWED_FROM / observations);
		double latest = Math.log(durations.quantile(UPPER_QUANTILE + allowance));
		double kept = (isSteady && !first) ? Math.pow(2, -news / DurationDrift.HALF_LIFE) : 0;
		this.upper = kept * this.upper + (1 - kept) * latest;
	}

	/**
	 * Return the age.
	 * @return the age in seconds
	 */
	double seconds() {
		return UNUSUAL * Math.exp(this.upper);
	}

}
