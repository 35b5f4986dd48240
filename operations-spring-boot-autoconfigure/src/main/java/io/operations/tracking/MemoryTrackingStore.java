package io.operations.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.OperationStatus;
import io.operations.OperationsThrottledException;
import io.operations.internal.polling.OperationPolls;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Stores the tracked operations of a client in memory, for applications with one instance
 * and for tests. A restart loses all operations. The size is limited. If the store is
 * full, a new operation replaces the oldest delivered one.
 * <p>
 * The template's poller holds the open operations and polls them as it polls for waits.
 * This class keeps the rows, delivers outcomes and removes what is outdated.
 *
 * @since 0.1.0
 */
public final class MemoryTrackingStore implements TrackingStore {

	private static final Log logger = LogFactory.getLog(MemoryTrackingStore.class);

	private final AtomicInteger pumping = new AtomicInteger();

	// Read without the lock; changed while it is held.
	private final NavigableMap<String, MemoryEntry> entries = new ConcurrentSkipListMap<>();

	private final TrackingEngine engine;

	private final HeldOperations held;

	private final OperationPolls polls;

	private final Scheduler scheduler;

	private final Scheduler blocking;

	// Shared by the stores of all clients.
	private final AtomicBoolean warned;

	// All below is guarded by "this"; nothing foreign is called while it is held.
	private final MemoryQueue queue = new MemoryQueue();

	private long numbers;

	private long lastVersion;

	private volatile boolean running;

	private @Nullable Disposable timer;

	private long timerAt = Long.MAX_VALUE;

	/**
	 * Create the store.
	 * @param engine the engine that polls and delivers
	 * @param blocking the scheduler on which handlers are called
	 */
	public MemoryTrackingStore(TrackingEngine engine, Scheduler blocking) {
		this(engine, blocking, new AtomicBoolean());
	}

	MemoryTrackingStore(TrackingEngine engine, Scheduler blocking, AtomicBoolean warned) {
		this.warned = warned;
		this.engine = engine;
		this.held = engine.hold(this::changed, this::isRunning);
		this.polls = engine.polls();
		this.scheduler = this.polls.scheduler();
		this.blocking = blocking;
	}

	@Override
	public void start() {
		List<TrackedRow> open;
		synchronized (this) {
			this.running = true;
			open = this.entries.values()
				.stream()
				.map(MemoryEntry::row)
				.filter((row) -> row.state() == TrackingState.TRACKED)
				.toList();
		}
		this.held.load(open);
		pump();
	}

	@Override
	public void stop() {
		synchronized (this) {
			this.running = false;
			// What only the holder knows would be lost with it.
			this.entries.values().forEach((entry) -> entry.row(this.held.current(entry.row())));
		}
		this.held.releaseAll();
		pump();
	}

	private boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean belongsToThisThread() {
		return true;
	}

	@Override
	public @Nullable TrackedRow insert(TrackedRow tracked) {
		TrackedRow row;
		boolean isHeld;
		synchronized (this) {
			MemoryEntry known = this.entries.get(tracked.id());
			if (known != null) {
				return known.row();
			}
			makeRoom(tracked.id());
			// A forgotten row of this id, which somebody may still have, is older.
			row = tracked.version(Math.max(tracked.version(), this.lastVersion + 1));
			this.lastVersion = row.version();
			this.entries.put(row.id(), new MemoryEntry(this.numbers++, row));
			isHeld = this.running;
		}
		if (this.warned.compareAndSet(false, true)) {
			logger.warn("Tracked operations are kept in memory only, so a restart loses them. Set"
					+ " operations.tracking.store=jdbc to keep them in a database.");
		}
		if (isHeld) {
			this.held.hold(row);
		}
		return null;
	}

	private void makeRoom(String operationId) {
		int most = this.engine.settings().maxTracked();
		MemoryEntry delivered = (this.entries.size() >= most) ? this.queue.takeDelivered() : null;
		if (delivered != null) {
			this.entries.remove(delivered.row().id());
		}
		if (this.entries.size() >= most) {
			throw new OperationsThrottledException("Operation '" + operationId
					+ "' is not tracked because the store in memory already holds " + most
					+ " operations (operations.tracking.max-tracked). Track fewer operations, raise the limit, or set"
					+ " operations.tracking.store=jdbc.", operationId, (Duration) null);
		}
	}

