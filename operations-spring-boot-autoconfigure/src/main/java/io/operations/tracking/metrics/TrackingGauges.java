package io.operations.tracking.metrics;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.operations.OperationStatus;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import reactor.core.scheduler.Scheduler;

/**
 * Gauges of the number of tracked operations and of the age of their backlog. Every
 * instance reports the whole store, so take the maximum over instances that share a
 * store, not the sum. A read returns the values that the previous read requested. If
 * reads are more frequent than every five seconds, the values are up to a few seconds
 * old. Values are NaN while the store cannot be reached.
 *
 * @since 0.1.0
 */
public final class TrackingGauges implements MeterBinder {

	private static final String CLIENT = "client";

	private final RecentSummary summary;

	private final String client;

	/**
	 * Create the gauges.
	 * @param tracker the tracker whose store is summarized
	 * @param client the name of the client that polls
	 * @param blocking the scheduler for queries, which may block
	 * @param time the clock that determines when a summary is outdated
	 */
	public TrackingGauges(OperationTracker tracker, String client, Scheduler blocking, Scheduler time) {
		this.summary = new RecentSummary(tracker, blocking, time);
		this.client = client;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		tracked(registry, "none", TrackingSummary::unseen);
		for (OperationStatus status : OperationStatus.values()) {
			if (!status.isTerminal()) {
				tracked(registry, status.name(), (current) -> current.count(status));
			}
		}
		for (TrackingState state : TrackingState.values()) {
			// Operations that are still polled are counted by their last seen status.
			if (state != TrackingState.TRACKED) {
				tracked(registry, state.name(), (current) -> current.count(state));
			}
		}
		Gauge.builder("operations.stuck", this, (gauges) -> gauges.value(TrackingSummary::stuck))
			.description("Operations that have been running for unusually long compared with others of their kind")
			.tag(CLIENT, this.client)
			.tag("of", "tracked")
			.strongReference(true)
			.register(registry);
		Gauge.builder("operations.tracked.waiting", this, (gauges) -> gauges.value(TrackingSummary::waiting))
			.description("Tracked operations that are not polled because operations.tracking.max-held are in memory")
			.tag(CLIENT, this.client)
			.strongReference(true)
			.register(registry);
		TimeGauge
			.builder("operations.backlog.age", this, TimeUnit.MILLISECONDS,
					(gauges) -> gauges.value((current) -> current.backlogAge().toMillis()))
			.description("Time by which the earliest due poll is overdue")
			.tag(CLIENT, this.client)
			.tag("of", "tracked")
			.strongReference(true)
			.register(registry);
	}

	private void tracked(MeterRegistry registry, String status, ToDoubleFunction<TrackingSummary> count) {
		Gauge.builder("operations.tracked", this, (gauges) -> gauges.value(count))
			.description("Tracked operations by last seen status or, after their end, by the state of their delivery")
			.tag(CLIENT, this.client)
			.tag("status", status.toLowerCase(Locale.ROOT))
			.strongReference(true)
			.register(registry);
	}

	private double value(ToDoubleFunction<TrackingSummary> of) {
		TrackingSummary current = this.summary.get();
		return (current != null) ? of.applyAsDouble(current) : Double.NaN;
	}

}
