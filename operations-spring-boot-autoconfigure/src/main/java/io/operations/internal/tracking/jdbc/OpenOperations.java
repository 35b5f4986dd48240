package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.operations.internal.tracking.TrackedRow;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Loads the open operations of the client into memory, up to a maximum number. It loads
 * them page by page at the beginning of a lease, and further ones as held operations end.
 */
final class OpenOperations {

	private static final Log logger = LogFactory.getLog(OpenOperations.class);

	private static final String LOADING = "load open operations";

	private static final int PAGE = 1000;

	// After a shortage of memory, the log says that max-held suffices again when this
	// part of it is free: max-held divided by this number.
	private static final int FREE_PART = 10;

	private final Signal wakeUps = new Signal();

	// Whether the present pass over the open operations, or a look at the inbox, left an
	// operation in the database.
	private final AtomicBoolean left = new AtomicBoolean();

	private final Held held;

	private final ChangeBuffer buffer;

	private final RowReader reader;

	private final WorkFaults faults;

	private final int maxHeld;

	private final Duration look;

	// Whether operations wait in the database because the maximum is reached.
	private volatile boolean full;

	// Whether the inbox was emptied since this instance took the lease.
	private volatile boolean looked;

	private volatile boolean loaded;

	// Whether the open operations must be loaded once more.
	private volatile boolean again;

	private volatile boolean warned;

	/**
	 * Create the open operations.
	 * @param held the operations in memory
	 * @param buffer knows which operations have ended
	 * @param reader reads the rows
	 * @param faults reports what fails
	 * @param settings the settings
	 */
	OpenOperations(Held held, ChangeBuffer buffer, RowReader reader, WorkFaults faults, LeaseSettings settings) {
		this.held = held;
		this.buffer = buffer;
		this.reader = reader;
		this.faults = faults;
		this.maxHeld = settings.maxHeld();
		this.look = settings.look();
	}

	/**
	 * Begin with a new lease.
	 */
	void reset() {
		this.full = false;
		this.left.set(false);
		this.looked = false;
		this.loaded = false;
	}

	/**
	 * Wake the thread that loads.
	 */
	void wake() {
		this.wakeUps.give();
	}

	/**
	 * Note that the inbox is empty.
	 */
	void looked() {
		if (!this.looked) {
			this.looked = true;
			wake();
		}
	}

	/**
	 * Note that held operations have ended.
	 */
	void ended() {
		if (this.full) {
			wake();
		}
		else {
			resolve();
		}
	}

	/**
	 * Load the open operations once more.
	 */
	void loadAgain() {
		this.again = true;
		wake();
	}

	/**
	 * Return whether operations wait in the database because the memory is full.
	 * @return whether some were left there
	 */
	boolean isFull() {
		return this.full;
	}

	/**
	 * Return whether all open operations are in memory.
	 * @return whether they are loaded and none was left in the database
	 */
	boolean areHeld() {
		return this.loaded && !this.full;
	}

	/**
	 * Return how many further operations may be held.
	 * @return the number
	 */
	int capacity() {
		return Math.max(0, this.maxHeld - this.held.held());
	}

	/**
	 * Hold operations of the inbox.
	 * @param noted their rows
	 * @param reading knows which of them this instance has changed or polled to their
	 * end: it may have tracked them itself
	 */
	void take(List<TrackedRow> noted, ChangeBuffer.Reading reading) {
		int capacity = capacity();
		List<TrackedRow> open = noted.stream().filter((row) -> isOpen(row, reading)).toList();
		this.held.take(open.subList(0, Math.min(capacity, open.size())));
		if (capacity < open.size()) {
			leave();
		}
	}

	// The polls of a held operation go on if only its own change made the row newer. An
	// operation that was released meanwhile must be loaded.
	private boolean isOpen(TrackedRow row, ChangeBuffer.Reading reading) {
		return !reading.hasEnded(row) && !(this.held.has(row.id()) && reading.isOwnChange(row));
	}

	private void leave() {
		this.left.set(true);
		this.full = true;
		wake();
		if (!this.warned) {
			this.warned = true;
			logger.warn("There are more open operations than operations.tracking.max-held (" + this.maxHeld
					+ "). The others wait in the database and are not polled until held ones end. Raise the property, and"
					+ " the heap with it (256 bytes for each operation).");
		}
	}

	/**
	 * Load the open operations while the lease is held.
	 * @param isOn whether the lease is held
	 */
	void loadWhile(BooleanSupplier isOn) {
		// The operations that are still in the inbox are new. They must not be loaded as
		// old ones.
		while (isOn.getAsBoolean() && !this.looked) {
			this.wakeUps.await(null);
		}
		String after = "";
		while (isOn.getAsBoolean()) {
			try {
				after = loadPage(after);
			}
			catch (RuntimeException ex) {
				this.faults.failed(LOADING, ex);
				this.wakeUps.await(WorkFaults.PAUSE);
			}
		}
	}

	private String loadPage(String after) {
		try (ChangeBuffer.Reading reading = this.buffer.read()) {
			List<TrackedRow> page = this.reader.open(after, PAGE);
			this.faults.succeeded(LOADING);
			if (!page.isEmpty()) {
				String last = hold(page, reading);
				return last.isEmpty() ? after : last;
			}
		}
		this.loaded = true;
		this.full = this.left.getAndSet(false);
		resolve();
		if (!this.again) {
			this.wakeUps.await(this.full ? this.look : null);
		}
		this.again = false;
		return "";
	}

	// Little free capacity is not reported, because an operation might soon be left in
	// the database again.
	private void resolve() {
		if (this.warned && !this.full && capacity() >= this.maxHeld / FREE_PART) {
			this.warned = false;
			logger.info("All open operations are held again: operations.tracking.max-held suffices.");
		}
	}

	// Without capacity for all, the rest of the page is read again later: it may have
	// changed.
	private String hold(List<TrackedRow> page, ChangeBuffer.Reading reading) {
		List<TrackedRow> missing = page.stream()
			.filter((row) -> isOpen(row, reading) && !this.held.has(row.id(), row.version()))
			.toList();
		List<TrackedRow> fits = missing.subList(0, Math.min(capacity(), missing.size()));
		this.held.load(fits);
		if (fits.size() == missing.size()) {
			return page.get(page.size() - 1).id();
		}
		leave();
		this.wakeUps.forget();
		this.wakeUps.await(this.look);
		return fits.isEmpty() ? "" : fits.get(fits.size() - 1).id();
	}

	/**
	 * Replace an operation by its row in the database. A caller may have tracked it
	 * again. Or an earlier change was stored although the connection was lost during the
	 * commit.
	 * @param operationId the operation's id
	 */
	void reload(String operationId) {
		this.held.release(operationId);
		try (ChangeBuffer.Reading reading = this.buffer.read()) {
			TrackedRow row = this.reader.findTracked(operationId);
			if (row != null && !reading.hasEnded(row)) {
				this.held.load(List.of(row));
			}
		}
		catch (RuntimeException ex) {
			this.faults.failed(LOADING, ex);
			loadAgain();
		}
	}

}
