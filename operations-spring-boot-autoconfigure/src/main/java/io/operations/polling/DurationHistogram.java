package io.operations.polling;

import java.util.Arrays;
import java.util.Collection;

/**
 * Counts how long operations took and how long others have been running without an end,
 * as a survival analysis does. Older observations count less: their weight halves after a
 * number of ends. Not thread-safe.
 */
final class DurationHistogram {

	private static final double LARGEST_WEIGHT = 1e9;

	private final double[] ended = new double[Ages.BINS];

	// The sums of the squared weights of the ends in each bin.
	private final double[] squared = new double[Ages.BINS];

	// The number of operations that were seen to run in a bin, as the difference to the
	// bin before.
	private final double[] exposed = new double[Ages.BINS + 2];

	private final double halfLife;

	// The weight of old ends, compared with a new one, below which a bin is empty. It
	// must not become so small that its square is zero.
	private static final double FORGOTTEN = 1e-60;

	// The weight of the ends in a bin, compared with a new one, below which the bin does
	// not count as recent. With a half-life of 40 ends, a single end has it after 266.
	private static final double RECENT = 0.01;

	private static final double LEAST_SURVIVAL = 1e-3;

	// The weight of a new observation. It grows, so that older observations count less.
	private double weight = 1;

	private double sum;

	private double squares;

	/**
	 * Create an empty histogram.
	 * @param halfLife the number of ends after which an observation counts for half
	 */
	DurationHistogram(double halfLife) {
		this.halfLife = halfLife;
	}

	/**
	 * Note that an operation ran on from one age to another without ending.
	 * @param from the age in seconds up to which that was known already
	 * @param to the age in seconds at which it was still running
	 */
	void ran(double from, double to) {
		expose(Ages.position(from), Ages.position(to));
	}

	/**
	 * Note that an operation ended.
	 * @param from the age in seconds up to which it was known to be running
	 * @param at the age in seconds at which it ended
	 */
	void ended(double from, double at) {
		ended(from, at, this.halfLife);
	}

	/**
	 * Note that an operation ended, and let earlier observations count less.
	 * @param from the age in seconds up to which it was known to be running
	 * @param at the age in seconds at which it ended
	 * @param halfLife the half-life that applies to this step, in ends
	 */
	void ended(double from, double at, double halfLife) {
		int bin = bin(at);
		// An operation that ends within a bin counts as at risk in the whole bin.
		expose(Ages.position(from), bin + 1.0);
		this.ended[bin] += this.weight;
		this.squared[bin] += this.weight * this.weight;
		this.sum += this.weight;
		this.squares += this.weight * this.weight;
		this.weight *= Math.pow(2, 1 / halfLife);
		if (this.weight > LARGEST_WEIGHT) {
			rescale();
		}
	}

	private void expose(double from, double to) {
		if (to > from) {
			step(from, this.weight);
			step(to, -this.weight);
		}
	}

	private void step(double position, double by) {
		int bin = (int) position;
		double part = position - bin;
		this.exposed[bin] += by * (1 - part);
		this.exposed[bin + 1] += by * part;
	}

	private void rescale() {
		double scale = 1 / this.weight;
		for (int i = 0; i < this.ended.length; i++) {
			boolean forgotten = this.ended[i] * scale < FORGOTTEN;
			this.ended[i] = forgotten ? 0 : this.ended[i] * scale;
			this.squared[i] = forgotten ? 0 : this.squared[i] * scale * scale;
		}
		for (int i = 0; i < this.exposed.length; i++) {
			this.exposed[i] *= scale;
		}
		this.sum *= scale;
		this.squares *= scale * scale;
		this.weight = 1;
	}

	/**
	 * Return how many ends this is worth.
	 * @return the effective number of observations
	 */
	double observations() {
		return (this.squares > 0) ? this.sum * this.sum / this.squares : 0;
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
			if (this.ended[bin] > 0) {
				double hazard = Math.min(1, this.ended[bin] / Math.max(atRisk, this.ended[bin]));
				shares[bin] = surviving * hazard;
				surviving -= shares[bin];
			}
		}
		return shares;
	}

	/**
	 * Return the shares without those of ends that are nearly forgotten. They have hardly
	 * any weight, but after thousands of ends they are most of the bins that are not
	 * empty. Their part goes to the other bins. Ends are compared with the operations
	 * that were seen at the same age: if none has reached that age lately, the old ends
	 * are all that is known of it.
	 * @param shares the shares of all observations
	 * @return the shares of recent observations; they have the same sum
	 */
	double[] recent(double[] shares) {
		double[] recent = new double[Ages.BINS];
		double all = 0;
		double kept = 0;
		double atRisk = 0;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			atRisk += this.exposed[bin];
			if (shares[bin] > 0) {
				double seen = Math.min(1, atRisk / this.sum / Math.max(1 - all, LEAST_SURVIVAL));
				if (this.ended[bin] >= RECENT * this.weight * seen) {
					recent[bin] = shares[bin];
					kept += shares[bin];
				}
			}
			all += shares[bin];
		}
		if (kept == 0) {
			return shares;
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
			if (this.ended[bin] > 0) {
				single[bin] = shares[bin] * (this.squared[bin] / this.ended[bin] / this.ended[bin]);
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
		double[] shares = shares();
		int at = bin(seconds);
		double before = shares[at] / 2;
		double total = 0;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			total += shares[bin];
			before += (bin < at) ? shares[bin] : 0;
		}
		return (total > 0) ? before / total : 0.5;
	}

	/**
	 * Return how many operations were seen to run in each bin.
	 * @return the numbers, a new observation counting for one
	 */
	double[] atRisk() {
		double[] atRisk = new double[Ages.BINS];
		double sum = 0;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			sum += this.exposed[bin];
			atRisk[bin] = Math.max(0, sum / this.weight);
		}
		return atRisk;
	}

	/**
	 * Return how much some durations differ from the durations in this histogram.
	 * @param durations the durations in seconds
	 * @return the largest difference of their distribution functions (Kolmogorov and
	 * Smirnov)
	 */
	double distance(Collection<Double> durations) {
		double[] others = new double[Ages.BINS];
		for (double duration : durations) {
			others[bin(duration)] += 1.0 / durations.size();
		}
		double[] known = shares();
		double difference = 0;
		double largest = 0;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			difference += known[bin] - others[bin];
			largest = Math.max(largest, Math.abs(difference));
		}
		return largest;
	}

	private static int bin(double seconds) {
		return Math.min((int) Ages.position(seconds), Ages.BINS - 1);
	}

	/**
	 * Forget everything.
	 */
	void clear() {
		Arrays.fill(this.ended, 0);
		Arrays.fill(this.squared, 0);
		Arrays.fill(this.exposed, 0);
		this.sum = 0;
		this.squares = 0;
		this.weight = 1;
	}

}
