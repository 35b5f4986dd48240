package io.operations.benchmarks.simulation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.operations.benchmarks.Durations;
import io.operations.benchmarks.FixedInterval;
import io.operations.benchmarks.Optimum;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;

/**
 * More operations than the account allows polls for: 1.5, 2.5 and 4 polls for each.
 */
final class OverloadScenario implements Scenario {

	private static final int SEEDS = 20;

	private static final double REQUESTS_PER_SECOND = 5;

	private static final double[] ALLOWED = { 1.5, 2.5, 4 };

	private static final double FROM = 1200;

	private static final double TO = 2400;

	// Long enough for the last ones to be seen.
	private static final double END = 2700;

	private static final int BIN = 60;

	@Override
	public void run(Path pictures) {
		Table table = new Table("%s | %.1f | %.2f | %.1f s | %.1f s | %.2f | %.2f | %.2f", "durations",
				"polls allowed per operation", "polls spent", "mean lag", "optimum", "ratio", "p90 of seeds",
				"÷ a fixed interval's at the polls spent");
		List<Curve> rates = new ArrayList<>();
		List<Curve> lags = new ArrayList<>();
		for (Durations durations : List.of(Durations.NEAR_CONSTANT, Durations.HEAVY_TAIL, Durations.BIMODAL,
				Durations.UNIFORM, Durations.WEIBULL)) {
			Optimum optimum = new Optimum(durations::next, 0.5, 600);
			FixedInterval fixed = new FixedInterval(durations);
			for (double allowed : ALLOWED) {
				Trials trials = Trials.run(SEEDS, (seed) -> measure(run(durations, allowed, seed)));
				double possible = optimum.lag(allowed);
				table.row(durations, allowed, trials.median(0), trials.median(1), possible, trials.median(1) / possible,
						trials.quantile(1, 0.9) / possible, trials.median(1) / fixed.lag(trials.median(0)));
			}
			PoissonRun shown = run(durations, 2.5, SEEDS);
			shown.advanceTo(END);
			rates.add(shown.endpoint().requests().coarser(BIN).rates(durations.toString(), 0, END));
			lags.add(shown.endpoint().lags().coarser(BIN).means(durations.toString(), 0, END));
		}
		Picture picture = new Picture("Overload: 5 requests/s allowed, two operations begin each second");
		picture.diagram("minutes", "requests/s", rates).setYAxisMin(0.0);
		picture.diagram("minutes", "mean lag, s", lags).setYAxisMin(0.0);
		picture.write(pictures.resolve("overload.png"));
	}

	private static PoissonRun run(Durations durations, double allowed, int seed) {
		return new PoissonRun(durations, 1, REQUESTS_PER_SECOND / allowed,
				new RateLimitSettings(REQUESTS_PER_SECOND, 16, 1), new PollingSettings(Duration.ofMillis(500),
						Duration.ofMinutes(10), Duration.ofHours(10), 100_000, Duration.ofHours(10), 8),
				seed);
	}

	private static double[] measure(PoissonRun run) {
		run.advanceTo(END);
		List<SimulatedOperation> ended = run.ended(FROM, TO);
		double lag = 0;
		for (SimulatedOperation operation : ended) {
			double seen = (operation.seen() >= 0) ? operation.seen() : END * 1000;
			lag += (seen - operation.ends()) / 1000 / ended.size();
		}
		return new double[] { (double) run.endpoint().requests().count(FROM, TO) / ended.size(), lag };
	}

}