	private void plan(MemoryEntry entry) {
		TrackedRow row = entry.row();
		Instant due = row.due();
		Instant ended = row.ending().endedAt();
		if (due == null && ended != null) {
			due = ended.plus(this.engine.retention());
		}
		if (due != null) {
			this.queue.add(entry, monotonic() + Duration.between(this.polls.now(), due).toMillis());
		}
	}

	private void changed(TrackedChange change) {
		TrackedRow before;
		TrackedRow stored;
		synchronized (this) {
			MemoryEntry entry = this.entries.get(change.id());
			before = (entry != null) ? entry.row() : null;
			stored = null;
			if (entry != null && before != null && before.version() == change.version()) {
				stored = store(entry, change.applyTo(before));
				this.held.stored(change.id(), change.version(), stored.version());
				plan(entry);
			}
		}
		if (before != null && stored != null) {
			this.engine.changed(before, stored);
			pump();
			return;
		}
		// It was forgotten, and perhaps tracked again, while it was handed over.
		this.held.release(change.id(), change.version());
		if (before != null && before.state() == TrackingState.TRACKED) {
			this.held.hold(before);
		}
	}

	private TrackedRow store(MemoryEntry entry, TrackedRow next) {
		TrackedRow stored = next.stored();
		this.lastVersion = Math.max(this.lastVersion, stored.version());
		entry.row(stored);
		return stored;
	}

	/**
	 * Begin all due work and set the timer to the next due time. Only one thread does so
	 * at a time; it also does the work of the threads that call meanwhile.
	 */
	private void pump() {
		if (this.pumping.getAndIncrement() != 0) {
			return;
		}
		boolean done = false;
		try {
			int missed = 1;
			while (missed != 0) {
				beginAll();
				missed = this.pumping.addAndGet(-missed);
			}
			done = true;
		}
		finally {
			if (!done) {
				// After any exception, the next caller must be able to continue.
				forgetTimer();
				this.pumping.set(0);
			}
		}
	}

	private void beginAll() {
		removeOutdated();
		MemoryEntry entry = takeDelivery();
		while (entry != null) {
			deliver(entry);
			entry = takeDelivery();
		}
		setTimer();
	}

	// The timer may not have been set because of the exception.
	private synchronized void forgetTimer() {
		this.timerAt = Long.MAX_VALUE;
	}

	private synchronized void removeOutdated() {
		MemoryEntry entry = this.queue.takeOutdated(monotonic());
		while (entry != null) {
			this.entries.remove(entry.row().id());
			entry = this.queue.takeOutdated(monotonic());
		}
	}

	private synchronized @Nullable MemoryEntry takeDelivery() {
		return this.running ? this.queue.takeDelivery(monotonic()) : null;
	}

	private void deliver(MemoryEntry entry) {
		TrackedRow row = entry.row();
		Claim claim = new Claim(entry);
		try {
			this.blocking.schedule(() -> this.engine.deliver(claim, row));
		}
		catch (RejectedExecutionException ex) {
			logger.warn("No thread is free to deliver the outcome of operation '" + row.id()
					+ "'. The library tries again in one second. If this repeats, look for handlers that block too long.",
					ex);
			claim.release(row.due(this.polls.now().plusSeconds(1)));
		}
	}

	private void setTimer() {
		long now = monotonic();
		long at;
		synchronized (this) {
			at = this.running ? this.queue.next() : Long.MAX_VALUE;
			if (at == this.timerAt) {
				return;
			}
			this.timerAt = at;
			if (this.timer != null) {
				this.timer.dispose();
				this.timer = null;
			}
		}
		if (at == Long.MAX_VALUE) {
			return;
		}
		long time = at;
		Disposable set = this.scheduler.schedule(() -> ring(time), Math.max(0, time - now), TimeUnit.MILLISECONDS);
		synchronized (this) {
			if (this.timerAt == at) {
				this.timer = set;
			}
		}
	}

