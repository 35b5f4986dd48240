package io.operations.polling;

import java.util.Random;
import java.util.function.ToDoubleFunction;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * The plan is the best of all plans on the grid, although it does not try them all.
 */
class PollingPlanTests {

	private static final double[] PRICES = { 0.05, 1, 30 };

	@Test
	void whenDurationsAreWidePlanIsTheBest() {
		hasTheBestPlan((random) -> 60 * Math.exp(random.nextGaussian()), 0.5, 600);
	}

	@Test
	void whenThereAreSeveralSortsPlanIsTheBest() {
		hasTheBestPlan((random) -> ((random.nextInt(10) == 0) ? 900 : 4) * Math.exp(0.1 * random.nextGaussian()), 0.5,
				600);
	}

	@Test
	void whenEdgeIsSharpAndBoundsCloseThePlanIsTheBest() {
		hasTheBestPlan((random) -> 20 + 10 * Math.pow(1 - 0.999 * random.nextDouble(), -1 / 1.5), 7, 15);
	}

	@Test
	void whenDurationsAreAtTheGridsEndPlanIsTheBest() {
		hasTheBestPlan((random) -> 100_000 * Math.exp(0.8 * random.nextGaussian()), 0.5, 36_000);
	}

	private static void hasTheBestPlan(ToDoubleFunction<Random> sample, double minInterval, double maxInterval) {
		Random random = new Random(1);
		DurationHistogram histogram = new DurationHistogram();
		for (int i = 0; i < 60; i++) {
			histogram.ended(sample.applyAsDouble(random), 40);
		}
		DurationDistribution durations = DurationDistribution.estimate(histogram);
		for (double price : PRICES) {
			PollingPlan plan = PollingPlan.best(durations, price, minInterval, maxInterval);
			int[] next = next(durations, price, minInterval, maxInterval);
			for (int bin = 0; bin < Ages.BINS && next[bin] >= 0; bin++) {
				double age = Ages.edge(bin);
				double trusted = Math.max(durations.longest() - age, age / BackoffPollingSchedule.PART_OF_AGE);
				double interval = Math.min(Ages.edge(next[bin]) - age, trusted);
				assertThat(plan.interval(age)).as("price %s, bin %s", price, bin)
					.isCloseTo(Math.min(maxInterval, Math.max(minInterval, interval)), within(1e-6 * (age + 1)));
			}
		}
	}

	// The recurrence of the plan, with each next poll tried. From ages that hardly any
	// operation reaches, there is none.
	private static int[] next(DurationDistribution durations, double price, double minInterval, double maxInterval) {
		int bins = Ages.BINS;
		double[] surviving = new double[bins + 1];
		double[] moment = new double[bins + 1];
		surviving[0] = 1;
		for (int bin = 0; bin < bins; bin++) {
			double share = durations.share(bin);
			surviving[bin + 1] = Math.max(0, surviving[bin] - share);
			moment[bin + 1] = moment[bin] + share * (Ages.edge(bin) + Ages.edge(bin + 1)) / 2;
		}
		double[] cost = new double[bins + 1];
		int[] next = new int[bins];
		for (int from = bins - 1; from >= 0; from--) {
			next[from] = -1;
			double least = Double.POSITIVE_INFINITY;
			for (int to = from + 1; to <= bins && surviving[from] >= 1e-9; to++) {
				double interval = Ages.edge(to) - Ages.edge(from);
				boolean first = next[from] < 0;
				boolean allowed = first ? (interval >= minInterval || to == bins)
						: (interval >= minInterval && interval <= maxInterval);
				double lag = Ages.edge(to) * (surviving[from] - surviving[to]) - (moment[to] - moment[from]);
				if (allowed && lag + cost[to] < least) {
					least = lag + cost[to];
					next[from] = to;
				}
			}
			cost[from] = (next[from] >= 0) ? price * surviving[from] + least : 0;
		}
		return next;
	}

}
