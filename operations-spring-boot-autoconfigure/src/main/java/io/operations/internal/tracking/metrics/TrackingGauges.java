package io.operations.internal.tracking.metrics;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingListener;
import reactor.core.scheduler.Scheduler;

/**
 * Registers gauges of the number of tracked operations of each client, and of the age of
 * the backlog. Every instance reports the whole store. So take the maximum over the
 * instances that share a store, not the sum. Values are outdated after five seconds. A
 * read of outdated values returns them and requests new ones. If the values are read at a
 * fixed interval, they are requested two seconds before the next read. Values are NaN
 * while the store cannot be reached.
 *
 * @since 0.1.0
 */
public final class TrackingGauges implements MeterBinder, TrackingListener {

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	private final Map<String, ClientGauges> clients = new ConcurrentHashMap<>();

	private final OperationTracker tracker;

	private final Scheduler blocking;

	private final Scheduler time;

	/**
	 * Create the gauges.
	 * @param tracker the tracker whose store is summarized
	 * @param client the name of the default client
	 * @param blocking the scheduler for queries, which may block
	 * @param time the clock that determines when a summary is outdated
	 */
	public TrackingGauges(OperationTracker tracker, String client, Scheduler blocking, Scheduler time) {
		this.tracker = tracker;
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
					new RecentSummary(() -> this.tracker.forClient(client).summary(), this.blocking, this.time));
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
