package io.operations.internal.tracking;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import io.operations.AcceptedOperation;
import io.operations.OperationsErrorResponse;
import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingResult;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Tracks the operations of several clients. The tracker passes each call to the tracker
 * of the client that owns the operation. {@link TrackerRegistry} has the trackers.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class RoutingOperationTracker implements OperationTracker {

	private final Supplier<TrackedClients> clients;

	private final TrackerRegistry registry;

	/**
	 * Create the tracker.
	 * @param clients supplies the clients, when the first operation is tracked or at the
	 * start
	 * @param engines creates the engine of a client
	 * @param trackings supplies the factory of the trackings, when the first one is
	 * needed
	 * @param listener notified of clients that join and leave
	 * @param blocking the scheduler for calls that may block
	 */
	public RoutingOperationTracker(Supplier<TrackedClients> clients, Function<OperationPolls, TrackingEngine> engines,
			Supplier<ClientTrackingFactory> trackings, TrackingListener listener, Scheduler blocking) {
		this.clients = clients;
		this.registry = new TrackerRegistry(clients, engines, trackings, listener, blocking);
	}

	/**
	 * Create the engines and the stores of the clients, so that a fault of the
	 * configuration shows at once.
	 */
	public void open() {
		this.registry.all();
	}

	/**
	 * Begin to poll and to deliver for all clients.
	 */
	public void start() {
		this.registry.start();
	}

	/**
	 * Start with the first call of this tracker. Only for stores that are empty at the
	 * start of the application, because nothing is delivered before that call.
	 */
	public void startWhenUsed() {
		this.registry.startWhenUsed();
	}

	/**
	 * Stop polling and delivering. The stores of all clients stop at the same time.
	 */
	public void stop() {
		this.registry.stop();
	}

	/**
	 * Return how full the bounded parts of this instance are that track the operations of
	 * a client. Does not block.
	 * @param client the name of the client
	 * @return the load, {@code null} if nothing tracks the client yet
	 */
	public @Nullable TrackingLoad load(String client) {
		return this.registry.load(client);
	}

	@Override
	public Set<String> clients() {
		return Collections.unmodifiableSet(new LinkedHashSet<>(this.clients.get().all().keySet()));
	}

	@Override
	public OperationTracker forClient(String client) {
		Map<String, OperationPolls> all = this.clients.get().all();
		OperationPolls polls = all.get(client);
		if (polls == null) {
			throw unknown(client, all.keySet());
		}
		return this.registry.tracker(client, polls).tracker();
	}

	static IllegalArgumentException unknown(String client, Set<String> clients) {
		return new IllegalArgumentException("There is no client '" + OperationsErrorResponse.printable(client)
				+ "' whose operations are tracked. The clients are: " + String.join(", ", clients)
				+ ". Choose one of them, or configure the client.");
	}

	@Override
	public Mono<TrackingResult> track(AcceptedOperation accepted) {
		return on(accepted, (tracker) -> tracker.track(accepted));
	}

	@Override
	public Mono<TrackingResult> track(AcceptedOperation accepted, Map<String, String> attributes) {
		return on(accepted, (tracker) -> tracker.track(accepted, attributes));
	}

	@Override
	public Mono<TrackingResult> track(AcceptedOperation accepted, Map<String, String> attributes, Duration timeout) {
		return on(accepted, (tracker) -> tracker.track(accepted, attributes, timeout));
	}

	private OperationTracker first() {
		return this.registry.first().tracker();
	}

	private Mono<TrackingResult> on(AcceptedOperation accepted,
			Function<OperationTracker, Mono<TrackingResult>> action) {
		Map<String, OperationPolls> all = this.clients.get().all();
		Objects.requireNonNull(accepted, "'accepted' must not be null");
		if (all.size() == 1) {
			return action.apply(first());
		}
		OperationTracker tracker;
		try {
			tracker = forClient(this.clients.get().serving(accepted));
		}
		catch (IllegalArgumentException ex) {
			return Mono.error((accepted.statusUrl() != null) ? ex
					: new IllegalArgumentException("The operation '" + OperationsErrorResponse.printable(accepted.id())
							+ "' names no status URL, so its client is not known. It is not tracked. Name the client of"
							+ " the write: OperationTracker.forClient(name).track(...). The clients are: "
							+ String.join(", ", all.keySet()) + ".", ex));
		}
		catch (RuntimeException ex) {
			return Mono.error(ex);
		}
		return action.apply(tracker);
	}

	@Override
	public Mono<TrackingResult> track(String operationId, Map<String, String> attributes) {
		return first().track(operationId, attributes);
	}

	@Override
	public Mono<TrackingResult> track(String operationId, Map<String, String> attributes, Duration timeout) {
		return first().track(operationId, attributes, timeout);
	}

	@Override
	public Mono<TrackedOperation> find(String operationId) {
		requireId(operationId);
		return each((tracker) -> tracker.find(operationId)).next();
	}

	@Override
	public Flux<TrackedOperation> stream(TrackingFilter filter) {
		Objects.requireNonNull(filter, "'filter' must not be null");
		return each((tracker) -> tracker.stream(filter)).take(filter.limit());
	}

	@Override
	public Mono<Boolean> forget(String operationId) {
		requireId(operationId);
		return any((tracker) -> tracker.forget(operationId));
	}

	@Override
	public Mono<Boolean> redeliver(String operationId) {
		requireId(operationId);
		return any((tracker) -> tracker.redeliver(operationId));
	}

	private static void requireId(String operationId) {
		Objects.requireNonNull(operationId, "'operationId' must not be null");
	}

	private Mono<Boolean> any(Function<OperationTracker, Mono<Boolean>> call) {
		return each(call).filter(Boolean::booleanValue).next().defaultIfEmpty(false);
	}

	@Override
	public Mono<TrackingSummary> summary() {
		return each(OperationTracker::summary).reduce(TrackingSummary::plus);
	}

	// The calls are made one after the other, because those within a transaction must be
	// made on its thread.
	private <T> Flux<T> each(Function<OperationTracker, ? extends Publisher<T>> call) {
		return Flux.defer(() -> Flux.fromIterable(this.registry.all()).concatMap(call, 1));
	}

}
