package io.operations.observation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
 * Registers and updates the meters of operations. Each meter has the tag {@code client}
 * with the name of the template. No tag holds an id, a URL or an account.
 *
 * @since 0.1.0
 */
public class OperationsMeters implements OperationsListener {

	private static final String CLIENT = "client";

	private static final String STATUS = "status";

	private static final String SOURCE = "source";

	private static final String BY = "by";

	private static final String SERVER = "server";

	private static final String OPERATOR = "operator";

	private final Map<String, List<Meter>> gauges = new ConcurrentHashMap<>();

	private final MeterRegistry registry;

	private final Meter.MeterProvider<Counter> completed;

	private final Meter.MeterProvider<Timer> duration;

	private final Meter.MeterProvider<Timer> detectionDelay;

	private final Meter.MeterProvider<DistributionSummary> polls;

	private final Meter.MeterProvider<Counter> throttled;

	private final Meter.MeterProvider<Counter> pauses;

	// Who began the present pause.
	private final Map<String, String> pausing = new ConcurrentHashMap<>();

	/**
	 * Create the meters.
	 * @param registry the registry that the meters are added to
	 */
	public OperationsMeters(MeterRegistry registry) {
		this.registry = registry;
		this.completed = Counter.builder("operations.completed")
			.description("Awaited operations that ended")
			.withRegistry(registry);
		this.duration = Timer.builder("operations.duration")
			.description("Time from the creation of an operation to its completion, by the server's clock")
			.withRegistry(registry);
		this.detectionDelay = Timer.builder("operations.detection.delay")
			.description("Time from the completion of an operation to the poll that saw it, by the server's clock")
			.withRegistry(registry);
		this.polls = DistributionSummary.builder("operations.polls")
			.description("Polls sent for an awaited operation until it ended")
			.withRegistry(registry);
		this.throttled = Counter.builder("operations.throttled")
			.description("Requests refused by the server (429) or by a local limit")
			.withRegistry(registry);
		this.pauses = Counter.builder("operations.pauses")
			.description("Pauses of all requests, because the account is full or an operator paused the client")
			.withRegistry(registry);
	}

	@Override
	public void opened(String client, OperationsActivity activity) {
		List<Meter> registered = new ArrayList<>();
		addRequests(registered, client, activity);
		addRate(registered, client, activity);
		addWaits(registered, client, activity);
		this.gauges.put(client, registered);
		// Registered at the start, so that an alert can tell zero from missing.
		this.throttled.withTags(CLIENT, client, SOURCE, SERVER);
		this.throttled.withTags(CLIENT, client, SOURCE, "local");
		this.pauses.withTags(CLIENT, client, BY, SERVER);
		this.pauses.withTags(CLIENT, client, BY, OPERATOR);
	}

	private void addRequests(List<Meter> registered, String client, OperationsActivity activity) {
		registered.add(gauge("operations.queued", "Requests that wait for a permit", client, activity,
				OperationsActivity::queued));
		registered.add(gauge("operations.queued.max", "Maximum of operations.queued", client, activity,
				OperationsActivity::maxQueued));
		registered.add(gauge("operations.retrying", "Fetches that wait for their next attempt", client, activity,
				OperationsActivity::retrying));
		registered.add(gauge("operations.retrying.max", "Maximum of operations.retrying", client, activity,
				OperationsActivity::maxQueued));
		registered
			.add(gauge("operations.in.flight", "Requests in flight", client, activity, OperationsActivity::inFlight));
		registered.add(gauge("operations.in.flight.limit", "Requests that may be in flight at present", client,
				activity, OperationsActivity::inFlightLimit));
		registered.add(gauge("operations.in.flight.max", "Maximum of operations.in.flight.limit", client, activity,
				OperationsActivity::maxInFlight));
		registered.add(paused(client, activity, SERVER));
		registered.add(paused(client, activity, OPERATOR));
		registered.add(gauge("operations.server.unavailable", "1 while the server is unavailable", client, activity,
				(current) -> current.isServerUnavailable() ? 1 : 0));
		registered.add(gauge("operations.credentials.rejected", "1 while the server rejects the credentials", client,
				activity, (current) -> current.areCredentialsRejected() ? 1 : 0));
	}

