package io.operations.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.operations.tracking.TrackedChange;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Does the work of the instance that holds the lease of a client: renews the lease, loads
 * the open operations, takes new ones from the inbox, and stores what the polls change.
 * Each of the three kinds of work has its own thread, so that a long one delays no other.
 */
final class LeaseHolder {

	private static final Log logger = LogFactory.getLog(LeaseHolder.class);

	private static final String LOOKING = "look for new operations";

	static final int BATCH = 1000;

	private static final Duration WITHOUT_DATABASE = Duration.ofMillis(500);

	private final Signal looks = new Signal();

	private final String client;

	private final WorkFaults faults = new WorkFaults();

	private final ChangeBuffer buffer;

	private final Held held;

	private final FencedRows fenced;

	private final DatabaseCalls calls;

	private final Settings settings;

	private final Scheduler scheduler;

	private final OpenOperations open;

	private final LearnedStore learned;

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
	 * @param afterEnds called when outcomes were stored and are to be delivered
	 */
	LeaseHolder(String client, Held held, FencedRows fenced, RowReader reader, DatabaseCalls calls, Settings settings,
			Scheduler scheduler, Supplier<Instant> clock, Runnable afterEnds) {
		this.client = client;
		this.held = held;
		this.fenced = fenced;
		this.calls = calls;
		this.settings = settings;
		this.buffer = new ChangeBuffer(BATCH, settings.maxUnwritten());
		this.scheduler = scheduler;
		this.open = new OpenOperations(held, this.buffer, reader, this.faults, settings);
		this.learned = new LearnedStore(held, fenced, reader, calls, this.faults);
		this.writer = new ChangeWriter(held, this.buffer, fenced, reader, this.open, this.learned, calls, this.faults,
				settings.flush(), clock, afterEnds);
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
	 * Give the lease back, as soon as what the polls have changed is stored.
	 */
	void stop() {
		this.stopping = true;
		wake();
	}

	/**
	 * Release the lease while others may take it.
	 */
	void release() {
		Lease taken = this.lease;
		if (taken != null) {
			taken.end();
			wake();
		}
	}

	/**
	 * Look at once for operations that callers have added or removed.
	 */
	void wake() {
		this.looks.give();
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
	 * Return whether a poll may leave now.
	 * @return whether this instance holds the lease, as far as it can know
	 */
	boolean mayPoll() {
		Lease taken = this.lease;
		return taken != null && taken.mayPoll();
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
	 * Return whether operations wait in the database because there is no room for them.
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
	 * Return the time up to which the holder of the lease must have renewed it to be
	 * alive. After an outage of the database, the holder gets the time to renew it.
	 * @param now the time of the database's clock
	 * @return the time
	 */
	Instant deadBefore(Instant now) {
		return this.calls.availability().hasBeenAvailableFor(this.settings.leaseDuration())
				? now.minus(this.settings.leaseDuration()) : Instant.EPOCH;
	}

	/**
	 * Poll the operations of the client until the lease is lost or given back.
	 * @param epoch the epoch of the lease
	 * @return whether the lease is still held, and is to be given back
	 */
	boolean hold(long epoch) {
		Lease taken = new Lease(epoch, this.settings.leaseDuration(), this.scheduler);
		// A response that arrived after the end of an earlier lease may have left these.
		this.held.releaseAll();
		this.buffer.clear();
		this.open.reset();
		this.learned.reset();
		this.lease = taken;
		Disposable ticks = this.scheduler.schedulePeriodically(taken::tick, taken.tickMillis(), taken.tickMillis(),
				TimeUnit.MILLISECONDS);
		LeaseThreads threads = new LeaseThreads(this.settings.threadFactory(), this.scheduler, () -> {
			taken.end();
			wake();
		});
		logger.info("[" + this.client + "] This instance polls the tracked operations now (epoch " + epoch + ").");
		try {
			threads.start("flush", () -> this.writer.writeWhile(taken, () -> isOn(taken)));
			threads.start("load", () -> {
				this.learned.recall();
				this.open.loadWhile(() -> isOn(taken));
			});
			while (isOn(taken)) {
				look(taken);
			}
		}
		finally {
			// No further poll leaves. First, this thread stores what the polls have
			// changed.
			this.lease = null;
			taken.end();
			ticks.dispose();
			this.writer.wake();
			this.open.wake();
			threads.join();
			this.held.releaseAll();
		}
		this.buffer.clear();
		if (taken.isLost()) {
			logger.warn("[" + this.client + "] This instance has lost the lease of the tracked operations (epoch "
					+ epoch
					+ ") and polls them no more. The instance that takes it next does. If this repeats, look for pauses of this"
					+ " process.");
			return false;
		}
		return true;
	}

	private boolean isOn(Lease taken) {
		return !this.stopping && taken.isOn();
	}

	private void look(Lease taken) {
		long asked = taken.monotonic();
		List<String> gone = new ArrayList<>();
		Duration wait = this.settings.look();
		try (ChangeBuffer.Reading reading = this.buffer.read()) {
			Integer entries = this.calls.once("look", () -> this.fenced.look(taken.epoch(), BATCH, (inbox) -> {
				// A transaction that the database rolls back is repeated.
				gone.clear();
				gone.addAll(inbox.gone());
				this.open.take(inbox.open(), reading);
			}));
			// Outside of the transaction: other polls may leave on this thread.
			gone.forEach(this.held::release);
			if (entries == null || entries < 0) {
				taken.lose();
				return;
			}
			boolean paused = !taken.mayPoll();
			taken.confirmed(asked);
			if (paused && taken.mayPoll()) {
				this.held.resume();
			}
			if (entries >= BATCH) {
				return;
			}
			this.open.looked();
			this.faults.succeeded(LOOKING);
		}
		catch (RuntimeException ex) {
			this.faults.failed(LOOKING, ex);
			wait = WITHOUT_DATABASE;
		}
		this.looks.await(wait);
	}

	/**
	 * The settings of the holder.
	 *
	 * @param leaseDuration the time after which another instance takes a lease that is
	 * not renewed
	 * @param look the time between two looks for operations of other instances
	 * @param flush the time for which changes are collected
	 * @param maxHeld the maximum number of operations in memory
	 * @param maxUnwritten the number of bytes above which no operation, as a poll has
	 * shown it, is kept to store it later. It is polled again then.
	 * @param threadFactory creates the threads
	 */
	record Settings(Duration leaseDuration, Duration look, Duration flush, int maxHeld, long maxUnwritten,
			ThreadFactory threadFactory) {

	}

}
