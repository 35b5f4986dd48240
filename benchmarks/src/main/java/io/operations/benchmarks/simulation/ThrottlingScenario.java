package io.operations.benchmarks.simulation;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.operations.benchmarks.Durations;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * 1,000 awaits while 5 % of the requests get 429 and 5 % get 503 at random. The rate
 * allows all of them. The account is full only in the last rows, which compare.
 */
final class ThrottlingScenario implements Scenario {

	private static final int SEEDS = 20;

	private static final int WAITS = 1000;

	private static final double END = 90;

	@Override
	public void run(Path pictures) {
		Table table = new Table("%s | %s | %.0f (%.0f) | %.1f s (%.1f s) | %.2f (%.2f) | %.2f s (%.2f s) | %.2f s",
				"in flight", "faults", "ended within 90 s (worst seed)", "all ended after (worst seed)",
				"requests per operation (answered ones)", "mean lag (worst seed)", "p99 of the lag");
		for (int inFlight : new int[] { 16, 64 }) {
			for (Faults faults : Faults.values()) {
				Trials trials = Trials.run(SEEDS, (seed) -> new Run(faults, inFlight, seed).measure());
				table.row(inFlight, faults.name, trials.median(0), trials.lowest(0), trials.median(1),
						trials.highest(1), trials.median(2), trials.median(3), trials.median(4), trials.highest(4),
						trials.median(5));
			}
		}
	}

	private enum Faults {

		NONE("none", 0, 0, 0),

		UNAVAILABLE("5 % 503", 0, 0.05, 0),

		THROTTLED("5 % 429 (half of them with a Retry-After of 1 s)", 0.05, 0, 1),

		BOTH("5 % 429 (half of them with a Retry-After of 1 s), 5 % 503", 0.05, 0.05, 1),

		BOTH_LONG("5 % 429 (half of them with a Retry-After of 5 s), 5 % 503", 0.05, 0.05, 5),

		TEN_AT_ONCE("none, but the account is allowed 10 calls at once", 0, 0, 0),

		TWENTY_PER_SECOND("none, but the account is allowed 20 requests/s", 0, 0, 0);

		private final String name;

		private final double throttled;

		private final double unavailable;

		private final Duration retryAfter;

		Faults(String name, double throttled, double unavailable, int retryAfterSeconds) {
			this.name = name;
			this.throttled = throttled;
			this.unavailable = unavailable;
			this.retryAfter = Duration.ofSeconds(retryAfterSeconds);
		}

		AccountLimit limit() {
			return switch (this) {
				case TEN_AT_ONCE -> AccountLimit.concurrent(10, false);
				case TWENTY_PER_SECOND -> AccountLimit.perSecond(20);
				default -> AccountLimit.none();
			};
		}

		RandomFaults create(int seed) {
			return new RandomFaults(new Random(seed), this.throttled, this.unavailable, this.retryAfter);
		}

	}

	/**
	 * One run under one seed.
	 */
	private static final class Run {

		private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

		private final List<SimulatedOperation> operations = new ArrayList<>();

		private final RandomFaults faults;

		private final AccountLimit limit;

		private final SimulatedEndpoint endpoint;

		Run(Faults faults, int inFlight, int seed) {
			Random random = new Random(seed);
			this.faults = faults.create(seed);
			this.limit = faults.limit();
			this.endpoint = new SimulatedEndpoint(this.time, random, this.limit);
			this.endpoint.faults(this.faults);
			SimulatedClient client = new SimulatedClient("run", this.time, this.endpoint,
					new RateLimitSettings(400, inFlight, 1), PollingSettings.defaults());
			for (int i = 0; i < WAITS; i++) {
				this.operations.add(this.endpoint.begin("op" + i, Durations.UNIFORM.next(random)));
			}
			this.operations.forEach(client::await);
		}

		double[] measure() {
			this.time.advanceTimeTo(Instant.ofEpochSecond((long) END));
			double[] lags = this.operations.stream()
				.mapToDouble(
						(operation) -> (((operation.seen() >= 0) ? operation.seen() : END * 1000) - operation.ends())
								/ 1000)
				.sorted()
				.toArray();
			double mean = 0;
			for (double lag : lags) {
				mean += lag / WAITS;
			}
			long ended = this.operations.stream().filter((operation) -> operation.seen() >= 0).count();
			double last = (ended < WAITS) ? END
					: this.operations.stream().mapToLong(SimulatedOperation::seen).max().orElse(0) / 1000.0;
			double requests = this.operations.stream().mapToInt(SimulatedOperation::polls).sum();
			return new double[] { ended, last, requests / WAITS,
					(requests - this.faults.hits() - this.limit.refused()) / WAITS, mean,
					lags[(int) (0.99 * (WAITS - 1))] };
		}

	}

}
