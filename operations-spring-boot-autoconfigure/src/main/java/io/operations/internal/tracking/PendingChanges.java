package io.operations.internal.tracking;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

import io.operations.internal.WorkLoop;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Collects the changes of polls for a store that blocks, and stores the changes on a
 * thread that may block. This class stores one change at a time, in the order of the
 * first changes of the operations. Several changes of one operation become one. While the
 * store fails, the changes wait, and this class tries one of them again each second.
 * Thread-safe.
 */
final class PendingChanges {

	/**
	 * The result for a change that was not stored because the store has another version,
	 * which may be due to an earlier try.
	 */
	static final long REJECTED = -1;

	private static final Log logger = LogFactory.getLog(PendingChanges.class);

	private static final long RETRY_MILLIS = 1000;

	private final WorkLoop loop = new WorkLoop(this::storeAll);

	private final Scheduler timers;

	private final Scheduler blocking;

	private final ToLongFunction<TrackedChange> store;

	// Guarded by "this".
	private final Map<String, TrackedChange> pending = new LinkedHashMap<>();

	// Guarded by the loop.
	private boolean failing;

	/**
	 * Create the collection.
	 * @param timers the scheduler for repetitions
	 * @param blocking the scheduler on which changes are stored
	 * @param store stores a change and returns the version that the row has now, or
	 * {@link #REJECTED}
	 */
	PendingChanges(Scheduler timers, Scheduler blocking, ToLongFunction<TrackedChange> store) {
		this.timers = timers;
		this.blocking = blocking;
		this.store = store;
	}

	void add(TrackedChange change) {
		synchronized (this) {
			this.pending.merge(change.id(), change, PendingChanges::combined);
		}
		begin();
	}

	private void begin() {
		try {
			this.blocking.schedule(this.loop::run);
		}
		catch (RejectedExecutionException ex) {
			// The change is stored together with the next one.
			logger.debug("No thread is free to store what the polls have changed.", ex);
		}
	}

	// A later change for another version belongs to an operation that was tracked again.
	private static TrackedChange combined(TrackedChange earlier, TrackedChange later) {
		return (earlier.version() == later.version()) ? later.after(earlier) : later;
	}

	/**
	 * Return whether a change of an operation waits.
	 * @param operationId the operation's id
	 * @return whether a change waits
	 */
	synchronized boolean has(String operationId) {
		return this.pending.containsKey(operationId);
	}

	/**
	 * Store all changes on this thread, unless another thread does so.
	 */
	void storeNow() {
		this.loop.run();
	}

	private void storeAll() {
		TrackedChange change = first();
		while (change != null && store(change)) {
			change = first();
		}
	}

	private synchronized @Nullable TrackedChange first() {
		Iterator<TrackedChange> changes = this.pending.values().iterator();
		return changes.hasNext() ? changes.next() : null;
	}

	private boolean store(TrackedChange change) {
		try {
			stored(change, this.store.applyAsLong(change));
			this.failing = false;
			return true;
		}
		catch (RuntimeException ex) {
			if (!this.failing) {
				this.failing = true;
				logger.warn("The store of tracked operations failed to store what the polls have changed. The library"
						+ " keeps the changes in memory and tries again each second. Check the store.", ex);
			}
			this.timers.schedule(this::begin, RETRY_MILLIS, TimeUnit.MILLISECONDS);
			return false;
		}
	}

	// A change that was added meanwhile still expects the version before the stored
	// change. An operation ends once, so nothing follows its end.
	private synchronized void stored(TrackedChange change, long version) {
		TrackedChange present = this.pending.remove(change.id());
		if (present == null || present.equals(change)) {
			return;
		}
		boolean isNext = version != REJECTED && present.version() == change.version();
		if (!isNext) {
			this.pending.put(change.id(), present);
		}
		else if (!change.isEnd()) {
			this.pending.put(change.id(), present.version(version));
		}
	}

}
