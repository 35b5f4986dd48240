package io.operations.polling;

/**
 * Finds durations that repeat exactly: a server's time-out, or the fixed intervals at
 * which a server checks its operations. {@link DurationKernels} would smooth such a
 * duration over several per cent of its length.
 */
final class RepeatedDurations {

	// This many bins to either side tell how many ends a bin would have without a
	// repeated duration.
	private static final int REACH = 6;

	private static final double FEWEST_ENDS = 3;

	// A bin repeats if its number of ends is at least this many standard deviations
	// (Poisson) above the number that the bins around it suggest.
	private static final double DEVIATIONS = 4;

	private RepeatedDurations() {
	}

	/**
	 * Return the share of repeated durations in each bin of {@link Ages}. A bin has
	 * repeated durations if it has more ends than the bins on each side suggest, and more
	 * than chance explains.
	 * @param shares the share of all observations that lies in each bin
	 * @param single the mean share of one observation in each bin, as
	 * {@link DurationHistogram} returns it. Recent observations have a larger share than
	 * old ones
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
