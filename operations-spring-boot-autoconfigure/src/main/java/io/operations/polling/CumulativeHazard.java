package io.operations.polling;

/**
 * Tells how many ends an estimate of durations expects while operations pass certain
 * ages. For example, it expects 0.7 ends while one operation passes all ages up to the
 * median duration. Only ages that operations really pass count, so the number does not
 * depend on when operations begin: if no more operations begin and only slow ones are
 * left, few ends are expected.
 */
final class CumulativeHazard {

	// Where a smaller fraction of the operations still runs, the estimate is a guess.
	private static final double LEAST_SURVIVAL = 1e-4;

	private final float[] hazards = new float[Ages.BINS + 1];

	CumulativeHazard(DurationDistribution durations) {
		double surviving = 1;
		double sum = 0;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			double share = durations.share(bin);
			sum += (surviving > LEAST_SURVIVAL) ? Math.min(1, share / surviving) : 0;
			this.hazards[bin + 1] = (float) sum;
			surviving -= share;
		}
	}

	/**
	 * Return how many ends are expected while an operation passes from one age to
	 * another.
	 * @param from the position of the first age in {@link Ages}
	 * @param to the position of the last age
	 * @return the expected number of ends
	 */
	double between(double from, double to) {
		return Math.max(0, at(to) - at(from));
	}

	private double at(double position) {
		int before = Math.min((int) position, Ages.BINS - 1);
		return this.hazards[before] + (position - before) * (this.hazards[before + 1] - this.hazards[before]);
	}

}
