package io.operations.tracking;

import java.util.Comparator;

/**
 * An operation in memory with the time of its next delivery or of its removal. Guarded by
 * the store.
 */
final class MemoryEntry {

	static final Comparator<MemoryEntry> ORDER = Comparator.<MemoryEntry>comparingLong((entry) -> entry.at)
		.thenComparingLong((entry) -> entry.number);

	private final long number;

	private TrackedRow row;

	// Must change only while the entry is in no ordered collection.
	private long at;

	MemoryEntry(long number, TrackedRow row) {
		this.number = number;
		this.row = row;
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
