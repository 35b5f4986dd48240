package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.operations.internal.tracking.TrackedChange;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Lets this instance work for a client while it holds the lease. One thread looks at the
 * inbox, one loads the open operations, and one stores the results of polls, so that no
 * kind of work delays another.
 */
final class LeaseHolder {

	private static final Log logger = LogFactory.getLog(LeaseHolder.class);

	private final String client;

	private final ChangeBuffer buffer;

	private final Held held;

	private final DatabaseCalls calls;

	private final LeaseSettings settings;

	private final Scheduler scheduler;

	private final OpenOperations open;

	private final LearnedStore learned;

	private final InboxLook inbox;

	private final ChangeWriter writer;

	private volatile @Nullable Lease lease;

	private volatile boolean stopping;

	/**
	 * Create the holder.
	 * @param client the name of the client
	 * @param held the operations that this instance polls
	 * @param fenced the statements that need the lease
	 * @param reader reads rows
	 * @param calls makes the calls to the database
	 * @param settings the settings
	 * @param scheduler the clocks of this instance
	 * @param clock the database's clock
	 * @param afterEnds called when outcomes were stored and are due for delivery
	 */
	LeaseHolder(String client, Held held, FencedRows fenced, RowReader reader, DatabaseCalls calls,
			LeaseSettings settings, Scheduler scheduler, Supplier<Instant> clock, Runnable afterEnds) {
		this.client = client;
		this.held = held;
		this.calls = calls;
		this.settings = settings;
		WorkFaults faults = new WorkFaults();
		this.buffer = new ChangeBuffer(FencedRows.BATCH, settings.maxUnwritten());
		this.scheduler = scheduler;
		this.open = new OpenOperations(held, this.buffer, reader, faults, settings);
		this.learned = new LearnedStore(held, fenced, reader, calls, faults);
		this.inbox = new InboxLook(held, this.buffer, this.open, fenced, calls, faults, settings.look());
		BatchWriter batches = new BatchWriter(held, this.buffer, fenced, reader, this.open, calls, faults, clock,
				afterEnds);
		this.writer = new ChangeWriter(held, this.buffer, fenced, this.open, this.learned, calls, batches,
				settings.flush());
	}

	/**
	 * Let the schedule learn what another instance has stored.
	 * @param stored the durations that the table contains
	 */
	void learn(Map<String, List<Duration>> stored) {
		this.learned.learn(stored);
	}

	void start() {
		this.stopping = false;
	}

	/**
	 * Release the lease as soon as the results of the polls are stored.
	 */
	void stop() {
		this.stopping = true;
		wake();
	}

	/**
	 * Release the lease, so that another instance takes it.
	 */
	void release() {
		Lease current = this.lease;
		if (current != null) {
			current.end();
			wake();
		}
	}

	/**
	 * Look at once for operations that callers have added or removed.
	 */
	void wake() {
		this.inbox.wake();
	}

	/**
	 * Store at once what the polls have changed during an outage of the database.
	 */
	void afterOutage() {
		this.writer.wake();
		wake();
	}

	/**
	 * Store what a poll has changed. Does not block.
	 * @param change the change
	 */
	void changed(TrackedChange change) {
		if (this.buffer.add(change)) {
			this.writer.wake();
		}
	}

	/**
	 * Return whether a poll has changed an operation and the change is not yet stored.
	 * @param operationId the operation's id
	 * @return whether its row is behind
	 */
	boolean hasUnwritten(String operationId) {
		return this.buffer.get(operationId) != null;
	}

	/**
	 * Return the memory of operations as last seen that wait to be stored.
	 * @return the number of bytes
	 */
	long unwritten() {
		return this.buffer.weight();
	}

	/**
	 * Return whether a poll may leave now.
	 * @return whether this instance holds the lease, as far as it can know
	 */
	boolean mayPoll() {
		Lease current = this.lease;
		return current != null && current.mayPoll();
	}

	/**
	 * Return whether a further operation may be held.
	 * @return whether this instance holds the lease and has capacity
	 */
	boolean hasCapacity() {
		return this.lease != null && this.open.capacity() > 0;
	}

	/**
	 * Return whether all open operations are in memory.
	 * @return whether this instance has loaded them, and left none in the database
	 */
	boolean holdsAll() {
		return this.lease != null && this.open.areHeld();
	}

	/**
	 * Return whether operations wait in the database because the memory is full.
	 * @return whether this instance holds the lease and has left operations
	 */
	boolean isFull() {
		return this.lease != null && this.open.isFull();
	}

	/**
	 * Return whether this instance holds the lease.
	 * @return whether it polls, as far as it knows
	 */
	boolean isHolding() {
		return this.lease != null;
	}

	/**
	 * Return the time after which the holder of the lease must have renewed it. Otherwise
	 * the holder counts as dead. After an outage of the database, the holder gets more
	 * time to renew the lease.
	 * @param now the time of the database's clock
	 * @return the time
	 */
	Instant deadBefore(Instant now) {
		return this.calls.availability().hasBeenAvailableFor(this.settings.leaseDuration())
				? now.minus(this.settings.leaseDuration()) : Instant.EPOCH;
	}

	/**
	 * Poll the operations of the client until the lease is lost or released.
	 * @param epoch the epoch of the lease
	 * @return whether the lease is still held and must be released
	 */
	boolean hold(long epoch) {
		Lease current = new Lease(epoch, this.settings.leaseDuration(), this.scheduler);
		// A response that arrived after the end of an earlier lease may have left
		// operations or changes here.
		this.held.releaseAll();
		this.buffer.clear();
		this.open.reset();
		this.learned.reset();
		this.lease = current;
		Disposable ticks = this.scheduler.schedulePeriodically(current::tick, current.tickMillis(),
				current.tickMillis(), TimeUnit.MILLISECONDS);
		LeaseThreads threads = new LeaseThreads(this.settings.threadFactory(), this.scheduler, () -> {
			current.end();
			wake();
		});
		logger.info("[" + this.client + "] This instance polls the tracked operations now (epoch " + epoch + ").");
		try {
			threads.start("flush", () -> this.writer.writeWhile(current, () -> isOn(current)));
			threads.start("load", () -> {
				this.learned.recall();
				this.open.loadWhile(() -> isOn(current));
			});
			while (isOn(current)) {
				this.inbox.look(current);
			}
		}
		finally {
			// No further poll leaves. The writer's thread stores what the polls have
			// changed, and then ends.
			this.lease = null;
			current.end();
			ticks.dispose();
			this.writer.wake();
			this.open.wake();
			threads.join();
			this.held.releaseAll();
		}
		this.buffer.clear();
		if (current.isLost()) {
			logger.warn("[" + this.client + "] This instance has lost the lease of the tracked operations (epoch "
					+ epoch
					+ ") and has stopped polling them. The instance that takes the lease next polls them. If this repeats, look for pauses of this"
					+ " process.");
			return false;
		}
		return true;
	}

	private boolean isOn(Lease current) {
		return !this.stopping && current.isOn();
	}

}
