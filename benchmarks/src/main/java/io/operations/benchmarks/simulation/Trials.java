package io.operations.benchmarks.simulation;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The same run under many seeds, as many at a time as there are processors.
 */
final class Trials {

	private final double[][] results;

	private Trials(double[][] results) {
		this.results = results;
	}

	static Trials run(int seeds, IntFunction<double[]> trial) {
		return new Trials(IntStream.range(0, seeds).parallel().mapToObj(trial).toArray(double[][]::new));
	}

	double quantile(int column, double part) {
		double[] sorted = IntStream.range(0, this.results.length)
			.mapToDouble((seed) -> this.results[seed][column])
			.sorted()
			.toArray();
		return sorted[(int) Math.round(part * (sorted.length - 1))];
	}

	double mean(int column) {
		return Arrays.stream(this.results).mapToDouble((result) -> result[column]).average().orElse(Double.NaN);
	}

	int columns() {
		return this.results[0].length;
	}

	double median(int column) {
		return quantile(column, 0.5);
	}

	double highest(int column) {
		return quantile(column, 1);
	}

	double lowest(int column) {
		return quantile(column, 0);
	}

}
