package io.operations.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

import io.operations.AcceptedOperation;
import io.operations.OperationsErrorResponse;
import io.operations.internal.polling.OperationPolls;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Tracks the operations of several clients. Each client has an engine and a store, which
 * this class creates, starts and stops. A client that joins while the application runs is
 * noticed within a second, or when a caller names it. Thread-safe.
 *
 * @since 0.1.0
 */
public final class RoutingOperationTracker implements OperationTracker {

	private static final Log logger = LogFactory.getLog(RoutingOperationTracker.class);

	private static final Duration LOOK = Duration.ofSeconds(1);

	private final Supplier<TrackedClients> clients;

	private final Function<OperationPolls, TrackingEngine> engines;

	private final Supplier<TrackingStoreFactory> stores;

	private final TrackingListener listener;

	private final Scheduler blocking;

	private final Map<String, ClientTracker> trackers = new ConcurrentHashMap<>();

	// Closed clients whose names new ones have taken. The next look stops them.
	private final Queue<ClientTracker> replaced = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean looking = new AtomicBoolean();

	private final Object lifecycle = new Object();

	// All below is guarded by "lifecycle".
	private final Set<String> failing = new HashSet<>();

	private boolean running;

	private @Nullable Disposable looks;

	/**
	 * Create the tracker.
	 * @param clients supplies the clients, when the first operation is tracked or at the
	 * start
	 * @param engines creates the engine of a client
	 * @param stores supplies the factory of the stores, when the first one is needed
	 * @param listener notified of clients that join and leave
	 * @param blocking the scheduler for calls that may block
	 */
	public RoutingOperationTracker(Supplier<TrackedClients> clients, Function<OperationPolls, TrackingEngine> engines,
			Supplier<TrackingStoreFactory> stores, TrackingListener listener, Scheduler blocking) {
		this.clients = clients;
		this.engines = engines;
		this.stores = stores;
		this.listener = listener;
		this.blocking = blocking;
	}

	/**
	 * Create the engines and the stores of the clients, so that a fault of the
	 * configuration shows at once.
	 */
	public void open() {
		this.clients.get().all().forEach(this::tracker);
	}

