package io.operations.benchmarks.simulation;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * Operations that begin at random, so many in a second on average, and are awaited at
 * once.
 */
final class Arrivals {

	private final VirtualTimeScheduler time;

	private final SimulatedEndpoint endpoint;

	private final SimulatedClient client;

	private final Random random;

	private final double perSecond;

	private final DoubleSupplier durations;

	private long numbers;

	Arrivals(VirtualTimeScheduler time, SimulatedEndpoint endpoint, SimulatedClient client, Random random,
			double perSecond, DoubleSupplier durations) {
		this.time = time;
		this.endpoint = endpoint;
		this.client = client;
		this.random = random;
		this.perSecond = perSecond;
		this.durations = durations;
	}

	void begin() {
		scheduleNext();
	}

	private void scheduleNext() {
		double seconds = -Math.log(1 - this.random.nextDouble()) / this.perSecond;
		this.time.schedule(this::arrive, Math.round(seconds * 1e9), TimeUnit.NANOSECONDS);
	}

	private void arrive() {
		this.client.await(this.endpoint.begin("op" + this.numbers++, this.durations.getAsDouble()));
		scheduleNext();
	}

}
