package io.operations.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * What a few ends can tell at best. A learner is told the number of sorts of operations
 * and the shape of each. Only the place and the weight of each sort are left to learn. A
 * schedule that is told nothing cannot do better on average.
 * <p>
 * Prints two Markdown tables: the lag of that learner, and what a learner that has seen
 * no failure pays for polls in case there are some.
 */
public final class ToldSorts {

	private static final int SEEDS = 101;

	private static final int[] LEARNED = { 10, 50 };

	private static final double[] AIMS = { 3, 8 };

	private static final int SAMPLES = 400_000;

	// Of a sort that was not seen yet, nothing is known but that it is somewhere around
	// the others (a Cauchy density in log time).
	private static final double UNSEEN_WIDTH = 0.7 / BinnedPlans.LOG_GROWTH;

	private ToldSorts() {
	}

	/**
	 * Print the tables.
	 * @param args none
	 */
	public static void main(String[] args) {
		System.out
			.println("| durations | aim | a sort is not among 10 | after 10 | a sort is not among 50 | after 50 |");
		System.out.println("|---|---|---|---|---|---|");
		learn(Durations.BIMODAL, sort(0.8, 10, 0.2), sort(0.2, 200, 0.2));
		learn(Durations.THREE_SORTS, sort(1, 5, 0.15), sort(1, 50, 0.15), sort(1, 500, 0.15));
		learn(Durations.FAST_FAILURES, sort(0.95, 60, 0.05), sort(0.05, 2, 0.3));
		learn(Durations.FAST_SORT, sort(0.9, 3, 0.1), sort(0.1, 90, 0.1));
		learn(Durations.TIMED_OUT, new Sort(0.9, (random) -> 10 + 20 * random.nextDouble()),
				new Sort(0.1, (random) -> 120));
		insure();
	}

	private static Sort sort(double weight, double median, double deviation) {
		return new Sort(weight, (random) -> median * Math.exp(deviation * random.nextGaussian()));
	}

