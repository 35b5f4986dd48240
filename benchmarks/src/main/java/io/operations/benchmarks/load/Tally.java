package io.operations.benchmarks.load;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * What a client's polling cost and brought, as the server saw it.
 *
 * @param polls requests answered, for each operation
 * @param refused requests answered with 429 or 503, for each operation
 * @param meanLag seconds from an end to the answer that told it, or until now
 * @param p99Lag the same, the 99th percentile
 * @param unseen operations whose end was never told
 */
record Tally(double polls, double refused, double meanLag, double p99Lag, double unseen) {

	static Tally of(int operations, long answered, long refused, long told, double[] sortedLags) {
		double p99 = (sortedLags.length > 0) ? sortedLags[(int) (0.99 * (sortedLags.length - 1))] : 0;
		return new Tally((double) answered / operations, (double) refused / operations,
				Arrays.stream(sortedLags).average().orElse(0), p99, operations - told);
	}

	String write() {
		return DoubleStream.of(this.polls, this.refused, this.meanLag, this.p99Lag, this.unseen)
			.mapToObj(Double::toString)
			.collect(Collectors.joining(" "));
	}

	static Tally read(String text) {
		double[] numbers = Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
		return new Tally(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
	}

}
