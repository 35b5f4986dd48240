package io.operations.polling;

import java.util.Arrays;

/**
 * Estimates how long operations of a kind take: the share of operations that ends in each
 * bin of {@link Ages}. Immutable.
 */
final class DurationDistribution {

	// The prior is a heavy-tailed distribution around the observed median. It has the
	// weight of a tenth of an observation.
	private static final double PRIOR_WEIGHT = 0.1;

	// While little is known, the prior weighs as much as half an observation.
	private static final double FIRST_PRIOR_WEIGHT = 0.5;

	private static final double PRIOR_WIDTH = Ages.bins(0.7);

	private final double[] shares;

	private final double longest;

	private DurationDistribution(double[] shares, double longest) {
		this.shares = shares;
		this.longest = longest;
	}

	/**
	 * Estimate the distribution with {@link DurationKernels} and a heavy-tailed prior.
	 * Durations that repeat exactly are not smoothed. The prior has the weight of half an
	 * observation at first, and of a tenth from ten observations on.
	 * @param histogram the observed durations, with at least one end
	 * @return the estimate
	 */
	static DurationDistribution estimate(DurationHistogram histogram) {
		double[] seen = histogram.shares();
		double observations = histogram.observations();
		double median = quantile(seen, 0.5);
		double[] prior = prior(median);
		double priorWeight = Math.max(PRIOR_WEIGHT, Math.min(FIRST_PRIOR_WEIGHT, 1 / observations));
		double[] recent = histogram.recent(seen);
		double[] single = histogram.single(recent);
		double[] repeated = RepeatedDurations.in(recent, single);
		subtract(repeated, recent);
		double[] shares = new DurationKernels(recent, single, observations, prior, priorWeight).smooth();
		add(repeated, shares);
		addBeyond(last(seen), 1 - sum(seen), prior, histogram.atRisk(), shares);
		double trust = observations / (observations + priorWeight);
		for (int bin = 0; bin < Ages.BINS; bin++) {
			shares[bin] = trust * shares[bin] + (1 - trust) * prior[bin];
		}
		double total = sum(shares);
		for (int bin = 0; bin < Ages.BINS; bin++) {
			shares[bin] /= total;
		}
		return new DurationDistribution(shares, Ages.edge(last(seen) + 1));
	}

	private static void subtract(double[] repeated, double[] shares) {
		for (int bin = 0; bin < Ages.BINS; bin++) {
			shares[bin] -= repeated[bin];
		}
	}

	// The time of a poll is not exact to a bin. A poll just before a repeated duration
	// would be wasted, so half of the duration's share goes to the next bin.
	private static void add(double[] repeated, double[] shares) {
		for (int bin = 0; bin < Ages.BINS; bin++) {
			shares[bin] += repeated[bin] / 2;
			shares[Math.min(bin + 1, Ages.BINS - 1)] += repeated[bin] / 2;
		}
	}

	// Beyond the longest observed duration, only the prior tells when operations end. The
	// more operations were seen running at an age, the less the prior counts there.
	private static void addBeyond(int last, double surviving, double[] prior, double[] atRisk, double[] shares) {
		double priorTail = 0;
		for (int bin = last + 1; bin < Ages.BINS; bin++) {
			priorTail += prior[bin];
		}
		double left = surviving;
		for (int bin = last + 1; bin < Ages.BINS && priorTail > 0; bin++) {
			double beyond = left * Math.min(1, prior[bin] / priorTail) / (1 + atRisk[bin]);
			shares[bin] += beyond;
			left -= beyond;
			priorTail -= prior[bin];
		}
	}

	private static double[] prior(double center) {
		double[] prior = new double[Ages.BINS];
		for (int bin = 0; bin < Ages.BINS; bin++) {
			double distance = (bin + 0.5 - center) / PRIOR_WIDTH;
			prior[bin] = 1 / (1 + distance * distance);
		}
		double total = sum(prior);
		for (int bin = 0; bin < Ages.BINS; bin++) {
			prior[bin] /= total;
		}
		return prior;
	}

	private static double quantile(double[] shares, double part) {
		double wanted = part * sum(shares);
		double passed = 0;
		for (int bin = 0; bin < shares.length; bin++) {
			if (passed + shares[bin] >= wanted && shares[bin] > 0) {
				return bin + (wanted - passed) / shares[bin];
			}
			passed += shares[bin];
		}
		return shares.length;
	}

	private static int last(double[] shares) {
		int last = shares.length - 1;
		while (last > 0 && shares[last] == 0) {
			last--;
		}
		return last;
	}

	private static double sum(double[] values) {
		double sum = 0;
		for (double value : values) {
			sum += value;
		}
		return sum;
	}

	double share(int bin) {
		return this.shares[bin];
	}

	/**
	 * Return the longest duration that was seen. The estimate beyond it is a guess.
	 * @return the age in seconds
	 */
	double longest() {
		return this.longest;
	}

	/**
	 * Return the age by which a part of the operations has ended.
	 * @param part the part, from 0 to 1
	 * @return the age in seconds
	 */
	double quantile(double part) {
		return Ages.at(quantile(this.shares, part));
	}

	/**
	 * Return ages by which equal parts of the operations have ended. Takes as long as one
	 * quantile: some microseconds.
	 * @param number the number of ages
	 * @return the ages in seconds, ascending: the quantiles in the middle of the parts
	 */
	double[] points(int number) {
		double[] points = new double[number];
		double passed = 0;
		int found = 0;
		for (int bin = 0; bin < this.shares.length && found < number; bin++) {
			double share = this.shares[bin];
			while (found < number && share > 0 && passed + share >= (found + 0.5) / number) {
				points[found] = Ages.at(bin + ((found + 0.5) / number - passed) / share);
				found++;
			}
			passed += share;
		}
		// Rounding may leave the sum below one.
		Arrays.fill(points, found, number, Ages.at(this.shares.length));
		return points;
	}

}