	/**
	 * Begin to poll and to deliver for all clients.
	 */
	public void start() {
		List<String> joined = new ArrayList<>();
		try {
			synchronized (this.lifecycle) {
				this.running = true;
				this.clients.get().all().forEach((client, polls) -> start(client, polls, joined));
				if (this.looks == null) {
					this.looks = first().engine.polls()
						.scheduler()
						.schedulePeriodically(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
				}
			}
		}
		catch (RuntimeException ex) {
			// The application does not start, so nobody would stop the first ones.
			stop();
			throw ex;
		}
		joined.forEach(this.listener::clientJoined);
	}

	/**
	 * Stop polling and delivering. The stores of all clients stop at the same time.
	 */
	public void stop() {
		synchronized (this.lifecycle) {
			this.running = false;
			if (this.looks != null) {
				this.looks.dispose();
				this.looks = null;
			}
			List<Thread> stops = new ArrayList<>();
			List<ClientTracker> all = new ArrayList<>(this.trackers.values());
			all.addAll(this.replaced);
			for (ClientTracker tracker : all) {
				Thread stop = new Thread(tracker::stop, "operations-tracking-stop-" + tracker.engine.client());
				stop.setDaemon(true);
				stop.start();
				stops.add(stop);
			}
			join(stops);
		}
	}

	private static void join(List<Thread> threads) {
		try {
			for (Thread thread : threads) {
				thread.join();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	// Clients may have joined or left. This thread must not block.
	private void look() {
		if (!isCurrent() && this.looking.compareAndSet(false, true)) {
			this.blocking.schedule(() -> {
				try {
					update();
				}
				finally {
					this.looking.set(false);
				}
			});
		}
	}

	private boolean isCurrent() {
		Map<String, OperationPolls> present = this.clients.get().all();
		return present.size() == this.trackers.size() && present.entrySet().stream().allMatch((client) -> {
			ClientTracker tracker = this.trackers.get(client.getKey());
			return tracker != null && tracker.started && tracker.isOf(client.getValue());
		});
	}

	private void update() {
		List<String> left = new ArrayList<>();
		List<String> joined = new ArrayList<>();
		synchronized (this.lifecycle) {
			if (!this.running) {
				return;
			}
			for (ClientTracker old = this.replaced.poll(); old != null; old = this.replaced.poll()) {
				if (old.stop()) {
					left.add(old.engine.client());
				}
			}
			Map<String, OperationPolls> present = this.clients.get().all();
			for (ClientTracker tracker : List.copyOf(this.trackers.values())) {
				String client = tracker.engine.client();
				if (!tracker.engine.polls().equals(present.get(client))) {
					this.trackers.remove(client);
					tracker.stop();
					left.add(client);
				}
			}
			present.forEach((client, polls) -> startUnlessFailing(client, polls, joined));
		}
		left.forEach(this.listener::clientLeft);
		joined.forEach(this.listener::clientJoined);
	}

	private void startUnlessFailing(String client, OperationPolls polls, List<String> joined) {
		try {
			start(client, polls, joined);
			this.failing.remove(client);
		}
		catch (RuntimeException ex) {
			if (this.failing.add(client)) {
				logger.error(
						"The operations of client '" + client + "' cannot be tracked. The library tries again"
								+ " each second and does not log this again until it succeeds. Fix the cause below.",
						ex);
			}
		}
	}

	private void start(String client, OperationPolls polls, List<String> joined) {
		if (tracker(client, polls).start()) {
			joined.add(client);
		}
	}

	private ClientTracker tracker(String client, OperationPolls polls) {
		ClientTracker known = this.trackers.get(client);
		if (known != null && known.isOf(polls)) {
			return known;
		}
		return Objects.requireNonNull(this.trackers.compute(client, (name, present) -> {
			if (present != null && present.isOf(polls)) {
				return present;
			}
			ClientTracker created = create(client, polls);
			if (present != null) {
				this.replaced.add(present);
			}
			return created;
		}));
	}

	private ClientTracker create(String client, OperationPolls polls) {
		TrackingEngine engine = this.engines.apply(polls);
		TrackingStore store = this.stores.get().create(engine);
		return new ClientTracker(engine, store, new DefaultOperationTracker(() -> store, () -> engine, this.blocking,
				(accepted) -> this.clients.get().checkServed(client, accepted)));
	}

	private List<OperationTracker> all() {
		List<OperationTracker> all = new ArrayList<>();
		this.clients.get().all().forEach((client, polls) -> all.add(tracker(client, polls).tracker));
		return all;
	}

	private ClientTracker first() {
		Map.Entry<String, OperationPolls> first = this.clients.get().all().entrySet().iterator().next();
		return tracker(first.getKey(), first.getValue());
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
		return tracker(client, polls).tracker;
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

	private Mono<TrackingResult> on(AcceptedOperation accepted,
			Function<OperationTracker, Mono<TrackingResult>> action) {
		Map<String, OperationPolls> all = this.clients.get().all();
		Objects.requireNonNull(accepted, "'accepted' must not be null");
		if (all.size() == 1) {
			return action.apply(first().tracker);
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
		return action.apply(tracker);
	}

	@Override
	public Mono<TrackingResult> track(String operationId, Map<String, String> attributes) {
		return first().tracker.track(operationId, attributes);
	}

	@Override
	public Mono<TrackingResult> track(String operationId, Map<String, String> attributes, Duration timeout) {
		return first().tracker.track(operationId, attributes, timeout);
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

	// One after the other: those of a transaction are on its thread.
	private <T> Flux<T> each(Function<OperationTracker, ? extends Publisher<T>> call) {
		return Flux.defer(() -> Flux.fromIterable(all()).concatMap(call, 1));
	}

	/**
	 * What tracks the operations of one client.
	 */
	private static final class ClientTracker {

		private final TrackingEngine engine;

		private final TrackingStore store;

		private final OperationTracker tracker;

		private volatile boolean started;

		private ClientTracker(TrackingEngine engine, TrackingStore store, OperationTracker tracker) {
			this.engine = engine;
			this.store = store;
			this.tracker = tracker;
		}

		private synchronized boolean start() {
			if (this.started) {
				return false;
			}
			this.store.start();
			this.started = true;
			return true;
		}

		private boolean isOf(OperationPolls polls) {
			return this.engine.polls().equals(polls);
		}

		private synchronized boolean stop() {
			if (!this.started) {
				return false;
			}
			this.started = false;
			try {
				this.store.stop();
			}
			catch (RuntimeException ex) {
				logger.warn("The store of tracked operations of client '" + this.engine.client()
						+ "' could not be stopped. The library continues without it.", ex);
			}
			return true;
		}

	}

}
