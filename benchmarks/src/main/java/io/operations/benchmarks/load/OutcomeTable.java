package io.operations.benchmarks.load;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

import io.operations.benchmarks.Optimum;

/**
 * Outcomes as a Markdown table.
 */
final class OutcomeTable {

	private final Map<Distribution, Optimum> optima = new EnumMap<>(Distribution.class);

	String header() {
		return """
				| operations | limit | durations | client | polls | refused | mean lag | p99 lag | ÷ optimum | unseen \
				| CPU | heap |
				|---|---|---|---|---|---|---|---|---|---|---|---|""";
	}

	String row(Run run, Outcome outcome) {
		Cell cell = run.cell();
		Tally tally = outcome.tally();
		return String.format(Locale.ROOT,
				"| %d | %s | %s | %s | %.1f | %.1f | %.2f s | %.1f s | %s | %.0f | %.1f s | %.0f MB |",
				cell.operations(), cell.limit(), cell.distribution(), run.contender(), tally.polls(), tally.refused(),
				tally.meanLag(), tally.p99Lag(), ratio(cell.distribution(), tally), tally.unseen(), outcome.cpu(),
				outcome.heap());
	}

	private String ratio(Distribution distribution, Tally tally) {
		Optimum optimum = this.optima.computeIfAbsent(distribution, Distribution::optimum);
		return (tally.polls() < optimum.fewestPolls()) ? "–"
				: String.format(Locale.ROOT, "%.1f", tally.meanLag() / optimum.lag(tally.polls()));
	}

}
