package io.operations.benchmarks.simulation;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.operations.benchmarks.Durations;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * 1,000 operations begin evenly over 30 s. Meanwhile the client stops for some time, or
 * responses take longer, because the machine is busy. With and without refusals at
 * random.
 */
final class HeldUpScenario implements Scenario {

	private static final int SEEDS = 20;

	private static final int WAITS = 1000;

	private static final long BEGIN_WITHIN = 30_000;

	private static final long HELD_UP_FROM = 20_000;

	private static final double END = 200;

	@Override
	public void run(Path pictures) {
		Table table = new Table("%s | %s | %s | %.1f s | %.2f | %.2f s (%.2f s) | %.1f s", "from 20 s on", "in flight",
				"5 % 429 and 5 % 503", "all ended after", "requests per operation", "mean lag (worst seed)",
				"p99 of the lag");
		for (HoldUp holdUp : HoldUp.values()) {
			for (boolean faulty : new boolean[] { false, true }) {
				Trials trials = Trials.run(SEEDS, (seed) -> new Run(holdUp, faulty, seed).measure());
				table.row(holdUp.name, holdUp.inFlight, faulty ? "yes" : "no", trials.median(0), trials.median(1),
						trials.median(2), trials.highest(2), trials.median(3));
			}
		}
	}

	private enum HoldUp {

		NONE("nothing happens", 16, 0, 0, 0),

		STOPPED("the client stops for 13 s", 16, 13_000, 0, 0),

		SLOW("responses take 0.5 s longer for 25 s", 16, 0, 25_000, 0.5),

		SLOW_AND_WIDE("responses take 0.5 s longer for 25 s", 64, 0, 25_000, 0.5),

		SLOWER("responses take 2 s longer for 25 s", 16, 0, 25_000, 2),

		SLOWER_AND_WIDE("responses take 2 s longer for 25 s", 64, 0, 25_000, 2);

		private final String name;

		private final int inFlight;

		private final long stoppedMillis;

		private final long slowMillis;

		private final double slowness;

		HoldUp(String name, int inFlight, long stoppedMillis, long slowMillis, double slowness) {
			this.name = name;
			this.inFlight = inFlight;
			this.stoppedMillis = stoppedMillis;
			this.slowMillis = slowMillis;
			this.slowness = slowness;
		}

	}

	/**
	 * One run under one seed.
	 */
	private static final class Run {

		private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

		private final List<SimulatedOperation> operations = new ArrayList<>();

		Run(HoldUp holdUp, boolean faulty, int seed) {
			Random random = new Random(seed);
			SimulatedEndpoint endpoint = new SimulatedEndpoint(this.time, random, AccountLimit.none());
			if (faulty) {
				endpoint.faults(new RandomFaults(new Random(seed), 0.05, 0.05, Duration.ofSeconds(1)));
			}
			HaltingScheduler threads = new HaltingScheduler(this.time, HELD_UP_FROM,
					HELD_UP_FROM + holdUp.stoppedMillis);
			SimulatedClient client = new SimulatedClient("run", threads, (id) -> endpoint.fetch(id).publishOn(threads),
					new RateLimitSettings(1000, holdUp.inFlight, 1), PollingSettings.defaults());
			for (int i = 0; i < WAITS; i++) {
				String id = "op" + i;
				double seconds = Durations.UNIFORM.next(random);
				threads.schedule(() -> {
					SimulatedOperation operation = endpoint.begin(id, seconds);
					this.operations.add(operation);
					client.await(operation);
				}, i * BEGIN_WITHIN / WAITS, TimeUnit.MILLISECONDS);
			}
			this.time.schedule(() -> endpoint.slowness(holdUp.slowness), HELD_UP_FROM, TimeUnit.MILLISECONDS);
			this.time.schedule(() -> endpoint.slowness(0), HELD_UP_FROM + holdUp.slowMillis, TimeUnit.MILLISECONDS);
		}

		double[] measure() {
			this.time.advanceTimeTo(Instant.ofEpochSecond((long) END));
			double[] lags = this.operations.stream()
				.mapToDouble((operation) -> (seen(operation) - operation.ends()) / 1000)
				.sorted()
				.toArray();
			double mean = 0;
			for (double lag : lags) {
				mean += lag / WAITS;
			}
			double last = this.operations.stream().mapToDouble(Run::seen).max().orElse(0) / 1000;
			double requests = this.operations.stream().mapToInt(SimulatedOperation::polls).sum();
			return new double[] { last, requests / WAITS, mean, lags[(int) (0.99 * (WAITS - 1))] };
		}

		private static double seen(SimulatedOperation operation) {
			return (operation.seen() >= 0) ? operation.seen() : END * 1000;
		}

	}

}
