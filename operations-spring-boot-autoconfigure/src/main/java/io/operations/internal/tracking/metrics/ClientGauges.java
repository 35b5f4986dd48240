package io.operations.internal.tracking.metrics;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.operations.OperationStatus;
import io.operations.internal.tracking.TrackingLoad;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;

/**
 * Registers the gauges of the tracked operations of one client.
 */
final class ClientGauges {

	private static final String CLIENT = "client";

	private final List<Bound> bound = new CopyOnWriteArrayList<>();

	private final String client;

	private final RecentSummary summary;

	private final Supplier<@Nullable TrackingLoad> load;

	/**
	 * Create the gauges.
	 * @param client the name of the client
	 * @param summary the summary of the store
	 * @param load supplies the load of this instance, {@code null} if it is not known
	 */
	ClientGauges(String client, RecentSummary summary, Supplier<@Nullable TrackingLoad> load) {
		this.client = client;
		this.summary = summary;
		this.load = load;
	}

	void bindTo(MeterRegistry registry) {
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
		add(registry, Gauge.builder("operations.stuck", this, (gauges) -> gauges.value(TrackingSummary::stuck))
			.description("Operations that have been running for unusually long compared with others of their kind")
			.tag(CLIENT, this.client)
			.tag("of", "tracked")
			.strongReference(true)
			.register(registry));
		add(registry, Gauge
			.builder("operations.tracked.waiting", this, (gauges) -> gauges.value(TrackingSummary::waiting))
			.description("Tracked operations that are not polled because operations.tracking.max-held are in memory")
			.tag(CLIENT, this.client)
			.strongReference(true)
			.register(registry));
		add(registry,
				TimeGauge
					.builder("operations.backlog.age", this, TimeUnit.MILLISECONDS,
							(gauges) -> gauges.value((current) -> current.backlogAge().toMillis()))
					.description("Time by which the earliest due poll is overdue")
					.tag(CLIENT, this.client)
					.tag("of", "tracked")
					.strongReference(true)
					.register(registry));
		bindLoadTo(registry);
	}

	private void bindLoadTo(MeterRegistry registry) {
		load(registry, "operations.held", "Open tracked operations in the memory of this instance", null,
				TrackingLoad::held);
		load(registry, "operations.held.max", "Maximum of operations.held", null, TrackingLoad::maxHeld);
		load(registry, "operations.tracked.max", "Maximum of operations in the store", null, TrackingLoad::maxStored);
		load(registry, "operations.deliveries.active", "Outcomes that this instance is delivering", null,
				TrackingLoad::delivering);
		load(registry, "operations.deliveries.max", "Maximum of operations.deliveries.active", null,
				TrackingLoad::maxDelivering);
		load(registry, "operations.unwritten", "Memory of the results of polls that wait to be stored", "bytes",
				TrackingLoad::unwritten);
		load(registry, "operations.unwritten.max", "Maximum of operations.unwritten", "bytes",
				TrackingLoad::maxUnwritten);
	}

	private void load(MeterRegistry registry, String name, String description, @Nullable String unit,
			ToDoubleFunction<TrackingLoad> value) {
		add(registry, Gauge.builder(name, this, (gauges) -> {
			TrackingLoad current = gauges.load.get();
			return (current != null) ? value.applyAsDouble(current) : Double.NaN;
		}).description(description).baseUnit(unit).tag(CLIENT, this.client).strongReference(true).register(registry));
	}

	private void tracked(MeterRegistry registry, String status, ToDoubleFunction<TrackingSummary> count) {
		add(registry, Gauge.builder("operations.tracked", this, (gauges) -> gauges.value(count))
			.description("Tracked operations by last seen status or, after their end, by the state of their delivery")
			.tag(CLIENT, this.client)
			.tag("status", status.toLowerCase(Locale.ROOT))
			.strongReference(true)
			.register(registry));
	}

	private double value(ToDoubleFunction<TrackingSummary> of) {
		TrackingSummary current = this.summary.get();
		return (current != null) ? of.applyAsDouble(current) : Double.NaN;
	}

	private void add(MeterRegistry registry, Meter meter) {
		this.bound.add(new Bound(registry, meter));
	}

	void remove() {
		this.bound.forEach((each) -> each.registry().remove(each.meter()));
	}

	/**
	 * A gauge and its registry.
	 *
	 * @param registry the registry
	 * @param meter the gauge
	 */
	private record Bound(MeterRegistry registry, Meter meter) {
	}

}
