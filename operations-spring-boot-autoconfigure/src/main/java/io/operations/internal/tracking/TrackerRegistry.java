package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
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

import io.operations.internal.polling.OperationPolls;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Creates, starts and stops the tracker of each client. A client that joins while the
 * application runs is noticed within a second, or when a caller names it. Thread-safe.
 */
final class TrackerRegistry {

	private static final Log logger = LogFactory.getLog(TrackerRegistry.class);

	private static final Duration LOOK = Duration.ofSeconds(1);

	private final Supplier<TrackedClients> clients;

	private final Function<OperationPolls, TrackingEngine> engines;

	private final Supplier<ClientTrackingFactory> trackings;

	private final TrackingListener listener;

	private final Scheduler blocking;

	private final Map<String, TrackedClient> tracked = new ConcurrentHashMap<>();

	// Closed clients whose names belong to new clients now. The next check stops the
	// closed ones.
	private final Queue<TrackedClient> replaced = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean looking = new AtomicBoolean();

	private final AtomicBoolean startsWhenUsed = new AtomicBoolean();

	private final Object lifecycle = new Object();

	// The fields below are guarded by "lifecycle".
	private final Set<String> failing = new HashSet<>();

	private boolean running;

	private @Nullable Disposable looks;

	TrackerRegistry(Supplier<TrackedClients> clients, Function<OperationPolls, TrackingEngine> engines,
			Supplier<ClientTrackingFactory> trackings, TrackingListener listener, Scheduler blocking) {
		this.clients = clients;
		this.engines = engines;
		this.trackings = trackings;
		this.listener = listener;
		this.blocking = blocking;
	}

	/**
	 * Begin to poll and to deliver for all clients.
	 */
	void start() {
		List<String> joined = new ArrayList<>();
		try {
			synchronized (this.lifecycle) {
				this.running = true;
				this.clients.get().all().forEach((client, polls) -> start(client, polls, joined));
				if (this.looks == null) {
					this.looks = first().polls()
						.scheduler()
						.schedulePeriodically(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
				}
			}
		}
		catch (RuntimeException ex) {
			// The application does not start, so nobody else would stop the clients that
			// have started.
			stop();
			throw ex;
		}
		joined.forEach(this.listener::clientJoined);
	}

	/**
	 * Start with the first use of a client.
	 */
	void startWhenUsed() {
		this.startsWhenUsed.set(true);
	}

	/**
	 * Stop polling and delivering. The stores of all clients stop at the same time.
	 */
	void stop() {
		this.startsWhenUsed.set(false);
		synchronized (this.lifecycle) {
			this.running = false;
			if (this.looks != null) {
				this.looks.dispose();
				this.looks = null;
			}
			List<Thread> stops = new ArrayList<>();
			List<TrackedClient> all = new ArrayList<>(this.tracked.values());
			all.addAll(this.replaced);
			for (TrackedClient client : all) {
				Thread stop = new Thread(client::stop, "operations-tracking-stop-" + client.name());
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
		return present.size() == this.tracked.size() && present.entrySet().stream().allMatch((client) -> {
			TrackedClient tracker = this.tracked.get(client.getKey());
			return tracker != null && tracker.isStarted() && tracker.isOf(client.getValue());
		});
	}

	private void update() {
		List<String> left = new ArrayList<>();
		List<String> joined = new ArrayList<>();
		synchronized (this.lifecycle) {
			if (!this.running) {
				return;
			}
			for (TrackedClient old = this.replaced.poll(); old != null; old = this.replaced.poll()) {
				if (old.stop()) {
					left.add(old.name());
				}
			}
			Map<String, OperationPolls> present = this.clients.get().all();
			for (TrackedClient tracker : List.copyOf(this.tracked.values())) {
				String client = tracker.name();
				if (!tracker.polls().equals(present.get(client))) {
					this.tracked.remove(client);
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

	/**
	 * Return the object that tracks a client, and create it if needed.
	 * @param client the name of the client
	 * @param polls the polls of the client
	 * @return the tracked client, which is not started if it is new
	 */
	TrackedClient tracker(String client, OperationPolls polls) {
		if (this.startsWhenUsed.compareAndSet(true, false)) {
			startNow();
		}
		TrackedClient known = this.tracked.get(client);
		if (known != null && known.isOf(polls)) {
			return known;
		}
		return Objects.requireNonNull(this.tracked.compute(client, (name, present) -> {
			if (present != null && present.isOf(polls)) {
				return present;
			}
			TrackedClient created = create(client, polls);
			if (present != null) {
				this.replaced.add(present);
			}
			return created;
		}));
	}

	private void startNow() {
		try {
			start();
		}
		catch (RuntimeException ex) {
			// The next call tries again.
			this.startsWhenUsed.set(true);
			throw ex;
		}
	}

	private TrackedClient create(String client, OperationPolls polls) {
		TrackingEngine engine = this.engines.apply(polls);
		ClientTracking tracking = this.trackings.get().create(engine);
		return new TrackedClient(engine, tracking, new DefaultOperationTracker(() -> tracking, () -> engine,
				this.blocking, (accepted) -> this.clients.get().checkServed(client, accepted)));
	}

	/**
	 * Return how full the bounded parts of a client are.
	 * @param client the name of the client
	 * @return the load, {@code null} if nothing tracks the client yet
	 */
	@Nullable TrackingLoad load(String client) {
		TrackedClient known = this.tracked.get(client);
		return (known != null) ? known.load() : null;
	}

	/**
	 * Return the trackers of all present clients.
	 * @return the trackers, that of the default client first
	 */
	List<OperationTracker> all() {
		List<OperationTracker> all = new ArrayList<>();
		this.clients.get().all().forEach((client, polls) -> all.add(tracker(client, polls).tracker()));
		return all;
	}

	/**
	 * Return the object that tracks the default client.
	 * @return the client
	 */
	TrackedClient first() {
		Map.Entry<String, OperationPolls> first = this.clients.get().all().entrySet().iterator().next();
		return tracker(first.getKey(), first.getValue());
	}

}
