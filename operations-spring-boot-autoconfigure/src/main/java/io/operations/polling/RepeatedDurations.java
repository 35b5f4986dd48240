package io.operations.polling;

/**
 * Finds durations that repeat exactly, for example because a server applies a timeout or
 * checks its operations at fixed intervals. {@link DurationKernels} would spread these
 * durations over several per cent.
 */
final class RepeatedDurations {

	// This many bins to either side tell how many ends a bin would have without a
	// repeated duration.
	private static final int REACH = 6;

	private static final double FEWEST_ENDS = 3;

	// A repeated duration has more ends than the bins around it suggest, by at least this
	// many standard deviations of a Poisson distribution.
	private static final double DEVIATIONS = 4;

	private RepeatedDurations() {
	}

	/**
	 * Return the share of repeated durations in each bin of {@link Ages}. It is the part
	 * of a bin that exceeds the bins around it, if chance cannot explain it.
	 * @param shares the shares of all observations
	 * @param single the share of a single observation in each bin
	 * @return the part of each share that repeats
	 */
	static double[] in(double[] shares, double[] single) {
		double[] repeated = new double[Ages.BINS];
		for (int bin = 0; bin < Ages.BINS; bin++) {
			double ends = ends(shares, single, bin);
			if (ends >= FEWEST_ENDS) {
				// Half an observation is added on either side, because empty bins prove
				// little.
				double expected = (around(shares, single, bin) + 1) / (2 * REACH);
				if (ends > expected + DEVIATIONS * Math.sqrt(expected)) {
					repeated[bin] = shares[bin] * (1 - expected / ends);
				}
			}
		}
		return repeated;
	}

	private static double around(double[] shares, double[] single, int bin) {
		double around = -ends(shares, single, bin);
		for (int other = Math.max(0, bin - REACH); other <= Math.min(Ages.BINS - 1, bin + REACH); other++) {
			around += ends(shares, single, other);
		}
		return around;
	}

	private static double ends(double[] shares, double[] single, int bin) {
		return (shares[bin] > 0) ? shares[bin] / single[bin] : 0;
	}

}
