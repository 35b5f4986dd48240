package io.operations.polling;

import java.util.Comparator;

/**
 * Represents an event at a time. A number orders events of the same time.
 */
abstract class Timed {

	static final Comparator<Timed> ORDER = Comparator.<Timed>comparingLong((timed) -> timed.at)
		.thenComparingLong((timed) -> timed.number);

	private final long number;

	// Changed only while it is in no ordered collection.
	private long at;

	Timed(long number) {
		this.number = number;
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
