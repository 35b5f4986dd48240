package io.operations.benchmarks.simulation;

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
 * Ten instances that know nothing of each other share what one account is allowed.
 */
final class InstancesScenario implements Scenario {

	private static final int SEEDS = 20;

	private static final int INSTANCES = 10;

	// Of each instance. All together could use twice what the account is allowed.
	private static final double PER_SECOND = 2.5;

	private static final double FROM = 900;

	private static final double TO = 2100;

	private static final int BIN = 15;

	// Of a call that is answered.
	private static final double MEAN_CALL = 0.1;

	@Override
	public void run(Path pictures) {
		Table table = new Table("%s | %s | %.3f (%.3f) | %.1f %% | %.0f %% | %.2f s | %.2f s", "the account is allowed",
				"each instance thinks", "Jain's index of the shares (worst seed)", "calls refused", "of the limit used",
				"mean lag", "optimum for one client with all of it");
		double possible = new Optimum(Durations.UNIFORM::next, 0.5, 600).lag(100 / (INSTANCES * PER_SECOND));
		List<Curve> rates = new ArrayList<>();
		List<Curve> lags = new ArrayList<>();
		for (Account account : Account.values()) {
			Trials trials = Trials.run(SEEDS, (seed) -> new Run(account, seed).measure());
			table.row(account.allowed, account.thinks, trials.median(0), trials.lowest(0), 100 * trials.median(1),
					100 * trials.median(2), trials.median(3), possible);
			Run shown = new Run(account, SEEDS);
			shown.measure();
			rates.add(shown.endpoint.requests().coarser(BIN).rates(account.allowed, 0, TO));
			lags.add(shown.endpoint.lags().coarser(BIN).means(account.allowed, 0, TO));
		}
		Picture picture = new Picture("Ten instances of one account");
		picture.diagram("minutes", "requests/s, refused ones included", rates).setYAxisMin(0.0);
		picture.diagram("minutes", "mean lag, s", lags).setYAxisMin(0.0);
		picture.write(pictures.resolve("instances.png"));
	}

	private enum Account {

		CONCURRENT("10 calls at once", "16 at once, any rate"),

		TOLD("10 calls at once, and tells how many are under way", "16 at once, any rate"),

		RATE("100 requests/s", "16 at once, 20 requests/s");

		private final String allowed;

		private final String thinks;

		Account(String allowed, String thinks) {
			this.allowed = allowed;
			this.thinks = thinks;
		}

		AccountLimit limit() {
			return (this == RATE) ? AccountLimit.perSecond(100) : AccountLimit.concurrent(10, this == TOLD);
		}

		RateLimitSettings settings() {
			return new RateLimitSettings((this == RATE) ? 20 : RateLimitSettings.MAXIMUM_RATE, 16, 1);
		}

	}

	/**
	 * One run under one seed.
	 */
	private static final class Run {

		private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

		private final List<SimulatedClient> clients = new ArrayList<>();

		private final AccountLimit limit;

		private final SimulatedEndpoint endpoint;

		Run(Account account, int seed) {
			Random random = new Random(seed);
			this.limit = account.limit();
			this.endpoint = new SimulatedEndpoint(this.time, random, this.limit);
			for (int i = 0; i < INSTANCES; i++) {
				SimulatedClient client = new SimulatedClient("instance" + i, this.time, this.endpoint,
						account.settings(), new PollingSettings(Duration.ofMillis(500), Duration.ofMinutes(10),
								Duration.ofHours(10), 100_000, Duration.ofHours(10), 8));
				this.clients.add(client);
				new Arrivals("op" + i + "-", this.time, this.endpoint, client, random, PER_SECOND,
						() -> Durations.UNIFORM.next(random))
					.begin();
			}
		}

		double[] measure() {
			this.time.advanceTimeTo(Instant.ofEpochSecond((long) FROM));
			long[] before = this.clients.stream().mapToLong(SimulatedClient::answers).toArray();
			long accepted = this.limit.accepted();
			long refused = this.limit.refused();
			this.time.advanceTimeTo(Instant.ofEpochSecond((long) TO));
			double sum = 0;
			double squares = 0;
			for (int i = 0; i < INSTANCES; i++) {
				double share = this.clients.get(i).answers() - before[i];
				sum += share;
				squares += share * share;
			}
			accepted = this.limit.accepted() - accepted;
			refused = this.limit.refused() - refused;
			// 10 calls at once of a tenth of a second are 100 in a second, too.
			double possible = 10 / MEAN_CALL * (TO - FROM);
			return new double[] { sum * sum / INSTANCES / squares, (double) refused / (accepted + refused),
					accepted / possible, this.endpoint.lags().mean(FROM, TO) };
		}

	}

}
