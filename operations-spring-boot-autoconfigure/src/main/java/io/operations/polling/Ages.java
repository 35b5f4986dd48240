package io.operations.polling;

/**
 * Defines the grid of ages, in seconds, on which durations are learned and plans are
 * made: bins that grow by 1 %, from a fifth of a second to two days. The bins are fine
 * enough for durations that are nearly constant, and few enough for a new plan in a
 * millisecond or two.
 */
final class Ages {

	/**
	 * The number of bins.
	 */
	static final int BINS = 1380;

	private static final double FIRST = 0.2;

	private static final double LOG_GROWTH = Math.log(1.01);

	private static final double[] EDGES = new double[BINS + 1];

	static {
		for (int i = 1; i <= BINS; i++) {
			EDGES[i] = FIRST * Math.exp((i - 1) * LOG_GROWTH);
		}
	}

	private Ages() {
	}

	/**
	 * Return where a bin begins and the one before it ends.
	 * @param bin the bin's number; {@link #BINS} stands for the end of the grid
	 * @return the age in seconds
	 */
	static double edge(int bin) {
		return EDGES[bin];
	}

	/**
	 * Return where an age is on the grid.
	 * @param seconds the age
	 * @return the number of its bin and, as a fraction, how far into that bin it is
	 */
	static double position(double seconds) {
		if (seconds <= 0) {
			return 0;
		}
		double position = (seconds < FIRST) ? seconds / FIRST : 1 + Math.log(seconds / FIRST) / LOG_GROWTH;
		return Math.min(position, BINS);
	}

	/**
	 * Return the age at a position.
	 * @param position the number of a bin and how far into it
	 * @return the age in seconds
	 */
	static double at(double position) {
		return (position < 1) ? position * FIRST : FIRST * Math.exp((position - 1) * LOG_GROWTH);
	}

	/**
	 * Return how many bins an interval of log time covers.
	 * @param logTime the difference of two natural logarithms of ages
	 * @return the number of bins
	 */
	static double bins(double logTime) {
		return logTime / LOG_GROWTH;
	}

}
