package io.operations.polling;

/**
 * Estimates how long operations of a kind take: the share of operations that ends in each
 * bin of {@link Ages}. Immutable.
 */
final class DurationDistribution {

	// Below this the durations of two operations are never told apart (log time).
	private static final double LEAST_BANDWIDTH = 0.03;

	private static final double WIDEST_BANDWIDTH = 0.7;

	private static final double BANDWIDTH_STEP = 1.4;

	// A single observation tells the scale to within some 50 % (log time).
	private static final double FIRST_BANDWIDTH = 0.4;

	// A heavy tail around what was seen, with the weight of a tenth of an observation.
	private static final double PRIOR_WEIGHT = 0.1;

	private static final double PRIOR_WIDTH = Ages.bins(0.7);

	private static final double KERNEL_RADIUS = 3.5;

	private final double[] shares;

	private final double longest;

	private DurationDistribution(double[] shares, double longest) {
		this.shares = shares;
		this.longest = longest;
	}

	/**
	 * Estimate the distribution with a Gaussian kernel in log time and a prior with the
	 * weight of a tenth of an observation. The width of the kernel maximizes the
	 * likelihood of each observation given the others.
	 * @param histogram the observed durations, with at least one end
	 * @return the estimate
	 */
	static DurationDistribution estimate(DurationHistogram histogram) {
		double[] seen = histogram.shares();
		double observations = histogram.observations();
		double median = quantile(seen, 0.5);
		double[] prior = prior(median);
		double[] smooth = smooth(seen, bandwidth(seen, prior, observations));
		double known = sum(seen);
		double trust = observations / (observations + PRIOR_WEIGHT);
		double[] beyond = beyond(last(seen), 1 - known, prior, histogram.atRisk());
		double[] shares = new double[Ages.BINS];
		for (int bin = 0; bin < Ages.BINS; bin++) {
			shares[bin] = trust * (smooth[bin] + beyond[bin]) + (1 - trust) * prior[bin];
		}
		double total = sum(shares);
		for (int bin = 0; bin < Ages.BINS; bin++) {
			shares[bin] /= total;
		}
		return new DurationDistribution(shares, Ages.edge(last(seen) + 1));
	}

	// Only the prior knows when operations end that outlived all operations that ended.
	// The more operations are known to run at an age, the less the prior counts there.
	private static double[] beyond(int last, double surviving, double[] prior, double[] atRisk) {
		double[] beyond = new double[Ages.BINS];
		double priorTail = 0;
		for (int bin = last + 1; bin < Ages.BINS; bin++) {
			priorTail += prior[bin];
		}
		double left = surviving;
		for (int bin = last + 1; bin < Ages.BINS && priorTail > 0; bin++) {
			beyond[bin] = left * Math.min(1, prior[bin] / priorTail) / (1 + atRisk[bin]);
			left -= beyond[bin];
			priorTail -= prior[bin];
		}
		return beyond;
	}

	// The width with which the other observations predict each observation best. It also
	// fits durations with several peaks.
	private static double bandwidth(double[] seen, double[] prior, double observations) {
		double least = Ages.bins(LEAST_BANDWIDTH);
		double best = least;
		double likeliest = Double.NEGATIVE_INFINITY;
		for (double width = least; width < Ages.bins(WIDEST_BANDWIDTH); width *= BANDWIDTH_STEP) {
			double likelihood = likelihood(seen, prior, observations, width);
			if (likelihood > likeliest) {
				likeliest = likelihood;
				best = width;
			}
		}
		return Math.hypot(best, Ages.bins(FIRST_BANDWIDTH) / observations);
	}

	private static double likelihood(double[] seen, double[] prior, double observations, double bandwidth) {
		double[] smooth = smooth(seen, bandwidth);
		double own = 1 / (bandwidth * Math.sqrt(2 * Math.PI) * observations);
		double likelihood = 0;
		for (int bin = 0; bin < seen.length; bin++) {
			if (seen[bin] > 0) {
				double others = Math.max(0, smooth[bin] - own);
				likelihood += seen[bin] * Math.log(others + PRIOR_WEIGHT / observations * prior[bin]);
			}
		}
		return likelihood;
	}

	private static double[] smooth(double[] seen, double bandwidth) {
		int radius = (int) Math.ceil(KERNEL_RADIUS * bandwidth);
		double[] kernel = new double[radius + 1];
		for (int i = 0; i <= radius; i++) {
			kernel[i] = Math.exp(-0.5 * i * i / (bandwidth * bandwidth)) / (bandwidth * Math.sqrt(2 * Math.PI));
		}
		double[] smooth = new double[seen.length];
		for (int bin = 0; bin < seen.length; bin++) {
			if (seen[bin] > 0) {
				for (int i = -radius; i <= radius; i++) {
					int to = Math.min(Math.max(bin + i, 0), seen.length - 1);
					smooth[to] += seen[bin] * kernel[Math.abs(i)];
				}
			}
		}
		return smooth;
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

}
