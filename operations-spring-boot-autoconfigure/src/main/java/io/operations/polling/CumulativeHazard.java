package io.operations.polling;

/**
 * Tells how many ends an estimate expects while operations run from one age to another.
 * The number does not depend on when operations begin: after the last one of a batch has
 * begun, only slow ones are left, and the estimate expects as many ends as come.
 */
final class CumulativeHazard {

	// Coarse, because one is kept for each kind. A step is four per cent of the age.
	private static final int STEP = 4;

	private static final double LEAST_SURVIVAL = 1e-4;

	private final float[] hazards = new float[Ages.BINS / STEP + 2];

	CumulativeHazard(DurationDistribution durations) {
		double surviving = 1;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			if (bin % STEP == 0) {
				this.hazards[bin / STEP] = hazard(surviving);
			}
			surviving -= durations.share(bin);
		}
		for (int i = (Ages.BINS + STEP - 1) / STEP; i < this.hazards.length; i++) {
			this.hazards[i] = hazard(surviving);
		}
	}

	private static float hazard(double surviving) {
		return (float) -Math.log(Math.max(surviving, LEAST_SURVIVAL));
	}

	/**
	 * Return how many ends are expected while an operation runs.
	 * @param from the position of its first age in {@link Ages}
	 * @param to the position of its last age
	 * @return the expected number, less than ten
	 */
	double between(double from, double to) {
		return Math.max(0, at(to / STEP) - at(from / STEP));
	}

	private double at(double place) {
		int before = (int) place;
		return this.hazards[before] + (place - before) * (this.hazards[before + 1] - this.hazards[before]);
	}

}
