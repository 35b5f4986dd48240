package io.operations.benchmarks.simulation;

import java.time.Instant;
import java.util.List;
import java.util.Random;

import io.operations.benchmarks.Durations;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * One client whose operations begin at random.
 */
final class PoissonRun {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final SimulatedEndpoint endpoint;

	private final SimulatedClient client;

	private final Arrivals arrivals;

	PoissonRun(Durations durations, double scale, double perSecond, RateLimitSettings limits, PollingSettings polling,
			int seed) {
		Random random = new Random(seed);
		this.endpoint = new SimulatedEndpoint(this.time, random, AccountLimit.none());
		this.client = new SimulatedClient("run", this.time, this.endpoint, limits, polling);
		this.arrivals = new Arrivals("op", this.time, this.endpoint, this.client, random, perSecond,
				() -> scale * durations.next(random));
		this.arrivals.begin();
	}

	void advanceTo(double seconds) {
		this.time.advanceTimeTo(Instant.ofEpochMilli(Math.round(seconds * 1000)));
	}

	SimulatedEndpoint endpoint() {
		return this.endpoint;
	}

	SimulatedClient client() {
		return this.client;
	}

	/**
	 * Return the operations that ended within a time, whether that was seen or not.
	 * @param from the begin in seconds
	 * @param to the end in seconds
	 * @return the operations
	 */
	List<SimulatedOperation> ended(double from, double to) {
		return this.arrivals.operations()
			.stream()
			.filter((operation) -> operation.ends() >= from * 1000 && operation.ends() < to * 1000)
			.toList();
	}

}
