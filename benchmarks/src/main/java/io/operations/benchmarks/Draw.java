package io.operations.benchmarks;

import java.util.Random;

/**
 * Draws a duration in seconds.
 */
@FunctionalInterface
interface Draw {

	/**
	 * Draw a duration.
	 * @param random what it is drawn from
	 * @param before the number of operations before this one
	 * @return the duration in seconds
	 */
	double next(Random random, int before);

	/**
	 * Draw from a log-normal distribution.
	 * @param median the median in seconds
	 * @param deviation the standard deviation of the logarithm
	 * @return draws each duration
	 */
	static Draw logNormal(double median, double deviation) {
		return (random, before) -> median * Math.exp(deviation * random.nextGaussian());
	}

}
