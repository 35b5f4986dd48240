package io.operations.internal.tracking.jdbc;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Writes a batch of changes. If the database does not accept the batch, this class finds
 * the changes that the database rejects, and writes the others.
 */
final class BatchWriter {

	private static final Log logger = LogFactory.getLog(BatchWriter.class);

	private static final String STORING = "store changes of operations";

	// The square root of a batch: a bad change is found with some 60 statements.
	private static final int PART = 32;

	// After this many failures in a row, the database seems to accept no change at all.
	private static final int MOST_IN_VAIN = 30;

	private final Held held;

	private final ChangeBuffer buffer;

	private final FencedRows fenced;

	private final RowReader reader;

	private final OpenOperations open;

	private final DatabaseCalls calls;

	private final WorkFaults faults;

	private final Supplier<Instant> clock;

	private final Runnable afterEnds;

	/**
	 * Create the writer.
	 * @param held the operations in memory
	 * @param buffer receives the changes that are not written
	 * @param fenced the statements that need the lease
	 * @param reader reads rows
	 * @param open loads the operations again whose changes are refused
	 * @param calls makes the calls to the database
	 * @param faults reports what fails
	 * @param clock the database's clock
	 * @param afterEnds called when outcomes were stored and are due for delivery
	 */
	BatchWriter(Held held, ChangeBuffer buffer, FencedRows fenced, RowReader reader, OpenOperations open,
			DatabaseCalls calls, WorkFaults faults, Supplier<Instant> clock, Runnable afterEnds) {
		this.held = held;
		this.buffer = buffer;
		this.fenced = fenced;
		this.reader = reader;
		this.open = open;
		this.calls = calls;
		this.faults = faults;
		this.clock = clock;
		this.afterEnds = afterEnds;
	}

	/**
	 * Write changes, and put those that were not written back into the buffer.
	 * @param lease the lease, which is lost if the write is refused
	 * @param changes changes that were taken from the buffer
	 * @return {@code false} if the database is unavailable or accepts no change
	 */
	boolean write(Lease lease, List<TrackedChange> changes) {
		try {
			writeAll(lease, changes);
			this.faults.succeeded(STORING);
			return true;
		}
		catch (RuntimeException ex) {
			boolean isUnavailable = DatabaseFaults.isUnavailable(ex) && !DatabaseFaults.isLocked(ex);
			if (changes.size() > 1 && !isUnavailable && writeParts(lease, changes)) {
				return true;
			}
			this.faults.failed(STORING, ex);
			changes.forEach(this.buffer::putBack);
			return false;
		}
	}

	private void writeAll(Lease lease, List<TrackedChange> changes) {
		FencedRows.Written written = this.calls.once("flush",
				() -> this.fenced.write(lease.epoch(), changes, this.clock.get()));
		if (written == null) {
			// If this is a thread of an earlier lease, these may be changes of the
			// present lease.
			changes.forEach(this.buffer::putBack);
			lease.lose();
			return;
		}
		boolean ends = false;
		for (TrackedChange change : changes) {
			Long version = written.stored().get(change.id());
			if (version != null && change.isEnd()) {
				this.buffer.ended(change);
				ends = true;
			}
			else if (version != null) {
				this.buffer.stored(change, version);
				this.held.stored(change.id(), change.version(), version);
				this.buffer.known(change, version);
			}
			else if (written.refused().contains(change.id())) {
				this.buffer.drop(change);
				ends |= change.isEnd() && isStored(change);
				this.open.reload(change.id());
			}
			else {
				this.buffer.putBack(change);
			}
		}
		written.notable().forEach((row) -> notify(row.get()));
		if (ends) {
			this.afterEnds.run();
			this.open.ended();
		}
	}

	// The answer to the commit of an earlier try may have been lost. Then nobody was
	// notified.
	private boolean isStored(TrackedChange change) {
		TrackedRow row = null;
		try {
			row = this.reader.find(change.id());
		}
		catch (RuntimeException ex) {
			logger.debug("Whether the end of '" + change.id() + "' is stored already is not known.", ex);
		}
		if (row == null || !change.isEndOf(row)) {
			return false;
		}
		notify(row);
		return true;
	}

	private void notify(TrackedRow stored) {
		this.held.changed(FencedRows.before(stored), stored);
	}

	// A change that the database does not accept, or whose delivery another transaction
	// has locked, must not block the other changes. Each part that fails is divided
	// again. There are only a few levels, and a part with a locked change takes the time
	// limit for locks at each level. The order is random, so that bad changes that follow
	// one another do not look like a database that accepts none.
	private boolean writeParts(Lease lease, List<TrackedChange> changes) {
		List<TrackedChange> failures = new ArrayList<>();
		List<TrackedChange> locked = new ArrayList<>();
		RuntimeException fault = null;
		List<TrackedChange> shuffled = new ArrayList<>(changes);
		Collections.shuffle(shuffled);
		Deque<List<TrackedChange>> parts = new ArrayDeque<>();
		divide(shuffled, parts);
		boolean isAnyStored = false;
		int inVain = 0;
		while (!parts.isEmpty() && inVain < MOST_IN_VAIN && !lease.isLost()) {
			List<TrackedChange> part = parts.remove();
			try {
				writeAll(lease, part);
				isAnyStored = true;
				inVain = 0;
			}
			catch (RuntimeException ex) {
				boolean isLocked = DatabaseFaults.isLocked(ex);
				if (!isLocked && DatabaseFaults.isUnavailable(ex)) {
					failures.forEach(this.buffer::putBack);
					failures.clear();
					parts.addFirst(part);
					break;
				}
				inVain++;
				if (part.size() > 1) {
					divide(part, parts);
				}
				else {
					(isLocked ? locked : failures).addAll(part);
					fault = isLocked ? fault : ex;
				}
			}
		}
		if (!isAnyStored && locked.isEmpty() && !failures.isEmpty()) {
			return false;
		}
		for (TrackedChange change : failures) {
			logger.error("The last poll of tracked operation '" + change.id() + "' cannot be stored. The library polls"
					+ " the operation again, and delivers no outcome until it can be stored.", fault);
			this.buffer.drop(change);
			this.open.reload(change.id());
		}
		locked.forEach(this.buffer::putBack);
		parts.forEach((part) -> part.forEach(this.buffer::putBack));
		return true;
	}

	private static void divide(List<TrackedChange> changes, Deque<List<TrackedChange>> parts) {
		int size = (changes.size() > PART) ? PART : 1;
		for (int from = 0; from < changes.size(); from += size) {
			parts.addFirst(changes.subList(from, Math.min(from + size, changes.size())));
		}
	}

}
