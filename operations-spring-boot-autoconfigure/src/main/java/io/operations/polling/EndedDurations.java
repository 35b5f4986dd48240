package io.operations.polling;

import java.util.Arrays;
import java.util.Collection;

/**
 * Counts how long operations took. Older ends count less. The half-life is a number of
 * ends: after that many further ends, an end has half its weight. Not thread-safe.
 */
class EndedDurations {

	private static final double LARGEST_WEIGHT = 1e9;

	// A bin becomes empty when its ends weigh less than this, compared with a new end.
	// Otherwise weights would become so small that their squares are zero.
	private static final double FORGOTTEN = 1e-60;

	private final double[] ended = new double[Ages.BINS];

	// The weight of a new end. It grows, so that older ends count less.
	private double weight = 1;

	private double sum;

	private double squares;

	/**
	 * Count an end, and let earlier ends count less.
	 * @param at the age in seconds at which an operation ended
	 * @param halfLife the half-life that applies to this end, as a number of ends
	 */
	void ended(double at, double halfLife) {
		count(bin(at), halfLife);
	}

	final void count(int bin, double halfLife) {
		this.ended[bin] += this.weight;
		this.sum += this.weight;
		this.squares += this.weight * this.weight;
		this.weight *= Math.pow(2, 1 / halfLife);
		if (this.weight > LARGEST_WEIGHT) {
			rescale(1 / this.weight);
		}
	}

	void rescale(double scale) {
		for (int i = 0; i < this.ended.length; i++) {
			double scaled = this.ended[i] * scale;
			this.ended[i] = (scaled < FORGOTTEN) ? 0 : scaled;
		}
		this.sum *= scale;
		this.squares *= scale * scale;
		this.weight = 1;
	}

	/**
	 * Return how many ends of equal weight would tell as much as the weighted ends.
	 * @return the effective number of observations
	 */
	final double observations() {
		return (this.squares > 0) ? this.sum * this.sum / this.squares : 0;
	}

	/**
	 * Return how much some durations differ from the durations counted here.
	 * @param durations the durations in seconds, at most a few
	 * @return the largest difference of their distribution functions (Kolmogorov and
	 * Smirnov)
	 */
	final double distance(Collection<Double> durations) {
		int[] others = durations.stream().mapToInt(EndedDurations::bin).sorted().toArray();
		double difference = 0;
		double largest = 0;
		int passed = 0;
		for (int bin = 0; bin < Ages.BINS; bin++) {
			boolean isOther = passed < others.length && others[passed] == bin;
			// Most bins are empty, and change nothing.
			if (!isOther && this.ended[bin] == 0) {
				continue;
			}
			difference += this.ended[bin] / this.sum;
			while (passed < others.length && others[passed] == bin) {
				difference -= 1.0 / others.length;
				passed++;
			}
			largest = Math.max(largest, Math.abs(difference));
		}
		return largest;
	}

	/**
	 * Return the weight of the ends in a bin.
	 * @param bin the bin
	 * @return the weight, on the scale of {@link #weight()}
	 */
	final double ended(int bin) {
		return this.ended[bin];
	}

	/**
	 * Return the weight of a new end.
	 * @return the weight
	 */
	final double weight() {
		return this.weight;
	}

	/**
	 * Return the weight of all ends.
	 * @return the weight, on the scale of {@link #weight()}
	 */
	final double sum() {
		return this.sum;
	}

	static int bin(double seconds) {
		return Math.min((int) Ages.position(seconds), Ages.BINS - 1);
	}

	/**
	 * Forget everything.
	 */
	void clear() {
		Arrays.fill(this.ended, 0);
		this.sum = 0;
		this.squares = 0;
		this.weight = 1;
	}

}
