package io.operations.internal.tracking.metrics;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.operations.internal.tracking.TrackingLoad;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Registers gauges of the tracked operations of each client. Every instance reports the
 * whole store in the gauges of the number of tracked operations and of the age of the
 * backlog. So take the maximum over the instances that share a store, not the sum. These
 * values are outdated after five seconds. A read of outdated values returns them and
 * requests new ones. If the values are read at a fixed interval, they are requested two
 * seconds before the next read. They are NaN while the store cannot be reached. The other
 * gauges show the bounded parts of this instance, at the time of the read.
 *
 * @since 0.1.0
 */
public final class TrackingGauges implements MeterBinder, TrackingListener {

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	private final Map<String, ClientGauges> clients = new ConcurrentHashMap<>();

	private final OperationTracker tracker;

	private final Function<String, @Nullable TrackingLoad> loads;

	private final Scheduler blocking;

	private final Scheduler time;

	/**
	 * Create the gauges.
	 * @param tracker the tracker whose store is summarized
	 * @param loads returns the load of a client in this instance, {@code null} if it is
	 * not known
	 * @param client the name of the default client
	 * @param blocking the scheduler for queries, which may block
	 * @param time the clock that determines when a summary is outdated
	 */
	public TrackingGauges(OperationTracker tracker, Function<String, @Nullable TrackingLoad> loads, String client,
			Scheduler blocking, Scheduler time) {
		this.tracker = tracker;
		this.loads = loads;
		this.blocking = blocking;
		this.time = time;
		clientJoined(client);
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		this.clients.values().forEach((gauges) -> gauges.bindTo(registry));
	}

	@Override
	public void clientJoined(String client) {
		this.clients.computeIfAbsent(client, (name) -> {
			ClientGauges gauges = new ClientGauges(client,
					new RecentSummary(() -> this.tracker.forClient(client).summary(), this.blocking, this.time),
					() -> this.loads.apply(client));
			this.registries.forEach(gauges::bindTo);
			return gauges;
		});
	}

	@Override
	public void clientLeft(String client) {
		ClientGauges gauges = this.clients.remove(client);
		if (gauges != null) {
			gauges.remove();
		}
	}

}
