package io.operations.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsListener;
import io.operations.core.OperationsTemplate;
import io.operations.resilience.RateLimitSettings;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * Awaits 1,000 operations of 5 to 20 seconds together, at each of some request rates, and
 * prints a Markdown table of what it cost.
 */
public final class AwaitThousand {

	private static final int OPERATIONS = 1000;

	private static final long SEED = 42;

	private static final Optimum OPTIMUM = new Optimum(AwaitThousand::duration, 0.5, 30);

	private AwaitThousand() {
	}

	/**
	 * Run the measurement.
	 * @param args the request rates, 20, 100 and 400 unless given
	 */
	public static void main(String[] args) {
		System.out.println(
				"| requests/s allowed | ended rightly | polls per operation | delay mean | optimum | p50 | p99 | seconds |");
		System.out.println("|---|---|---|---|---|---|---|---|");
		for (String rate : (args.length > 0) ? args : new String[] { "20", "100", "400" }) {
			measure(Integer.parseInt(rate));
		}
	}

	private static double duration(Random random) {
		return 5 + random.nextInt(15_000) / 1000.0;
	}

	private static void measure(int rate) {
		Delays delays = new Delays();
		try (OperationsSimulator simulator = OperationsSimulator.start();
				OperationsTemplate operations = OperationsTemplate.builder(WebClient.builder())
					.baseUrl(simulator.baseUrl())
					.credentials(simulator.credentials())
					.rateLimit(new RateLimitSettings(rate, 16, 10_000))
					.listener(delays)
					.build()) {
			Random random = new Random(SEED);
			List<String> ids = new ArrayList<>();
			for (int i = 0; i < OPERATIONS; i++) {
				ids.add(simulator.accept(
						OperationScript.completed().running(Duration.ofMillis(Math.round(1000 * duration(random))))));
			}
			long began = System.nanoTime();
			Long ended = Flux.fromIterable(ids)
				.flatMap(operations::await, OPERATIONS)
				.filter((operation) -> operation.status() == OperationStatus.COMPLETED)
				.count()
				.block(Duration.ofMinutes(10));
			double seconds = (System.nanoTime() - began) / 1e9;
			double polls = (double) simulator.requestCount() / OPERATIONS;
			System.out.printf(Locale.ROOT, "| %d | %d of %d | %.1f | %.1f s | %.1f s | %.1f s | %.1f s | %.0f |%n",
					rate, ended, OPERATIONS, polls, delays.mean(), OPTIMUM.lag(polls), delays.quantile(0.5),
					delays.quantile(0.99), seconds);
		}
	}

	/**
	 * Time from completion to the poll that saw it. The server's clock has whole seconds,
	 * so that each is right to one second, and their mean is half a second too small.
	 */
	private static final class Delays implements OperationsListener {

		private final List<Double> seconds = Collections.synchronizedList(new ArrayList<>());

		@Override
		public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
			Operation operation = snapshot.operation();
			if (operation.completedAt() != null && operation.isTerminal()) {
				this.seconds.add(Duration.between(operation.completedAt(), snapshot.serverTime()).toMillis() / 1000.0);
			}
		}

		double mean() {
			return this.seconds.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
		}

		double quantile(double part) {
			List<Double> sorted = this.seconds.stream().sorted().toList();
			return sorted.isEmpty() ? Double.NaN : sorted.get((int) (part * (sorted.size() - 1)));
		}

	}

}
