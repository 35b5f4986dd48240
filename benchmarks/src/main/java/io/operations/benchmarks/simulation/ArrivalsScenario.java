package io.operations.benchmarks.simulation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.operations.benchmarks.Durations;
import io.operations.benchmarks.Optimum;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;

/**
 * Three hours of operations that begin at random, where the account allows more polls
 * than are wanted.
 */
final class ArrivalsScenario implements Scenario {

	private static final int SEEDS = 20;

	private static final double PER_SECOND = 0.2;

	private static final double HOUR = 3600;

	private static final double END = 3 * HOUR;

	private static final int BIN = 180;

	private static final int[] COMPLETIONS = { 0, 5, 10, 15, 20, 30, 40, 60, 80, 120, 200, 350, 600, 1000, 1600 };

	@Override
	public void run(Path pictures) {
		Table table = new Table("%s | %.1f | %.1f | %.2f s | %.2f s | %.2f | %.2f", "durations",
				"polls for each of the first 10", "polls per operation after an hour", "mean lag", "optimum", "ratio",
				"p90 of seeds");
		List<Curve> polls = new ArrayList<>();
		List<Curve> ratios = new ArrayList<>();
		List<Curve> rates = new ArrayList<>();
		List<Curve> lags = new ArrayList<>();
		for (Durations durations : List.of(Durations.NEAR_CONSTANT, Durations.HEAVY_TAIL, Durations.BIMODAL,
				Durations.UNIFORM, Durations.WEIBULL)) {
			Optimum optimum = new Optimum(durations::next, 0.5, 600);
			Trials trials = Trials.run(SEEDS, (seed) -> measure(durations, seed, optimum));
			table.row(durations, trials.mean(1), trials.median(trials.columns() - 3),
					trials.median(trials.columns() - 2), optimum.lag(trials.median(trials.columns() - 3)),
					trials.median(trials.columns() - 1), trials.quantile(trials.columns() - 1, 0.9));
			Curve pollCurve = new Curve(durations.toString());
			Curve ratioCurve = new Curve(durations.toString());
			for (int i = 1; i < COMPLETIONS.length; i++) {
				double spent = trials.mean(2 * i);
				pollCurve.add(COMPLETIONS[i], spent);
				ratioCurve.add(COMPLETIONS[i], trials.mean(2 * i + 1) / optimum.lag(spent));
			}
			polls.add(pollCurve);
			ratios.add(ratioCurve);
			PoissonRun shown = run(durations, SEEDS);
			rates.add(shown.endpoint().requests().coarser(BIN).rates(durations.toString(), 0, HOUR));
			lags.add(shown.endpoint().lags().coarser(BIN).means(durations.toString(), 0, HOUR));
		}
		Picture picture = new Picture("Learning: 20 requests/s allowed, an operation each 5 s");
		picture.diagram("operations seen to end", "polls per operation", polls).setXAxisLogarithmic(true);
		picture.diagram("operations seen to end", "lag ÷ optimum at as many polls", ratios)
			.setXAxisLogarithmic(true)
			.setYAxisLogarithmic(true);
		picture.write(pictures.resolve("arrivals.png"));
		Picture firstHour = new Picture("The first hour of that");
		firstHour.diagram("minutes", "requests/s", rates).setYAxisMin(0.0);
		firstHour.diagram("minutes", "mean lag, s", lags).setYAxisMin(0.0);
		firstHour.write(pictures.resolve("first-hour.png"));
	}

	private static PoissonRun run(Durations durations, int seed) {
		PoissonRun run = new PoissonRun(durations, 1, PER_SECOND, RateLimitSettings.defaults(),
				new PollingSettings(Duration.ofMillis(500), Duration.ofMinutes(10), Duration.ofHours(10), 100_000,
						Duration.ofHours(10), 8),
				seed);
		run.advanceTo(END);
		return run;
	}

	private static double[] measure(Durations durations, int seed, Optimum optimum) {
		PoissonRun run = run(durations, seed);
		List<SimulatedOperation> seen = run.ended(0, END)
			.stream()
			.filter((operation) -> operation.seen() >= 0)
			.sorted(Comparator.comparingLong(SimulatedOperation::seen))
			.toList();
		double[] result = new double[2 * COMPLETIONS.length + 3];
		result[1] = polls(seen.subList(0, 10));
		for (int i = 1; i < COMPLETIONS.length; i++) {
			List<SimulatedOperation> part = seen.subList(COMPLETIONS[i - 1], COMPLETIONS[i]);
			result[2 * i] = polls(part);
			result[2 * i + 1] = lag(part);
		}
		List<SimulatedOperation> late = seen.stream().filter((operation) -> operation.ends() >= HOUR * 1000).toList();
		result[result.length - 3] = polls(late);
		result[result.length - 2] = lag(late);
		result[result.length - 1] = lag(late) / optimum.lag(polls(late));
		return result;
	}

	private static double polls(List<SimulatedOperation> operations) {
		return operations.stream().mapToInt(SimulatedOperation::polls).average().orElse(Double.NaN);
	}

	private static double lag(List<SimulatedOperation> operations) {
		return operations.stream()
			.mapToDouble((operation) -> (operation.seen() - operation.ends()) / 1000.0)
			.average()
			.orElse(Double.NaN);
	}

}
