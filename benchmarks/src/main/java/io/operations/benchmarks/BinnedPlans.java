package io.operations.benchmarks;

/**
 * The best plans for durations that are known as the share of each bin. The bins grow by
 * one per cent each.
 */
final class BinnedPlans {

	/**
	 * The number of bins.
	 */
	static final int BINS = 1500;

	/**
	 * The growth of the bins, as a logarithm.
	 */
	static final double LOG_GROWTH = Math.log(1.01);

	private static final double FIRST = 0.2;

	private static final double MIN_INTERVAL = 0.5;

	private static final double MAX_INTERVAL = 600;

	private static final double[] EDGES = new double[BINS + 1];

	static {
		for (int i = 1; i <= BINS; i++) {
			EDGES[i] = FIRST * Math.exp((i - 1) * LOG_GROWTH);
		}
	}

	private BinnedPlans() {
	}

	/**
	 * Return the bin of a duration, with its place in the bin as a fraction.
	 * @param seconds the duration
	 * @return the bin
	 */
	static double position(double seconds) {
		return (seconds < FIRST) ? 0 : 1 + Math.log(seconds / FIRST) / LOG_GROWTH;
	}

	/**
	 * Add shares to others.
	 * @param sum the shares that grow
	 * @param shares the shares to add
	 * @param weight the weight of the latter
	 */
	static void add(double[] sum, double[] shares, double weight) {
		for (int bin = 0; bin < BINS; bin++) {
			sum[bin] += weight * shares[bin];
		}
	}

	/**
	 * Compare the mean lag of the best plan for an estimate with that of the best plan of
	 * as many polls for the truth.
	 * @param estimate the estimated shares
	 * @param truth the true shares
	 * @param aim the mean number of polls, according to the estimate
	 * @return the lag of the first plan divided by that of the second
	 */
	static double ratio(double[] estimate, double[] truth, double aim) {
		double lower = 1e-3;
		double upper = 1e4;
		int[] plan = plan(estimate, upper);
		while (upper / lower > 1.02) {
			double price = Math.sqrt(lower * upper);
			plan = plan(estimate, price);
			if (cost(plan, estimate).polls > aim) {
				lower = price;
			}
			else {
				upper = price;
			}
		}
		Cost cost = cost(plan, truth);
		return cost.lag / leastLag(truth, cost.polls);
	}

	private static double leastLag(double[] truth, double polls) {
		double lower = 1e-4;
		double upper = 1e5;
		Cost more = cost(plan(truth, lower), truth);
		Cost fewer = cost(plan(truth, upper), truth);
		while (upper / lower > 1.02) {
			double price = Math.sqrt(lower * upper);
			Cost cost = cost(plan(truth, price), truth);
			if (cost.polls > polls) {
				lower = price;
				more = cost;
			}
			else {
				upper = price;
				fewer = cost;
			}
		}
		double part = Math.min(1, (polls - fewer.polls) / Math.max(1e-9, more.polls - fewer.polls));
		return Math.exp(Math.log(fewer.lag) * (1 - part) + Math.log(more.lag) * part);
	}

	// The recurrence of the theory. For the edge of each bin, the edge of the next poll.
	private static int[] plan(double[] shares, double price) {
		double[] surviving = surviving(shares);
		double[] moment = moment(shares);
		double[] cost = new double[BINS + 1];
		int[] next = new int[BINS];
		for (int from = BINS - 1; from >= 0; from--) {
			double least = Double.POSITIVE_INFINITY;
			for (int to = from + 1; to <= BINS; to++) {
				double interval = EDGES[to] - EDGES[from];
				if (interval > MAX_INTERVAL && next[from] > 0) {
					break;
				}
				if (interval >= MIN_INTERVAL || to == BINS) {
					double lag = lag(surviving, moment, from, to);
					if (lag > least) {
						break;
					}
					if (lag + cost[to] < least) {
						least = lag + cost[to];
						next[from] = to;
					}
				}
			}
			cost[from] = price * surviving[from] + least;
		}
		return next;
	}

	private static Cost cost(int[] next, double[] truth) {
		double[] surviving = surviving(truth);
		double[] moment = moment(truth);
		double polls = 0;
		double lag = 0;
		for (int bin = 0; bin < BINS; bin = next[bin]) {
			polls += surviving[bin];
			lag += lag(surviving, moment, bin, next[bin]);
		}
		return new Cost(polls, lag);
	}

	private static double lag(double[] surviving, double[] moment, int from, int to) {
		return EDGES[to] * (surviving[from] - surviving[to]) - (moment[to] - moment[from]);
	}

	private static double[] surviving(double[] shares) {
		double[] surviving = new double[BINS + 1];
		surviving[0] = 1;
		for (int bin = 0; bin < BINS; bin++) {
			surviving[bin + 1] = Math.max(0, surviving[bin] - shares[bin]);
		}
		return surviving;
	}

	private static double[] moment(double[] shares) {
		double[] moment = new double[BINS + 1];
		for (int bin = 0; bin < BINS; bin++) {
			moment[bin + 1] = moment[bin] + shares[bin] * (EDGES[bin] + EDGES[bin + 1]) / 2;
		}
		return moment;
	}

	private record Cost(double polls, double lag) {
	}

}
