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

	private static final int BINS = 1500;

	private static final double FIRST = 0.2;

	private static final double LOG_GROWTH = Math.log(1.01);

	private static final double MIN_INTERVAL = 0.5;

	private static final double MAX_INTERVAL = 600;

	private static final int SAMPLES = 400_000;

	// Of a sort that was not seen yet, nothing is known but that it is somewhere around
	// the others (a Cauchy density in log time).
	private static final double UNSEEN_WIDTH = 0.7 / LOG_GROWTH;

	private static final double[] EDGES = new double[BINS + 1];

	static {
		for (int i = 1; i <= BINS; i++) {
			EDGES[i] = FIRST * Math.exp((i - 1) * LOG_GROWTH);
		}
	}

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
		double[] truth = new double[BINS];
		for (Sort sort : sorts) {
			add(truth, sort.shape, sort.weight / total);
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
					ratios[seed] = ratio(estimate(sorts, ends), truth, aim);
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
		double[] estimate = new double[BINS];
		for (Sort sort : sorts) {
			add(estimate, (sort.seen > 0) ? sort.placed() : unseen(mean), (sort.seen + 1.0) / (ends + sorts.length));
		}
		return estimate;
	}

	private static double[] unseen(double center) {
		double[] density = new double[BINS];
		for (int bin = 0; bin < BINS; bin++) {
			density[bin] = 1 / (1 + Math.pow((bin + 0.5 - center) / UNSEEN_WIDTH, 2));
		}
		double total = Arrays.stream(density).sum();
		return Arrays.stream(density).map((share) -> share / total).toArray();
	}

	// Failures at 2 s, of which nothing was seen yet, are given some weight.
	private static void insure() {
		double[] others = sort(1, 60, 0.05).shape;
		double[] failures = sort(1, 2, 0.3).shape;
		double[] mixed = new double[BINS];
		add(mixed, others, 0.95);
		add(mixed, failures, 0.05);
		System.out.println();
		System.out.println(
				"| aim | weight of a failure | without failures | one in 20 fails | without, if the place is known | one in 20, if it is known |");
		System.out.println("|---|---|---|---|---|---|");
		for (double aim : AIMS) {
			for (double weight : List.of(0.0, 0.005, 0.01, 0.02, 0.05)) {
				double[] anywhere = new double[BINS];
				add(anywhere, others, 1 - weight);
				add(anywhere, unseen(1 + Math.log(60 / FIRST) / LOG_GROWTH), weight);
				double[] known = new double[BINS];
				add(known, others, 1 - weight);
				add(known, failures, weight);
				System.out.printf(Locale.ROOT, "| %.0f | %.1f %% | %.2f | %.2f | %.2f | %.2f |%n", aim, 100 * weight,
						ratio(anywhere, others, aim), ratio(anywhere, mixed, aim), ratio(known, others, aim),
						ratio(known, mixed, aim));
			}
		}
	}

	private static void add(double[] sum, double[] shares, double weight) {
		for (int bin = 0; bin < BINS; bin++) {
			sum[bin] += weight * shares[bin];
		}
	}

	// The mean lag of the best plan for an estimate, compared with that of the best plan
	// of as many polls for the truth.
	private static double ratio(double[] estimate, double[] truth, double aim) {
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

	private static double position(double seconds) {
		return (seconds < FIRST) ? 0 : 1 + Math.log(seconds / FIRST) / LOG_GROWTH;
	}

	private record Cost(double polls, double lag) {
	}

	/**
	 * One sort of operations, and those of it that were seen.
	 */
	private static final class Sort {

		private final double weight;

		private final ToDoubleFunction<Random> durations;

		private final double[] shape = new double[BINS];

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
				double position = position(durations.applyAsDouble(random));
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
			this.sum += position(this.durations.applyAsDouble(random));
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
			double[] placed = new double[BINS];
			for (int bin = 0; bin < BINS; bin++) {
				for (int by = -reach; this.shape[bin] > 0 && by <= reach; by++) {
					placed[Math.min(BINS - 1, Math.max(0, bin + by))] += this.shape[bin] * kernel[by + reach] / total;
				}
			}
			return placed;
		}

	}

}
