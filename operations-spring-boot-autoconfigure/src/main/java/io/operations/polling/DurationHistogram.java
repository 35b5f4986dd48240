package io.operations.polling;

import java.util.Arrays;

/**
 * Counts how long operations took until they ended, and how long other operations have
 * been running so far, as a survival analysis does. Older observations count less. The
 * half-life is a number of ends: after that many further ends, an observation has half
 * its weight. Not thread-safe.
 */
final class DurationHistogram extends EndedDurations {

	// A bin counts as recent if its ends have at least this part of the weight of a new
	// end. With a half-life of 40 ends, a single end falls below it after 226 further
	// ends. DurationKernels has a limited number of points, and would merge more
	// neighbouring durations if it also got the older ends.
	private static final double RECENT = 0.02;

	private static final double LEAST_SURVIVAL = 1e-3;

	// The sums of the squared weights of the ends in each bin.
	private final double[] squared = new double[Ages.BINS];

	// The number of operations that were seen to run in a bin, as the difference from the
	// bin before.
	private final double[] exposed = new double[Ages.BINS + 2];

	/**
	 * Note that an operation ran on from one age to another without ending.
	 * @param from the age in seconds up to which it was already known to be running
	 * @param to the age in seconds at which it was still running
	 */
	void ran(double from, double to) {
		expose(Ages.position(from), Ages.position(to));
	}

	/**
	 * Note that an operation ended, and let earlier observations count less.
	 * @param from the age in seconds up to which it was known to be running
	 * @param at the age in seconds at which it ended
	 * @param halfLife the half-life that applies to this end, as a number of ends
	 */
	void ended(double from, double at, double halfLife) {
		int bin = bin(at);
		// An operation that ends within a bin counts as at risk in the whole bin.
		expose(Ages.position(from), bin + 1.0);
		this.squared[bin] += weight() * weight();
		count(bin, halfLife);
	}

	@Override
	void ended(double at, double halfLife) {
		ended(0, at, halfLife);
	}

	private void expose(double from, double to) {
		if (to > from) {
			step(from, weight());
			step(to, -weight());
		}
	}

	private void step(double position, double by) {
		int bin = (int) position;
		double part = position - bin;
		this.exposed[bin] += by * (1 - part);
		this.exposed[bin + 1] += by * part;
	}

	@Override
	void rescale(double scale) {
		super.rescale(scale);
		for (int i = 0; i < this.squared.length; i++) {
			this.squared[i] = (ended(i) > 0) ? this.squared[i] * scale * scale : 0;
		}
		for (int i = 0; i < this.exposed.length; i++) {
			this.exposed[i] *= scale;
		}
	}

	/**
	 * Return the share of operations that end in each bin (Kaplan-Meier estimator).
	 * Operations that still run count only in the bins that they have passed.
	 * @return the shares; they add up to less than one if some operations ran longer than
	 * all operations that ended
	 */
	double[] shares() {
		double[] shares = new double[Ages.BINS];
		double atRisk = 0;
		double surviving = 1;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			atRisk += this.exposed[bin];
			shares[bin] = surviving * hazard(bin, atRisk);
			surviving -= shares[bin];
		}
		return shares;
	}

	private double hazard(int bin, double atRisk) {
		double ended = ended(bin);
		return (ended > 0) ? Math.min(1, ended / Math.max(atRisk, ended)) : 0;
	}

	/**
	 * Return the shares without those of bins whose ends are nearly forgotten. After
	 * thousands of ends, most bins that are not empty are of this sort, although they
	 * have hardly any weight. Their shares go to the other bins. The weight of ends is
	 * compared with that of the operations that were seen at the same age: if none has
	 * reached that age lately, the old ends are all that is known of it.
	 * @param shares the shares of all observations
	 * @return the shares of recent observations, a new array; they have the same sum
	 */
	double[] recent(double[] shares) {
		double[] recent = new double[Ages.BINS];
		double all = 0;
		double kept = 0;
		double atRisk = 0;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			atRisk += this.exposed[bin];
			if (shares[bin] > 0) {
				double seen = Math.min(1, atRisk / sum() / Math.max(1 - all, LEAST_SURVIVAL));
				if (ended(bin) >= RECENT * weight() * seen) {
					recent[bin] = shares[bin];
					kept += shares[bin];
				}
			}
			all += shares[bin];
		}
		if (kept == 0) {
			return shares.clone();
		}
		for (int bin = 0; bin < Ages.BINS; bin++) {
			recent[bin] *= all / kept;
		}
		return recent;
	}

	/**
	 * Return the share of a single observation in each bin. Recent observations have a
	 * larger share than old ones.
	 * @param shares the shares of all observations
	 * @return the mean share of an observation in the bin, zero if there is none
	 */
	double[] single(double[] shares) {
		double[] single = new double[Ages.BINS];
		for (int bin = 0; bin < Ages.BINS; bin++) {
			double ended = ended(bin);
			if (ended > 0) {
				single[bin] = shares[bin] * (this.squared[bin] / ended / ended);
			}
		}
		return single;
	}

	/**
	 * Return which part of the operations ends before an age.
	 * @param seconds the age
	 * @return the part, from 0 to 1
	 */
	double rank(double seconds) {
		int at = bin(seconds);
		double atRisk = 0;
		double surviving = 1;
		double halfway = 1;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			// Most bins are empty, and change nothing.
			if (this.exposed[bin] != 0) {
				atRisk += this.exposed[bin];
			}
			double share = (ended(bin) > 0) ? surviving * hazard(bin, atRisk) : 0;
			if (bin == at) {
				halfway = surviving - share / 2;
			}
			if (share > 0) {
				surviving -= share;
			}
		}
		return (surviving < 1) ? (1 - halfway) / (1 - surviving) : 0.5;
	}

	/**
	 * Return how many operations were seen to run in each bin.
	 * @return the numbers; a new observation counts as one, and older ones count less
	 */
	double[] atRisk() {
		double[] atRisk = new double[Ages.BINS];
		double sum = 0;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			sum += this.exposed[bin];
			atRisk[bin] = Math.max(0, sum / weight());
		}
		return atRisk;
	}

	@Override
	void clear() {
		super.clear();
		Arrays.fill(this.squared, 0);
		Arrays.fill(this.exposed, 0);
	}

}
