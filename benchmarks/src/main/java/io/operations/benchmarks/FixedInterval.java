package io.operations.benchmarks;

import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * What polls cost that come at one interval, chosen with the distribution known.
 */
public final class FixedInterval {

	private static final int SAMPLES = 20_000;

	private static final int HALVINGS = 50;

	private final double[] durations = new double[SAMPLES];

	private double mean;

	/**
	 * Draw durations.
	 * @param durations their distribution
	 */
	public FixedInterval(Durations durations) {
		this(durations::next);
	}

	/**
	 * Draw durations.
	 * @param durations draws a duration in seconds
	 */
	public FixedInterval(ToDoubleFunction<Random> durations) {
		Random random = new Random(1);
		for (int i = 0; i < SAMPLES; i++) {
			this.durations[i] = durations.applyAsDouble(random);
			this.mean += this.durations[i] / SAMPLES;
		}
	}

	/**
	 * Return the mean lag.
	 * @param polls how many polls an operation costs on average
	 * @return the lag in seconds
	 */
	public double lag(double polls) {
		double shorter = 1e-2;
		double longer = 1e5;
		for (int i = 0; i < HALVINGS; i++) {
			double interval = Math.sqrt(shorter * longer);
			if (polls(interval) > polls) {
				shorter = interval;
			}
			else {
				longer = interval;
			}
		}
		return polls * longer - this.mean;
	}

	private double polls(double interval) {
		double polls = 0;
		for (double duration : this.durations) {
			polls += Math.ceil(duration / interval) / SAMPLES;
		}
		return polls;
	}

}
