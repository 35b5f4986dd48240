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
 * How many operations are tracked, and how far they are behind. Instances that share a
 * store each show the whole of it: take the maximum, not the sum. Values are those of the
 * read before, or a few seconds old where reads are more frequent; they are NaN while the
 * store cannot be reached.
 *
 * @since 0.1.0
 */
public final class TrackingGauges implements MeterBinder {

	private static final String CLIENT = "client";

	private final RecentSummary summary;

	private final String client;

	/**
	 * Create the gauges.
	 * @param tracker is asked how its store stands
	 * @param client the name of the client that polls
	 * @param blocking where it is asked, since that may block
	 * @param time tells when it is to be asked anew
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
			// Those that are asked for are told apart by what was seen of them.
			if (state != TrackingState.TRACKED) {
				tracked(registry, state.name(), (current) -> current.count(state));
			}
		}
		Gauge.builder("operations.stuck", this, (gauges) -> gauges.value(TrackingSummary::stuck))
			.description("Operations that are older than such operations ever get")
			.tag(CLIENT, this.client)
			.tag("of", "tracked")
			.strongReference(true)
			.register(registry);
		TimeGauge
			.builder("operations.backlog.age", this, TimeUnit.MILLISECONDS,
					(gauges) -> gauges.value((current) -> current.backlogAge().toMillis()))
			.description("Time for which the poll that is due first has been so")
			.tag(CLIENT, this.client)
			.tag("of", "tracked")
			.strongReference(true)
			.register(registry);
	}

	private void tracked(MeterRegistry registry, String status, ToDoubleFunction<TrackingSummary> count) {
		Gauge.builder("operations.tracked", this, (gauges) -> gauges.value(count))
			.description("Operations that are tracked, by the status last seen or by what became of their outcome")
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
