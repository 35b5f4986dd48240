package io.operations.benchmarks;

import java.util.Random;

/**
 * How long operations take, in seconds. The first three are those of the theory. The
 * schedule was tuned with those before {@link #RARE_SLOW}. Those from there on were
 * chosen afterwards.
 */
public enum Durations {

	/**
	 * Nearly the same for all.
	 */
	NEAR_CONSTANT("log-normal, median 60 s, σ 0.1", Draw.logNormal(60, 0.1)),

	/**
	 * Some last very long.
	 */
	HEAVY_TAIL("log-normal, median 60 s, σ 1", Draw.logNormal(60, 1)),

	/**
	 * Of two sorts.
	 */
	BIMODAL("80 % around 10 s, 20 % around 200 s, σ 0.2",
			(random, before) -> ((random.nextDouble() < 0.8) ? 10 : 200) * Math.exp(0.2 * random.nextGaussian())),

	/**
	 * Neither nearly the same nor far apart.
	 */
	MODERATE("log-normal, median 60 s, σ 0.5", Draw.logNormal(60, 0.5)),

	/**
	 * Anywhere between two bounds.
	 */
	UNIFORM("uniform, 5 to 20 s", (random, before) -> 5 + 15 * random.nextDouble()),

	/**
	 * Many end at once, some last very long.
	 */
	WEIBULL("Weibull, scale 30 s, shape 0.6",
			(random, before) -> 30 * Math.pow(-Math.log(1 - random.nextDouble()), 1 / 0.6)),

	/**
	 * Of several steps.
	 */
	GAMMA("gamma, mean 20 s, shape 3",
			(random, before) -> -20.0 / 3
					* (Math.log(1 - random.nextDouble()) + Math.log(1 - random.nextDouble())
							+ Math.log(1 - random.nextDouble()))),

	/**
	 * Of three sorts.
	 */
	THREE_SORTS("a third each around 5, 50 and 500 s, σ 0.15",
			(random, before) -> 5 * Math.pow(10, random.nextInt(3)) * Math.exp(0.15 * random.nextGaussian())),

	/**
	 * With a lower edge and a heavy tail.
	 */
	EDGE("30 s + Pareto, scale 10 s, shape 1.5",
			(random, before) -> 20 + 10 * Math.pow(1 - random.nextDouble(), -1 / 1.5)),

	/**
	 * Nearly the same for all, except failures.
	 */
	FAST_FAILURES("60 s, σ 0.05; one in 20 fails at 2 s, σ 0.3",
			(random, before) -> (random.nextDouble() < 0.05) ? 2 * Math.exp(0.3 * random.nextGaussian())
					: 60 * Math.exp(0.05 * random.nextGaussian())),

	/**
	 * Half a per cent longer each time.
	 */
	DRIFT("60 s, σ 0.2, 0.5 % slower with each operation", true,
			(random, before) -> 60 * Math.exp(0.005 * before + 0.2 * random.nextGaussian())),

	/**
	 * With a daily pattern.
	 */
	DAILY("30 to 120 s in turn over 300 operations, σ 0.2", true,
			(random, before) -> 60
					* Math.exp(0.7 * Math.sin(before * 2 * Math.PI / 300) + 0.2 * random.nextGaussian())),

	/**
	 * Never below a lower bound.
	 */
	OFFSET("20 s + log-normal, median 20 s, σ 0.8",
			(random, before) -> 20 + 20 * Math.exp(0.8 * random.nextGaussian())),

	/**
	 * Without memory.
	 */
	EXPONENTIAL("exponential, mean 60 s", (random, before) -> -60 * Math.log(1 - random.nextDouble())),

	/**
	 * Longer than many intervals.
	 */
	ONE_HOUR("log-normal, median 1 h, σ 0.3", Draw.logNormal(3600, 0.3)),

	/**
	 * Mostly of a fast sort.
	 */
	FAST_SORT("90 % around 3 s, 10 % around 90 s, σ 0.1",
			(random, before) -> ((random.nextDouble() < 0.9) ? 3 : 90) * Math.exp(0.1 * random.nextGaussian())),

	/**
	 * Of any scale.
	 */
	LOG_UNIFORM("log-uniform, 2 to 200 s", (random, before) -> 2 * Math.pow(100, random.nextDouble())),

	/**
	 * Seen by the server in steps.
	 */
	STEPS("multiples of 10 s, each the last with 1 in 3",
			(random, before) -> 10 * Math.ceil(Math.log(1 - random.nextDouble()) / Math.log(2.0 / 3) + 1e-9)),

	/**
	 * With two edges and a time-out of the server.
	 */
	TIMED_OUT("uniform, 10 to 30 s; one in 10 times out at 120 s",
			(random, before) -> (random.nextDouble() < 0.1) ? 120 : 10 + 20 * random.nextDouble()),

	/**
	 * With a heavy tail from the start.
	 */
	PARETO("Pareto, scale 8 s, shape 1.2", (random, before) -> 8 * Math.pow(1 - random.nextDouble(), -1 / 1.2)),

	/**
	 * Faster with each operation.
	 */
	SPEEDING_UP("120 s, σ 0.3, 0.4 % faster with each operation", true,
			(random, before) -> 120 * Math.exp(-0.004 * before + 0.3 * random.nextGaussian())),

	/**
	 * Of a rare slow sort.
	 */
	RARE_SLOW("5 s, one in 50 around 300 s, σ 0.2",
			(random, before) -> ((random.nextDouble() < 0.98) ? 5 : 300) * Math.exp(0.2 * random.nextGaussian())),

