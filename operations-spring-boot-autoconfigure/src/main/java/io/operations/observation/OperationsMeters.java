package io.operations.observation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationWait;
import io.operations.OperationsActivity;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import org.jspecify.annotations.Nullable;

/**
 * Counts what happens to operations. All meters carry {@code client}, and none an id.
 *
 * @since 0.1.0
 */
public class OperationsMeters implements OperationsListener {

	private static final String CLIENT = "client";

	private static final String STATUS = "status";

	private static final String SOURCE = "source";

	private final Map<String, List<Meter>> gauges = new ConcurrentHashMap<>();

	private final MeterRegistry registry;

	private final Meter.MeterProvider<Counter> completed;

	private final Meter.MeterProvider<Timer> duration;

	private final Meter.MeterProvider<Timer> detectionDelay;

	private final Meter.MeterProvider<DistributionSummary> polls;

	private final Meter.MeterProvider<Counter> throttled;

	/**
	 * Create the meters.
	 * @param registry where they are registered
	 */
	public OperationsMeters(MeterRegistry registry) {
		this.registry = registry;
		this.completed = Counter.builder("operations.completed")
			.description("Operations that were waited for and ended")
			.withRegistry(registry);
		this.duration = Timer.builder("operations.duration")
			.description("Time from creation to completion of operations, by the server's clock")
			.withRegistry(registry);
		this.detectionDelay = Timer.builder("operations.detection.delay")
			.description("Time from completion of an operation to the poll that saw it, by the server's clock")
			.withRegistry(registry);
		this.polls = DistributionSummary.builder("operations.polls")
			.description("Polls spent on an operation that ended")
			.withRegistry(registry);
		this.throttled = Counter.builder("operations.throttled")
			.description("Calls that were refused because there were too many")
			.withRegistry(registry);
	}

	@Override
	public void opened(String client, OperationsActivity activity) {
		List<Meter> registered = new ArrayList<>();
		registered.add(gauge("operations.queued", "Calls that wait to be admitted", client, activity,
				OperationsActivity::queued));
		registered.add(gauge("operations.retrying", "Fetches that wait for their next attempt", client, activity,
				OperationsActivity::retrying));
		registered.add(gauge("operations.in.flight", "Calls that are under way", client, activity,
				OperationsActivity::inFlight));
		registered.add(gauge("operations.in.flight.limit", "Calls that may be under way at present", client, activity,
				OperationsActivity::inFlightLimit));
		registered.add(Gauge.builder("operations.stuck", activity, OperationsActivity::stuck)
			.description("Operations that are older than such operations ever get")
			.tag(CLIENT, client)
			.tag("of", "waits")
			.strongReference(true)
			.register(this.registry));
		registered.add(gauge("operations.waiters", "Callers that wait for operations", client, activity,
				OperationsActivity::waiters));
		registered.add(gauge("operations.kinds", "Kinds of operations of which it is known how long they take", client,
				activity, OperationsActivity::kinds));
		registered.add(TimeGauge
			.builder("operations.backlog.age", activity, TimeUnit.MILLISECONDS,
					(current) -> current.backlogAge().toMillis())
			.description("Time for which the poll that is due first has been so")
			.tag(CLIENT, client)
			.tag("of", "waits")
			.strongReference(true)
			.register(this.registry));
		registered.add(active(client, activity, null));
		for (OperationStatus status : OperationStatus.values()) {
			if (!status.isTerminal()) {
				registered.add(active(client, activity, status));
			}
		}
		this.gauges.put(client, registered);
		// There from the start, so that an alert on them can tell zero from missing.
		this.throttled.withTags(CLIENT, client, SOURCE, "server");
		this.throttled.withTags(CLIENT, client, SOURCE, "local");
	}

	private Meter gauge(String name, String description, String client, OperationsActivity activity,
			ToDoubleFunction<OperationsActivity> value) {
		return Gauge.builder(name, activity, value)
			.description(description)
			.tag(CLIENT, client)
			.strongReference(true)
			.register(this.registry);
	}

	private Meter active(String client, OperationsActivity activity, @Nullable OperationStatus status) {
		return Gauge.builder("operations.active", activity, (current) -> current.waiting(status))
			.description("Operations that are waited for, by the status last seen")
			.tag(CLIENT, client)
			.tag(STATUS, StatusTag.of(status))
			.strongReference(true)
			.register(this.registry);
	}

	@Override
	public void closed(String client) {
		List<Meter> registered = this.gauges.remove(client);
		if (registered != null) {
			registered.forEach(this.registry::remove);
		}
	}

	@Override
	public void throttled(String client, OperationsThrottledException fault) {
		this.throttled.withTags(CLIENT, client, SOURCE, fault.isLocal() ? "local" : "server").increment();
	}

	@Override
	public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
		Operation operation = snapshot.operation();
		// One that had ended before it was first seen says nothing of our own delay.
		if (previous != null && operation.isTerminal()) {
			snapshot.sinceCompletion().ifPresent((delay) -> this.detectionDelay.withTags(CLIENT, client).record(delay));
		}
	}

	@Override
	public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
		Operation operation = wait.lastSeen();
		if (operation == null || reason != null) {
			return;
		}
		String status = StatusTag.of(operation.status());
		this.completed.withTags(CLIENT, client, STATUS, status).increment();
		this.polls.withTags(CLIENT, client).record(wait.polls());
		operation.duration().ifPresent((taken) -> this.duration.withTags(CLIENT, client, STATUS, status).record(taken));
	}

}
