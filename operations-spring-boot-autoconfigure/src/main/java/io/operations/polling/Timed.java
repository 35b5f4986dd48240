package io.operations.polling;

import java.util.Comparator;

/**
 * Something that is to happen at a time, in an order of its own where the times are the
 * same.
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
	 * Return when it is to happen.
	 * @return the time in milliseconds of the scheduler's monotonic clock
	 */
	long at() {
		return this.at;
	}

	void at(long time) {
		this.at = time;
	}

}