	/**
	 * Of four sorts.
	 */
	FOUR_SORTS("a quarter each around 3, 20, 90 and 400 s, σ 0.2",
			(random, before) -> new double[] { 3, 20, 90, 400 }[random.nextInt(4)]
					* Math.exp(0.2 * random.nextGaussian())),

	/**
	 * Of two sorts close to each other.
	 */
	TWO_NEAR("half around 30 s, half around 45 s, σ 0.1",
			(random, before) -> (random.nextBoolean() ? 30 : 45) * Math.exp(0.1 * random.nextGaussian())),

	/**
	 * Nearly the same for all, except failures at any time.
	 */
	FAILURES("90 s, σ 0.1; one in ten fails anywhere before",
			(random, before) -> 90
					* ((random.nextDouble() < 0.1) ? random.nextDouble() : Math.exp(0.1 * random.nextGaussian()))),

	/**
	 * Many end at once.
	 */
	CHI_SQUARE("gamma, mean 30 s, shape 0.5", (random, before) -> 30 * Math.pow(random.nextGaussian(), 2)),

	/**
	 * With a hazard that grows.
	 */
	RAYLEIGH("Weibull, scale 40 s, shape 2", (random, before) -> 40 * Math.sqrt(-Math.log(1 - random.nextDouble()))),

	/**
	 * With a tail to the left.
	 */
	LEFT_SKEWED("Weibull, scale 90 s, shape 8",
			(random, before) -> 90 * Math.pow(-Math.log(1 - random.nextDouble()), 1 / 8.0)),

	/**
	 * Of nearly any scale.
	 */
	WIDE("log-normal, median 10 s, σ 1.5", Draw.logNormal(10, 1.5)),

	/**
	 * Of two uniform steps.
	 */
	TRIANGULAR("triangular, 10 to 70 s", (random, before) -> 10 + 30 * (random.nextDouble() + random.nextDouble())),

	/**
	 * After a time in a queue.
	 */
	QUEUED("exponential, mean 40 s, and then 10 s, σ 0.1",
			(random, before) -> -40 * Math.log(1 - random.nextDouble()) + 10 * Math.exp(0.1 * random.nextGaussian())),

	/**
	 * With a heavy tail and no lower bound.
	 */
	LOMAX("Lomax, scale 30 s, shape 2", (random, before) -> 30 * (Math.pow(1 - random.nextDouble(), -0.5) - 1)),

	/**
	 * Mostly at its edges.
	 */
	ARCSINE("arcsine, 10 to 60 s",
			(random, before) -> 10 + 50 * Math.pow(Math.sin(Math.PI / 2 * random.nextDouble()), 2)),

	/**
	 * Noticed by the server in steps.
	 */
	LOOKED_AFTER("log-normal, median 40 s, σ 0.5, up to the next multiple of 15 s",
			(random, before) -> 15 * Math.ceil(40 / 15.0 * Math.exp(0.5 * random.nextGaussian()))),

	/**
	 * With a time-out of the server.
	 */
	CUT_OFF("exponential, mean 60 s, at most 150 s",
			(random, before) -> Math.min(150, -60 * Math.log(1 - random.nextDouble()))),

	/**
	 * With a shortest time.
	 */
	AT_LEAST("log-normal, median 25 s, σ 0.6, at least 20 s",
			(random, before) -> Math.max(20, 25 * Math.exp(0.6 * random.nextGaussian()))),

	/**
	 * As whole seconds.
	 */
	WHOLE_SECONDS("log-normal, median 8 s, σ 0.4, in whole seconds",
			(random, before) -> Math.ceil(8 * Math.exp(0.4 * random.nextGaussian()))),

	/**
	 * Hardly longer than the shortest interval.
	 */
	SHORT("log-normal, median 2 s, σ 0.3", Draw.logNormal(2, 0.3)),

	/**
	 * Of two steps.
	 */
	TWO_STEPS("uniform, 5 to 15 s, and then exponential, mean 5 s",
			(random, before) -> 5 + 10 * random.nextDouble() - 5 * Math.log(1 - random.nextDouble())),

	/**
	 * Far longer than the longest interval.
	 */
	SIX_HOURS("log-normal, median 6 h, σ 0.5", Draw.logNormal(21_600, 0.5)),

	/**
	 * Three times as long from one operation on.
	 */
	CHANGED("40 s, from the 101st operation on 120 s, σ 0.15", true,
			(random, before) -> ((before < 100) ? 40 : 120) * Math.exp(0.15 * random.nextGaussian())),

	/**
	 * Slowly longer, and widely spread.
	 */
	WIDE_DRIFT("20 s, σ 0.5, 0.3 % slower with each operation", true,
			(random, before) -> 20 * Math.exp(0.003 * before + 0.5 * random.nextGaussian()));

	private final String text;

	private final boolean moving;

	@SuppressWarnings("ImmutableEnumChecker")
	private final Draw draw;

	Durations(String text, Draw draw) {
		this(text, false, draw);
	}

	Durations(String text, boolean moving, Draw draw) {
		this.text = text;
		this.moving = moving;
		this.draw = draw;
	}

	boolean moves() {
		return this.moving;
	}

	/**
	 * Draw the duration of the first operation.
	 * @param random what it is drawn from
	 * @return the duration in seconds
	 */
	public double next(Random random) {
		return next(random, 0);
	}

	/**
	 * Draw a duration.
	 * @param random what it is drawn from
	 * @param before the number of operations before this one
	 * @return the duration in seconds
	 */
	public double next(Random random, int before) {
		return this.draw.next(random, before);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
