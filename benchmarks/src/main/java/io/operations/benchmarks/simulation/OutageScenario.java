package io.operations.benchmarks.simulation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.operations.benchmarks.Durations;
import io.operations.benchmarks.Optimum;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;

/**
 * 10,000 waits while the endpoint fails for a minute.
 */
final class OutageScenario implements Scenario {

	private static final int SEEDS = 20;

	private static final int WAITS = 10_000;

	private static final int REQUESTS_PER_SECOND = 200;

	private static final Duration MAX_INTERVAL = Duration.ofMinutes(5);

	// So that operations take ten minutes or so.
	private static final double SCALE = 10;

	private static final double MEAN_SECONDS = SCALE * 60 * Math.exp(0.5 * 0.5 / 2);

	private static final double PER_SECOND = WAITS / MEAN_SECONDS;

	private static final double BEGINS = 2400;

	private static final double LASTS = 60;

	private static final double OVER = BEGINS + LASTS;

	private static final double NORMAL_SECONDS = 600;

	private static final double SHOWN_BEFORE = 300;

	private static final double END = BEGINS + 600;

	private static final int BIN = 10;

	@Override
	public void run(Path pictures) {
		Table table = new Table("%s | %.0f | %.0f | %.0f | %.0f | %.1f s | %.1f s | %.1f s | %.0f s (%.0f s)",
				"for 60 s the endpoint", "requests in the minute before", "requests in the minute of the outage",
				"waits ended by it", "highest rate afterwards, requests/s", "mean lag before", "optimum",
				"highest mean lag of 10 s afterwards", "lag normal again after (worst seed)");
		Optimum optimum = new Optimum((random) -> SCALE * Durations.MODERATE.next(random), 0.5,
				MAX_INTERVAL.toSeconds());
		List<Curve> rates = new ArrayList<>();
		List<Curve> lags = new ArrayList<>();
		for (SimulatedEndpoint.State state : List.of(SimulatedEndpoint.State.UNAVAILABLE,
				SimulatedEndpoint.State.SILENT)) {
			String name = (state == SimulatedEndpoint.State.UNAVAILABLE) ? "answers 503" : "does not answer";
			Trials trials = Trials.run(SEEDS, (seed) -> measure(run(state, seed)));
			table.row(name, trials.median(0), trials.highest(1), trials.highest(2), trials.highest(3), trials.median(4),
					optimum.lag(trials.median(0) / (LASTS * PER_SECOND)), trials.median(5), trials.median(6),
					trials.highest(6));
			PoissonRun shown = run(state, SEEDS);
			rates.add(shown.endpoint().requests().coarser(BIN).rates(name, BEGINS - SHOWN_BEFORE, END));
			lags.add(shown.endpoint().lags().coarser(BIN).means(name, BEGINS - SHOWN_BEFORE, END));
		}
		Picture picture = new Picture("10,000 waits, an outage from minute 5 to minute 6");
		picture.diagram("minutes", "requests/s", rates).setYAxisMin(0.0);
		picture.diagram("minutes", "mean lag, s", lags).setYAxisMin(0.0);
		picture.write(pictures.resolve("outage.png"));
	}

	private static PoissonRun run(SimulatedEndpoint.State state, int seed) {
		PoissonRun run = new PoissonRun(Durations.MODERATE, SCALE, PER_SECOND,
				new RateLimitSettings(REQUESTS_PER_SECOND, 64, 1), new PollingSettings(Duration.ofMillis(500),
						MAX_INTERVAL, Duration.ofHours(10), 10 * WAITS, Duration.ofHours(10), 8),
				seed);
		run.advanceTo(BEGINS);
		run.endpoint().state(state);
		run.advanceTo(OVER);
		run.endpoint().state(SimulatedEndpoint.State.WELL);
		run.advanceTo(END);
		return run;
	}

	private static double[] measure(PoissonRun run) {
		TimeSeries requests = run.endpoint().requests();
		TimeSeries lags = run.endpoint().lags().coarser(BIN);
		double usual = lags.highestMean(BEGINS - NORMAL_SECONDS, BEGINS);
		return new double[] { requests.count(BEGINS - LASTS, BEGINS), requests.count(BEGINS, OVER),
				run.client().faults(), requests.highestRate(OVER, END), lags.mean(BEGINS - NORMAL_SECONDS, BEGINS),
				lags.highestMean(OVER, END), lags.firstAtMost(OVER, usual) - OVER };
	}

}