	private void addRate(List<Meter> registered, String client, OperationsActivity activity) {
		registered.add(gauge("operations.rate", "Requests per second that this instance may send at present", client,
				activity, OperationsActivity::permitsPerSecond));
		registered.add(gauge("operations.permits", "Reserved and unused permits of the shared rate limit", client,
				activity, OperationsActivity::permits));
		registered.add(time("operations.permit.wait", "Time until the next permit of the shared rate limit", client,
				activity, OperationsActivity::untilPermit));
		registered.add(gauge("operations.instances", "Instances that share the rate limit", client, activity,
				OperationsActivity::instances));
		registered
			.add(gauge("operations.budget.unavailable", "1 while the database of the shared rate limit is unavailable",
					client, activity, (current) -> current.isBudgetUnavailable() ? 1 : 0));
	}

	private void addWaits(List<Meter> registered, String client, OperationsActivity activity) {
		registered.add(Gauge.builder("operations.stuck", activity, OperationsActivity::stuck)
			.description("Operations that have been running for unusually long compared with others of their kind")
			.tag(CLIENT, client)
			.tag("of", "waits")
			.strongReference(true)
			.register(this.registry));
		registered.add(gauge("operations.waits", "Callers that wait for an operation", client, activity,
				OperationsActivity::waits));
		registered.add(gauge("operations.waits.max", "Maximum of operations.waits", client, activity,
				OperationsActivity::maxWaits));
		registered.add(gauge("operations.kinds", "Kinds of operations whose durations are learned", client, activity,
				OperationsActivity::kinds));
		registered.add(gauge("operations.kinds.max", "Maximum of operations.kinds", client, activity,
				OperationsActivity::maxKinds));
		registered.add(TimeGauge
			.builder("operations.backlog.age", activity, TimeUnit.MILLISECONDS,
					(current) -> current.backlogAge().toMillis())
			.description("Time by which the earliest due poll is overdue")
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
	}

	private Meter time(String name, String description, String client, OperationsActivity activity,
			Function<OperationsActivity, Duration> value) {
		return TimeGauge.builder(name, activity, TimeUnit.MILLISECONDS, (current) -> value.apply(current).toMillis())
			.description(description)
			.tag(CLIENT, client)
			.strongReference(true)
			.register(this.registry);
	}

	private Meter paused(String client, OperationsActivity activity, String by) {
		return TimeGauge
			.builder("operations.paused", activity, TimeUnit.MILLISECONDS,
					(current) -> by.equals(current.pausedBy()) ? current.paused().toMillis() : 0)
			.description("Time until the end of the pause of all requests")
			.tag(CLIENT, client)
			.tag(BY, by)
			.strongReference(true)
			.register(this.registry);
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
			.description("Awaited operations by the status last seen")
			.tag(CLIENT, client)
			.tag(STATUS, StatusTag.of(status))
			.strongReference(true)
			.register(this.registry);
	}

	@Override
	public void closed(String client) {
		this.pausing.remove(client);
		List<Meter> registered = this.gauges.remove(client);
		if (registered != null) {
			registered.forEach(this.registry::remove);
		}
	}

	@Override
	public void pauseBegan(String client, Duration pause) {
		paused(client, SERVER);
	}

	@Override
	public void operatorPauseBegan(String client, Duration pause) {
		paused(client, OPERATOR);
	}

	// A longer pause that begins during a pause prolongs it.
	private void paused(String client, String by) {
		if (!by.equals(this.pausing.put(client, by))) {
			this.pauses.withTags(CLIENT, client, BY, by).increment();
		}
	}

	@Override
	public void pauseEnded(String client) {
		this.pausing.remove(client);
	}

	@Override
	public void throttled(String client, OperationsThrottledException fault) {
		this.throttled.withTags(CLIENT, client, SOURCE, fault.isLocal() ? "local" : SERVER).increment();
	}

	@Override
	public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
		Operation operation = snapshot.operation();
		// An operation that had ended before its first poll says nothing about the delay.
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
