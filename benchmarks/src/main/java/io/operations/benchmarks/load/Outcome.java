package io.operations.benchmarks.load;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a run cost and brought.
 *
 * @param tally what the server saw
 * @param seconds from the first operation until the client had done with all
 * @param cpu seconds of processor time, from the first operation on
 * @param heap megabytes that are reachable while most operations are waited for
 */
record Outcome(Tally tally, double seconds, double cpu, double heap) {

	static Outcome median(List<Outcome> outcomes) {
		return new Outcome(
				new Tally(median(outcomes, (outcome) -> outcome.tally().polls()),
						median(outcomes, (outcome) -> outcome.tally().refused()),
						median(outcomes, (outcome) -> outcome.tally().meanLag()),
						median(outcomes, (outcome) -> outcome.tally().p99Lag()),
						median(outcomes, (outcome) -> outcome.tally().unseen())),
				median(outcomes, Outcome::seconds), median(outcomes, Outcome::cpu), median(outcomes, Outcome::heap));
	}

	private static double median(List<Outcome> outcomes, ToDoubleFunction<Outcome> figure) {
		double[] sorted = outcomes.stream().mapToDouble(figure).sorted().toArray();
		return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
	}

}
