package io.operations.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * The least lag that polls can buy where the distribution of durations is known: the
 * recurrence of the theory on a fine grid, for many prices of a poll.
 */
public final class Optimum {

	private static final int BINS = 3000;

	private static final double FIRST = 0.2;

	private static final double LOG_GROWTH = Math.log(1.005);

	// With 20,000, the optimum of a heavy tail is up to 6 % too good: it knows when each
	// of the longest operations ends.
	private static final int SAMPLES = 1_000_000;

	private static final double LONGEST = FIRST * Math.exp((BINS - 1) * LOG_GROWTH);

	private final List<double[]> curve = new ArrayList<>();

	private final double[] edges = new double[BINS + 1];

	private final double[] surviving = new double[BINS + 1];

	private final double[] moment = new double[BINS + 1];

	private final double minInterval;

	private final double maxInterval;

	/**
	 * Solve the recurrence.
	 * @param durations draws a duration in seconds
	 * @param minInterval the shortest interval between two polls, in seconds
	 * @param maxInterval the longest interval between two polls, in seconds
	 */
	public Optimum(ToDoubleFunction<Random> durations, double minInterval, double maxInterval) {
		this.minInterval = minInterval;
		this.maxInterval = maxInterval;
		double[] share = new double[BINS];
		double[] seconds = new double[BINS];
		Random random = new Random(1);
		for (int i = 0; i < SAMPLES; i++) {
			double duration = Math.min(LONGEST, durations.applyAsDouble(random));
			int bin = (duration < FIRST) ? 0 : Math.min(BINS - 1, 1 + (int) (Math.log(duration / FIRST) / LOG_GROWTH));
			share[bin] += 1.0 / SAMPLES;
			seconds[bin] += duration / SAMPLES;
		}
		this.surviving[0] = 1;
		for (int bin = 0; bin < BINS; bin++) {
			this.edges[bin + 1] = FIRST * Math.exp(bin * LOG_GROWTH);
			this.surviving[bin + 1] = Math.max(0, this.surviving[bin] - share[bin]);
			this.moment[bin + 1] = this.moment[bin] + seconds[bin];
		}
		for (double price = 1e-3; price < 1e5; price *= 1.2) {
			this.curve.add(solve(price));
		}
		this.curve.sort(Comparator.comparingDouble((point) -> point[0]));
	}

	private double[] solve(double price) {
		double[] cost = new double[BINS + 1];
		double[] polls = new double[BINS + 1];
		double[] lag = new double[BINS + 1];
		for (int from = BINS - 1; from >= 0; from--) {
			if (this.surviving[from] < 1e-9) {
				continue;
			}
			int best = -1;
			double least = Double.POSITIVE_INFINITY;
			for (int to = from + 1; to <= BINS; to++) {
				double interval = this.edges[to] - this.edges[from];
				if ((interval > this.maxInterval && best >= 0) || lag(from, to) > least) {
					break;
				}
				if ((interval >= this.minInterval || to == BINS) && lag(from, to) + cost[to] < least) {
					least = lag(from, to) + cost[to];
					best = to;
				}
			}
			cost[from] = price * this.surviving[from] + least;
			polls[from] = this.surviving[from] + polls[best];
			lag[from] = lag(from, best) + lag[best];
		}
		return new double[] { polls[0], lag[0] };
	}

	private double lag(int from, int to) {
		return this.edges[to] * (this.surviving[from] - this.surviving[to]) - (this.moment[to] - this.moment[from]);
	}

	/**
	 * Return how few polls an operation may cost on average for {@link #lag} to be known.
	 * @return the polls of the plan that is thriftiest
	 */
	public double fewestPolls() {
		return this.curve.get(0)[0];
	}

	/**
	 * Return the least mean lag.
	 * @param polls how many polls an operation may cost on average
	 * @return the lag in seconds
	 */
	public double lag(double polls) {
		for (int i = 1; i < this.curve.size(); i++) {
			double[] fewer = this.curve.get(i - 1);
			double[] more = this.curve.get(i);
			if (more[0] >= polls) {
				double part = (polls - fewer[0]) / Math.max(1e-9, more[0] - fewer[0]);
				return Math.exp(Math.log(fewer[1]) * (1 - part) + Math.log(more[1]) * part);
			}
		}
		return this.curve.get(this.curve.size() - 1)[1];
	}

}
