package io.operations.benchmarks;

import java.util.Random;

/**
 * How long operations take, in seconds. The first three are those of the theory, the
 * others are there so that nothing is tuned to them.
 */
public enum Durations {

	/**
	 * Nearly all alike.
	 */
	NEAR_CONSTANT("log-normal, median 60 s, σ 0.1"),

	/**
	 * Widely spread.
	 */
	HEAVY_TAIL("log-normal, median 60 s, σ 1"),

	/**
	 * Of two sorts.
	 */
	BIMODAL("80 % around 10 s, 20 % around 200 s, σ 0.2"),

	/**
	 * Spread.
	 */
	MODERATE("log-normal, median 60 s, σ 0.5"),

	/**
	 * Between two bounds.
	 */
	UNIFORM("uniform, 5 to 20 s"),

	/**
	 * Most of them short.
	 */
	WEIBULL("Weibull, scale 30 s, shape 0.6"),

	/**
	 * Of three steps each.
	 */
	GAMMA("gamma, mean 20 s, shape 3");

	private final String text;

	Durations(String text) {
		this.text = text;
	}

	/**
	 * Draw a duration.
	 * @param random where chance comes from
	 * @return the duration in seconds
	 */
	public double next(Random random) {
		return switch (this) {
			case NEAR_CONSTANT -> 60 * Math.exp(0.1 * random.nextGaussian());
			case HEAVY_TAIL -> 60 * Math.exp(random.nextGaussian());
			case BIMODAL -> ((random.nextDouble() < 0.8) ? 10 : 200) * Math.exp(0.2 * random.nextGaussian());
			case MODERATE -> 60 * Math.exp(0.5 * random.nextGaussian());
			case UNIFORM -> 5 + 15 * random.nextDouble();
			case WEIBULL -> 30 * Math.pow(-Math.log(1 - random.nextDouble()), 1 / 0.6);
			case GAMMA -> -20.0 / 3 * (Math.log(1 - random.nextDouble()) + Math.log(1 - random.nextDouble())
					+ Math.log(1 - random.nextDouble()));
		};
	}

	@Override
	public String toString() {
		return this.text;
	}

}
