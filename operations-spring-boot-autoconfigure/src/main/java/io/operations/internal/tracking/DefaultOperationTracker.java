package io.operations.internal.tracking;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.operations.AcceptedOperation;
import io.operations.OperationsRequestException;
import io.operations.internal.TraceParent;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.polling.PollingTarget;
import io.operations.polling.PollingSettings;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingResult;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.core.scheduler.Scheduler;

import org.springframework.util.Assert;

/**
 * Checks the arguments of the calls for one client, and passes them to a
 * {@link ClientTracking}. The tracker makes these calls on the subscriber's thread if
 * {@link ClientTracking#belongsToThisThread()} says so, and otherwise on a thread that
 * may block.
 *
 * @since 0.1.0
 */
public final class DefaultOperationTracker implements OperationTracker {

	/**
	 * The maximum size of the attributes of an operation, in bytes of UTF-8.
	 */
	public static final int MAXIMUM_ATTRIBUTES = 4096;

	private static final int PAGE = 500;

	private final Supplier<ClientTracking> tracking;

	private final Supplier<TrackingEngine> engine;

	private final Scheduler blocking;

	private final Consumer<AcceptedOperation> check;

	/**
	 * Create the tracker.
	 * @param tracking keeps, polls and delivers the operations
	 * @param engine the engine that polls and delivers
	 * @param blocking the scheduler for calls that may block
	 */
	public DefaultOperationTracker(ClientTracking tracking, TrackingEngine engine, Scheduler blocking) {
		this(() -> tracking, () -> engine, blocking);
	}

	/**
	 * Create the tracker.
	 * @param tracking supplies what keeps, polls and delivers the operations, at each
	 * call
	 * @param engine supplies the engine that polls and delivers, at each call
	 * @param blocking the scheduler for calls that may block
	 */
	public DefaultOperationTracker(Supplier<ClientTracking> tracking, Supplier<TrackingEngine> engine,
			Scheduler blocking) {
		this(tracking, engine, blocking, (accepted) -> {
		});
	}

	/**
	 * Create the tracker.
	 * @param tracking supplies what keeps, polls and delivers the operations, at each
	 * call
	 * @param engine supplies the engine that polls and delivers, at each call
	 * @param blocking the scheduler for calls that may block
	 * @param check throws an exception if the client cannot poll an operation
	 */
	DefaultOperationTracker(Supplier<ClientTracking> tracking, Supplier<TrackingEngine> engine, Scheduler blocking,
			Consumer<AcceptedOperation> check) {
		this.check = check;
		this.tracking = tracking;
		this.engine = engine;
		this.blocking = blocking;
	}

	@Override
	public Set<String> clients() {
		return Set.of(this.engine.get().client());
	}

	@Override
	public OperationTracker forClient(String client) {
		if (!clients().contains(client)) {
			throw RoutingOperationTracker.unknown(client, clients());
		}
		return this;
	}

	@Override
	public Mono<TrackingResult> track(AcceptedOperation accepted) {
		return track(accepted, Map.of());
	}

	@Override
	public Mono<TrackingResult> track(AcceptedOperation accepted, Map<String, String> attributes) {
		return track(accepted, attributes, this.engine.get().settings().timeout());
	}

	@Override
	public Mono<TrackingResult> track(AcceptedOperation accepted, Map<String, String> attributes, Duration timeout) {
		Objects.requireNonNull(accepted, "'accepted' must not be null");
		Mono<TrackingResult> tracked = track(PollingTarget.of(accepted), attributes, timeout);
		return Mono.defer(() -> {
			this.check.accept(accepted);
			return tracked;
		});
	}

	@Override
	public Mono<TrackingResult> track(String operationId, Map<String, String> attributes) {
		return track(operationId, attributes, this.engine.get().settings().timeout());
	}

	@Override
	public Mono<TrackingResult> track(String operationId, Map<String, String> attributes, Duration timeout) {
		requireId(operationId);
		return track(PollingTarget.of(operationId), attributes, timeout);
	}

	private Mono<TrackingResult> track(PollingTarget target, Map<String, String> attributes, Duration timeout) {
		PollingSettings.checkTimeout(timeout);
		Map<String, String> checked = check(attributes);
		return Mono
			.deferContextual((view) -> track(target, checked, timeout, this.engine.get().observations().caller(view)));
	}

	private Mono<TrackingResult> track(PollingTarget target, Map<String, String> checked, Duration timeout,
			@Nullable String span) {
		return call("track", () -> {
			OperationsRequestException.checkId(target.operationId());
			TrackedRow row = this.engine.get().begin(target, checked, timeout).traceParent(TraceParent.parse(span));
			TrackedRow known = this.tracking.get().insert(row);
			if (known != null) {
				return new TrackingResult(known.toOperation(), false);
			}
			this.engine.get().listener().tracked(row.toOperation());
			return new TrackingResult(row.toOperation(), true);
		});
	}

