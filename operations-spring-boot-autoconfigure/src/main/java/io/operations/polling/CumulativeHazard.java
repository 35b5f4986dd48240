package io.operations.polling;

/**
 * Sums the ends that an estimate expects up to an age, if operations pass all ages. For
 * example, the estimate expects 0.7 ends while one operation passes the ages by which
 * half of the operations have ended. The number does not depend on when operations begin.
 * After the last operation of a batch has begun, only slow operations are left. They pass
 * few ages, and few ends are expected.
 */
final class CumulativeHazard {

	// Beyond it, the estimate is a guess.
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
	 * Return how many ends are expected while an operation runs.
	 * @param from the position of its first age in {@link Ages}
	 * @param to the position of its last age
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
