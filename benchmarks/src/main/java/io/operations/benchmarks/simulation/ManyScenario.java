package io.operations.benchmarks.simulation;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.operations.benchmarks.Durations;
import io.operations.benchmarks.Optimum;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * 100,000 operations of hours that begin together and are awaited together.
 */
final class ManyScenario implements Scenario {

	private static final int WAITS = 100_000;

	// So that operations take two hours or so.
	private static final double SCALE = 120;

	private static final double HOUR = 3600;

	private static final int MOST_HOURS = 24;

	private static final int BIN = 600;

	private static final Optimum OPTIMUM = new Optimum((random) -> SCALE * Durations.MODERATE.next(random), 0.5, HOUR);

	@Override
	public void run(Path pictures) {
		Table table = new Table("%d | %d | %.1f | %.0f s | %.0f s | %.0f s | %.0f s | %.1f | %.1f h | %.0f | %.1f",
				"requests/s allowed", "seen to end", "polls per operation", "mean lag", "optimum", "p99",
				"mean time between two polls of a wait", "longest ÷ mean", "all seen after", "seconds of CPU",
				"of CPU for a million polls");
		List<Curve> rates = new ArrayList<>();
		List<Curve> lags = new ArrayList<>();
		for (int rate : new int[] { 20, 200 }) {
			measure(rate, table, rates, lags);
		}
		Picture picture = new Picture("100,000 waits that begin together, of two hours or so");
		picture.diagram("minutes", "requests/s", rates).setYAxisMin(0.0);
		picture.diagram("minutes", "mean lag, s", lags).setYAxisMin(0.0);
		picture.write(pictures.resolve("many.png"));
	}

	private static void measure(int rate, Table table, List<Curve> rates, List<Curve> lags) {
		long began = cpu();
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		Random random = new Random(1);
		SimulatedEndpoint endpoint = new SimulatedEndpoint(time, random, AccountLimit.none());
		SimulatedClient client = new SimulatedClient("many", time, endpoint, new RateLimitSettings(rate, 64, 1),
				new PollingSettings(Duration.ofMillis(500), Duration.ofHours(1), Duration.ofHours(48), WAITS,
						Duration.ofHours(48), 8));
		List<SimulatedOperation> operations = new ArrayList<>();
		for (int i = 0; i < WAITS; i++) {
			operations.add(endpoint.begin("op" + i, SCALE * Durations.MODERATE.next(random)));
			client.await(operations.get(i));
		}
		int hours = 0;
		while (client.waiting() > 0 && hours < MOST_HOURS) {
			time.advanceTimeTo(Instant.ofEpochSecond(++hours * (long) HOUR));
		}
		double seconds = (cpu() - began) / 1e9;
		double end = hours * HOUR;
		List<SimulatedOperation> seen = operations.stream().filter((operation) -> operation.seen() >= 0).toList();
		double[] late = seen.stream()
			.mapToDouble((operation) -> (operation.seen() - operation.ends()) / 1000.0)
			.sorted()
			.toArray();
		double waited = seen.stream().mapToDouble((operation) -> operation.seen() / 1000.0).sum();
		long polls = endpoint.requests().count(0, end);
		double silence = operations.stream().mapToLong(SimulatedOperation::longestSilence).max().orElse(0) / 1000.0;
		double spent = (double) polls / WAITS;
		table.row(rate, seen.size(), spent, endpoint.lags().mean(0, end), OPTIMUM.lag(spent),
				late[late.length * 99 / 100], waited / polls, silence * polls / waited,
				seen.stream().mapToLong(SimulatedOperation::seen).max().orElse(0) / HOUR / 1000, seconds,
				seconds / polls * 1e6);
		rates.add(endpoint.requests().coarser(BIN).rates(rate + " requests/s allowed", 0, end));
		lags.add(endpoint.lags().coarser(BIN).means(rate + " requests/s allowed", 0, end));
	}

	private static long cpu() {
		return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
	}

}