	private static void learn(Durations durations, Sort... sorts) {
		double total = Arrays.stream(sorts).mapToDouble(Sort::weight).sum();
		double[] truth = new double[BinnedPlans.BINS];
		for (Sort sort : sorts) {
			BinnedPlans.add(truth, sort.shape, sort.weight / total);
		}
		for (double aim : AIMS) {
			StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "| %s | %.0f |", durations, aim));
			for (int ends : LEARNED) {
				double[] ratios = new double[SEEDS];
				double unseen = 0;
				for (int seed = 0; seed < SEEDS; seed++) {
					Random random = new Random(seed);
					for (Sort sort : sorts) {
						sort.forget();
					}
					for (int i = 0; i < ends; i++) {
						draw(sorts, total, random).see(random);
					}
					unseen += Arrays.stream(sorts).anyMatch((sort) -> sort.seen == 0) ? 1.0 / SEEDS : 0;
					ratios[seed] = BinnedPlans.ratio(estimate(sorts, ends), truth, aim);
				}
				Arrays.sort(ratios);
				row.append(String.format(Locale.ROOT, " %.0f %% | %.2f (%.2f) |", 100 * unseen, ratios[SEEDS / 2],
						ratios[SEEDS * 9 / 10]));
			}
			System.out.println(row);
		}
	}

	private static Sort draw(Sort[] sorts, double total, Random random) {
		double left = total * random.nextDouble();
		int sort = 0;
		while (sort < sorts.length - 1 && left > sorts[sort].weight) {
			left -= sorts[sort++].weight;
		}
		return sorts[sort];
	}

	// The weights are Laplace's.
	private static double[] estimate(Sort[] sorts, int ends) {
		double mean = Arrays.stream(sorts).mapToDouble((sort) -> sort.sum).sum() / ends;
		double[] estimate = new double[BinnedPlans.BINS];
		for (Sort sort : sorts) {
			BinnedPlans.add(estimate, (sort.seen > 0) ? sort.placed() : unseen(mean),
					(sort.seen + 1.0) / (ends + sorts.length));
		}
		return estimate;
	}

	private static double[] unseen(double center) {
		double[] density = new double[BinnedPlans.BINS];
		for (int bin = 0; bin < BinnedPlans.BINS; bin++) {
			density[bin] = 1 / (1 + Math.pow((bin + 0.5 - center) / UNSEEN_WIDTH, 2));
		}
		double total = Arrays.stream(density).sum();
		return Arrays.stream(density).map((share) -> share / total).toArray();
	}

	// Failures at 2 s, of which nothing was seen yet, are given some weight.
	private static void insure() {
		double[] others = sort(1, 60, 0.05).shape;
		double[] failures = sort(1, 2, 0.3).shape;
		double[] mixed = new double[BinnedPlans.BINS];
		BinnedPlans.add(mixed, others, 0.95);
		BinnedPlans.add(mixed, failures, 0.05);
		System.out.println();
		System.out.println(
				"| aim | weight of a failure | without failures | one in 20 fails | without, if the place is known | one in 20, if it is known |");
		System.out.println("|---|---|---|---|---|---|");
		for (double aim : AIMS) {
			for (double weight : List.of(0.0, 0.005, 0.01, 0.02, 0.05)) {
				double[] anywhere = new double[BinnedPlans.BINS];
				BinnedPlans.add(anywhere, others, 1 - weight);
				BinnedPlans.add(anywhere, unseen(BinnedPlans.position(60)), weight);
				double[] known = new double[BinnedPlans.BINS];
				BinnedPlans.add(known, others, 1 - weight);
				BinnedPlans.add(known, failures, weight);
				System.out.printf(Locale.ROOT, "| %.0f | %.1f %% | %.2f | %.2f | %.2f | %.2f |%n", aim, 100 * weight,
						BinnedPlans.ratio(anywhere, others, aim), BinnedPlans.ratio(anywhere, mixed, aim),
						BinnedPlans.ratio(known, others, aim), BinnedPlans.ratio(known, mixed, aim));
			}
		}
	}

	/**
	 * One sort of operations, and those of it that were seen.
	 */
	private static final class Sort {

		private final double weight;

		private final ToDoubleFunction<Random> durations;

		private final double[] shape = new double[BinnedPlans.BINS];

		private final double mean;

		private final double deviation;

		private int seen;

		private double sum;

		Sort(double weight, ToDoubleFunction<Random> durations) {
			this.weight = weight;
			this.durations = durations;
			Random random = new Random(1);
			double sum = 0;
			double squares = 0;
			for (int i = 0; i < SAMPLES; i++) {
				double position = BinnedPlans.position(durations.applyAsDouble(random));
				this.shape[(int) position] += 1.0 / SAMPLES;
				sum += position / SAMPLES;
				squares += position * position / SAMPLES;
			}
			this.mean = sum;
			this.deviation = Math.sqrt(Math.max(0, squares - sum * sum));
		}

		double weight() {
			return this.weight;
		}

		void forget() {
			this.seen = 0;
			this.sum = 0;
		}

		void see(Random random) {
			this.seen++;
			this.sum += BinnedPlans.position(this.durations.applyAsDouble(random));
		}

		// The shape around the mean of what was seen, which is uncertain itself.
		double[] placed() {
			double shift = this.sum / this.seen - this.mean;
			double width = Math.max(0.1, this.deviation / Math.sqrt(this.seen));
			int reach = (int) Math.ceil(4 * width + Math.abs(shift));
			double[] kernel = new double[2 * reach + 1];
			double total = 0;
			for (int by = -reach; by <= reach; by++) {
				kernel[by + reach] = Math.exp(-0.5 * Math.pow((by - shift) / width, 2));
				total += kernel[by + reach];
			}
			double[] placed = new double[BinnedPlans.BINS];
			for (int bin = 0; bin < BinnedPlans.BINS; bin++) {
				for (int by = -reach; this.shape[bin] > 0 && by <= reach; by++) {
					int at = Math.min(BinnedPlans.BINS - 1, Math.max(0, bin + by));
					placed[at] += this.shape[bin] * kernel[by + reach] / total;
				}
			}
			return placed;
		}

	}

}
