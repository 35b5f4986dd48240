package io.operations.benchmarks.simulation;

import java.util.ArrayList;
import java.util.List;
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

	private final String prefix;

	private final List<SimulatedOperation> operations = new ArrayList<>();

	/**
	 * Create the stream of operations.
	 * @param prefix what their ids begin with
	 * @param time the virtual time
	 * @param endpoint where they run
	 * @param client who awaits them
	 * @param random when they begin
	 * @param perSecond how many begin in a second on average
	 * @param durations how long they take in seconds
	 */
	Arrivals(String prefix, VirtualTimeScheduler time, SimulatedEndpoint endpoint, SimulatedClient client,
			Random random, double perSecond, DoubleSupplier durations) {
		this.prefix = prefix;
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

	/**
	 * Return what has begun.
	 * @return the operations in the order in which they did
	 */
	List<SimulatedOperation> operations() {
		return this.operations;
	}

	private void scheduleNext() {
		double seconds = -Math.log(1 - this.random.nextDouble()) / this.perSecond;
		this.time.schedule(this::arrive, Math.round(seconds * 1e9), TimeUnit.NANOSECONDS);
	}

	private void arrive() {
		SimulatedOperation operation = this.endpoint.begin(this.prefix + this.operations.size(),
				this.durations.getAsDouble());
		this.operations.add(operation);
		this.client.await(operation);
		scheduleNext();
	}

}