	private void ring(long at) {
		synchronized (this) {
			if (this.timerAt == at) {
				this.timerAt = Long.MAX_VALUE;
				this.timer = null;
			}
		}
		pump();
	}

	@Override
	public @Nullable TrackedRow find(String operationId) {
		MemoryEntry entry = this.entries.get(operationId);
		return (entry != null) ? this.held.current(row(entry)) : null;
	}

	private synchronized TrackedRow row(MemoryEntry entry) {
		return entry.row();
	}

	@Override
	public List<TrackedRow> list(TrackingFilter filter) {
		NavigableMap<String, MemoryEntry> from = (filter.after() != null) ? this.entries.tailMap(filter.after(), false)
				: this.entries;
		return from.values()
			.stream()
			.map((entry) -> this.held.current(row(entry)))
			.filter((row) -> filter.matches(row.toOperation()))
			.limit(filter.limit())
			.toList();
	}

	@Override
	public boolean remove(String operationId) {
		long version;
		synchronized (this) {
			MemoryEntry entry = this.entries.remove(operationId);
			if (entry == null) {
				return false;
			}
			this.queue.remove(entry);
			version = entry.row().version();
		}
		this.held.release(operationId, version);
		return true;
	}

	@Override
	public boolean redeliver(String operationId, Instant now) {
		synchronized (this) {
			MemoryEntry entry = this.entries.get(operationId);
			TrackedRow next = (entry != null) ? entry.row().redelivered(now) : null;
			if (entry == null || next == null) {
				return false;
			}
			this.queue.remove(entry);
			store(entry, next);
			plan(entry);
		}
		pump();
		return true;
	}

	@Override
	public TrackingSummary summary(Instant now) {
		Map<TrackingState, Long> states = new EnumMap<>(TrackingState.class);
		Map<OperationStatus, Long> statuses = new EnumMap<>(OperationStatus.class);
		long unseen = 0;
		long stuck = 0;
		long overdue = 0;
		Instant oldest = now;
		Instant first = now;
		for (MemoryEntry entry : this.entries.values()) {
			TrackedRow row = this.held.current(row(entry));
			states.merge(row.state(), 1L, Long::sum);
			if (row.state() == TrackingState.TRACKED) {
				oldest = row.polled().since().isBefore(oldest) ? row.polled().since() : oldest;
				stuck += row.stuck() ? 1 : 0;
				unseen += (row.polled().lastSeen() == null) ? 1 : 0;
				if (row.polled().lastSeen() != null) {
					statuses.merge(row.polled().lastSeen().status(), 1L, Long::sum);
				}
				Instant due = this.running ? this.held.nextDue(row.id()) : row.due();
				if (due != null && !due.isAfter(now)) {
					overdue++;
					first = due.isBefore(first) ? due : first;
				}
			}
		}
		synchronized (this) {
			overdue += this.queue.due(monotonic());
		}
		return new TrackingSummary(states, statuses, unseen, stuck, Duration.between(oldest, now), overdue,
				Duration.between(first, now));
	}

	private long monotonic() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

	/**
	 * The claim of an outcome, which is in no queue meanwhile.
	 */
	private final class Claim implements TrackingClaim {

		private final MemoryEntry entry;

		private Claim(MemoryEntry entry) {
			this.entry = entry;
		}

		@Override
		public @Nullable TrackedRow save(TrackedRow row) {
			synchronized (MemoryTrackingStore.this) {
				if (MemoryTrackingStore.this.entries.get(row.id()) != this.entry
						|| this.entry.row().version() != row.version()) {
					return null;
				}
				return store(this.entry, row);
			}
		}

		@Override
		public @Nullable TrackedRow release(TrackedRow row) {
			TrackedRow stored;
			synchronized (MemoryTrackingStore.this) {
				stored = save(row);
				if (stored != null) {
					plan(this.entry);
				}
			}
			pump();
			return stored;
		}

		@Override
		public @Nullable TrackedRow releaseAfter(Runnable work, TrackedRow row) {
			work.run();
			return release(row);
		}

	}

}