	private static Map<String, String> check(Map<String, String> attributes) {
		Objects.requireNonNull(attributes, "'attributes' must not be null");
		Map<String, String> copy = new LinkedHashMap<>();
		long size = 0;
		for (Map.Entry<String, String> entry : attributes.entrySet()) {
			String key = entry.getKey();
			String value = entry.getValue();
			Assert.notNull(key, "'attributes' must not contain a null key: leave the entry out");
			Assert.notNull(value,
					() -> "'attributes' must not contain a null value, but '" + key + "' has one: leave the entry out");
			size += key.getBytes(StandardCharsets.UTF_8).length;
			size += value.getBytes(StandardCharsets.UTF_8).length;
			copy.put(key, value);
		}
		long total = size;
		Assert.isTrue(total <= MAXIMUM_ATTRIBUTES, () -> "'attributes' must not exceed " + MAXIMUM_ATTRIBUTES
				+ " bytes of UTF-8, but they have " + total
				+ ". Nothing was stored. Keep the data in your application, and pass an id as an attribute by which"
				+ " the application finds it.");
		return Collections.unmodifiableMap(copy);
	}

	/**
	 * Return the name of the instance that polls the tracked operations of the client.
	 * @param self the name of this instance
	 * @return the name. Empty if no instance polls, or the store does not know it.
	 */
	public Mono<String> pollingInstance(String self) {
		return call("find", () -> this.tracking.get().isPolling() ? self : this.tracking.get().pollingInstance());
	}

	@Override
	public Mono<TrackedOperation> find(String operationId) {
		requireId(operationId);
		return call("find", () -> this.tracking.get().find(operationId)).map(TrackedRow::toOperation);
	}

	@Override
	public Flux<TrackedOperation> stream(TrackingFilter filter) {
		Objects.requireNonNull(filter, "'filter' must not be null");
		return page(filter).expand((page) -> {
			TrackingFilter next = page.next();
			return (next != null) ? page(next) : Mono.empty();
		}, 1).concatMapIterable(Page::operations, 1);
	}

	private Mono<Page> page(TrackingFilter filter) {
		int size = (int) Math.min(PAGE, filter.limit());
		return call("list", () -> this.tracking.get().list(filter.withLimit(size)))
			.map((rows) -> Page.of(rows, filter, size));
	}

	@Override
	public Mono<Boolean> forget(String operationId) {
		requireId(operationId);
		return call("forget", () -> {
			TrackingEngine engine = this.engine.get();
			return this.tracking.get()
				.remove(operationId, () -> engine.listener().released(engine.client(), operationId));
		});
	}

	@Override
	public Mono<Boolean> redeliver(String operationId) {
		requireId(operationId);
		return call("redeliver", () -> this.tracking.get().redeliver(operationId, this.engine.get().polls().now()));
	}

	@Override
	public Mono<TrackingSummary> summary() {
		return call("summary", () -> this.tracking.get().summary(this.engine.get().polls().now()));
	}

	private static void requireId(String operationId) {
		Objects.requireNonNull(operationId, "'operationId' must not be null");
	}

	private <T> Mono<T> call(String name, Supplier<@Nullable T> action) {
		return Mono.defer(() -> {
			Mono<Signal<T>> timed = Mono.fromSupplier(() -> signal(name, action));
			return (this.tracking.get().belongsToThisThread() ? timed : timed.subscribeOn(this.blocking))
				.dematerialize();
		});
	}

	// As a signal, a fault after a cancellation is not logged as a dropped error.
	private <T> Signal<T> signal(String name, Supplier<@Nullable T> action) {
		try {
			T result = timed(name, action);
			return (result != null) ? Signal.next(result) : Signal.complete();
		}
		catch (RuntimeException ex) {
			return Signal.error(ex);
		}
	}

	private <T> @Nullable T timed(String name, Supplier<@Nullable T> action) {
		OperationPolls polls = this.engine.get().polls();
		long began = polls.scheduler().now(TimeUnit.NANOSECONDS);
		Throwable fault = null;
		try {
			return action.get();
		}
		catch (RuntimeException ex) {
			fault = ex;
			throw ex;
		}
		finally {
			Duration duration = Duration.ofNanos(polls.scheduler().now(TimeUnit.NANOSECONDS) - began);
			this.engine.get().listener().stored(name, duration, fault);
		}
	}

	/**
	 * A page of a stream.
	 *
	 * @param operations the operations
	 * @param next the filter of the next page, {@code null} if this page is the last
	 */
	private record Page(List<TrackedOperation> operations, @Nullable TrackingFilter next) {

		private static Page of(List<TrackedRow> rows, TrackingFilter filter, int size) {
			List<TrackedOperation> operations = rows.stream().map(TrackedRow::toOperation).toList();
			long left = filter.limit() - operations.size();
			boolean more = operations.size() == size && left > 0;
			return new Page(operations,
					more ? filter.withAfter(operations.get(operations.size() - 1)).withLimit(left) : null);
		}

	}

}
