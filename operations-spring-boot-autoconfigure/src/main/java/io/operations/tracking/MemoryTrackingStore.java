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
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.OperationStatus;
import io.operations.OperationsThrottledException;
import io.operations.polling.OperationPolls;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Stores tracked operations in memory, for applications with one instance and for tests.
 * A restart loses all operations. The size is limited. If the store is full, a new
 * operation replaces the oldest delivered one.
 *
 * @since 0.1.0
 */
public final class MemoryTrackingStore implements TrackingStore {

	private static final Log logger = LogFactory.getLog(MemoryTrackingStore.class);

	// The time until the next look when other callers use up the rate limit.
	private static final long CROWDED_MILLIS = 100;

	private final AtomicInteger pumping = new AtomicInteger();

	// Read without the lock; changed while it is held.
	private final NavigableMap<String, MemoryEntry> entries = new ConcurrentSkipListMap<>();

	private final TrackingEngine engine;

	private final OperationPolls polls;

	private final Scheduler scheduler;

	private final Scheduler blocking;

	// All below is guarded by "this"; nothing foreign is called while it is held.
	private final MemoryQueue queue = new MemoryQueue();

	private long numbers;

	private boolean running;

	private boolean warned;

	private @Nullable Disposable timer;

	private long timerAt = Long.MAX_VALUE;

	/**
	 * Create the store.
	 * @param engine the engine that polls and delivers
	 * @param blocking the scheduler on which handlers are called
	 */
	public MemoryTrackingStore(TrackingEngine engine, Scheduler blocking) {
		this.engine = engine;
		this.polls = engine.polls();
		this.scheduler = this.polls.scheduler();
		this.blocking = blocking;
	}

	@Override
	public void start() {
		this.engine.start();
		synchronized (this) {
			this.running = true;
		}
		pump();
	}

	@Override
	public void stop() {
		synchronized (this) {
			this.running = false;
		}
		this.engine.stop();
		pump();
	}

	@Override
	public boolean belongsToThisThread() {
		return true;
	}

	@Override
	public @Nullable TrackedRow insert(TrackedRow row) {
		boolean first;
		synchronized (this) {
			MemoryEntry known = this.entries.get(row.id());
			if (known != null) {
				return known.row();
			}
			makeRoom(row.id());
			MemoryEntry entry = new MemoryEntry(this.numbers++, row);
			this.entries.put(row.id(), entry);
			plan(entry);
			first = !this.warned;
			this.warned = true;
		}
		if (first) {
			logger.warn("Tracked operations are kept in memory only, so a restart loses them. Set"
					+ " operations.tracking.store=jdbc to keep them in a database.");
		}
		pump();
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
			due = ended.plus(this.engine.settings().retention());
		}
		if (due != null) {
			// Both clocks are rounded down to milliseconds, but the poll at the deadline
			// must not begin before it.
			this.queue.add(entry, monotonic() + Duration.between(this.polls.now(), due).toMillis() + 1);
		}
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
		int room = this.polls.room();
		entry = takePoll(room);
		while (entry != null) {
			poll(entry);
			room = this.polls.room();
			entry = takePoll(room);
		}
		setTimer(room > 0);
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

	private synchronized @Nullable MemoryEntry takePoll(int room) {
		return (this.running && room > 0) ? this.queue.takePoll(monotonic()) : null;
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

	private void poll(MemoryEntry entry) {
		TrackedRow row = entry.row();
		Claim claim = new Claim(entry);
		this.polls.taken(1);
		this.engine.poll(row).doFinally((signal) -> {
			this.polls.handedBack();
			pump();
		})
			.doOnSubscribe((subscription) -> entry.poll().replace(subscription::cancel))
			.subscribe((after) -> conclude(claim, row, after), (fault) -> giveUp(claim, row, fault),
					() -> back(claim, row));
	}

	private void conclude(Claim claim, TrackedRow before, TrackedRow after) {
		claim.done = true;
		if (after.state() == TrackingState.TRACKED) {
			this.engine.conclude(claim, before, after);
		}
		else {
			this.blocking.schedule(() -> this.engine.conclude(claim, before, after));
		}
	}

	private void giveUp(Claim claim, TrackedRow row, Throwable fault) {
		logger.error(
				"Polling operation '" + row.id() + "' failed unexpectedly. The library polls it again in one minute. If"
						+ " this repeats, fix the cause below.",
				fault);
		claim.release(row.due(this.polls.now().plus(Duration.ofMinutes(1))));
	}

	private void back(Claim claim, TrackedRow row) {
		if (!claim.done) {
			claim.release(row);
		}
	}

	private void setTimer(boolean room) {
		long now = monotonic();
		long until = this.polls.untilRoom().toMillis();
		long at;
		synchronized (this) {
			at = this.queue.nextPoll();
			if (!room && at != Long.MAX_VALUE) {
				at = Math.max(at, now + ((until > 0) ? until : CROWDED_MILLIS));
			}
			at = this.running ? Math.min(at, this.queue.nextOther()) : Long.MAX_VALUE;
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
		return (entry != null) ? row(entry) : null;
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
			.map(this::row)
			.filter((row) -> filter.matches(row.toOperation()))
			.limit(filter.limit())
			.toList();
	}

	@Override
	public boolean remove(String operationId) {
		MemoryEntry entry;
		synchronized (this) {
			entry = this.entries.remove(operationId);
			if (entry != null) {
				this.queue.remove(entry);
			}
		}
		if (entry != null) {
			entry.poll().dispose();
		}
		return entry != null;
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
			entry.row(next.stored());
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
		Instant oldest = now;
		for (MemoryEntry entry : this.entries.values()) {
			TrackedRow row = row(entry);
			states.merge(row.state(), 1L, Long::sum);
			if (row.state() == TrackingState.TRACKED) {
				oldest = row.polled().since().isBefore(oldest) ? row.polled().since() : oldest;
				stuck += row.stuck() ? 1 : 0;
				unseen += (row.polled().lastSeen() == null) ? 1 : 0;
				if (row.polled().lastSeen() != null) {
					statuses.merge(row.polled().lastSeen().status(), 1L, Long::sum);
				}
			}
		}
		synchronized (this) {
			long present = monotonic();
			return new TrackingSummary(states, statuses, unseen, stuck, Duration.between(oldest, now),
					this.queue.due(present), Duration.ofMillis(present - Math.min(this.queue.nextPoll(), present)));
		}
	}

	private long monotonic() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

	/**
	 * The claim of an entry, which is in no queue meanwhile.
	 */
	private final class Claim implements TrackingClaim {

		private final MemoryEntry entry;

		private boolean done;

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
				this.entry.row(row.stored());
				return this.entry.row();
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
