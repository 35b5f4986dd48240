package io.operations.tracking;

import java.util.Comparator;

import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * An operation in memory with its due time. Guarded by the store.
 */
final class MemoryEntry {

	static final Comparator<MemoryEntry> ORDER = Comparator.<MemoryEntry>comparingLong((entry) -> entry.at)
		.thenComparingLong((entry) -> entry.number);

	private final Disposable.Swap poll = Disposables.swap();

	private final long number;

	private TrackedRow row;

	// Must change only while the entry is in no ordered collection.
	private long at;

	MemoryEntry(long number, TrackedRow row) {
		this.number = number;
		this.row = row;
	}

	Disposable.Swap poll() {
		return this.poll;
	}

	TrackedRow row() {
		return this.row;
	}

	void row(TrackedRow next) {
		this.row = next;
	}

	/**
	 * Return the due time.
	 * @return the time in milliseconds of the scheduler's monotonic clock
	 */
	long at() {
		return this.at;
	}

	void at(long time) {
		this.at = time;
	}

}
