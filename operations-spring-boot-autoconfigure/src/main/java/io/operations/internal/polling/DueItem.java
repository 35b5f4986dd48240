package io.operations.internal.polling;

import java.util.Comparator;

/**
 * Represents an event at a time. A number orders events of the same time.
 */
abstract class DueItem {

	static final Comparator<DueItem> ORDER = (one, other) -> {
		int byTime = Long.compare(one.at, other.at);
		return (byTime != 0) ? byTime : Integer.compare(one.number, other.number);
	};

	// The low bits of the number. They differ among all items in memory.
	private final int number;

	// Changed only while this item is in no ordered collection.
	private long at;

	DueItem(long number) {
		this.number = (int) number;
	}

	/**
	 * Return the time of the event.
	 * @return the time in milliseconds of the scheduler's monotonic clock
	 */
	long at() {
		return this.at;
	}

	void at(long time) {
		this.at = time;
	}

}
