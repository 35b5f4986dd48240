package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Converts between the clock of this instance and the clock of the database, as far as
 * their difference is known. Due times and heartbeats in the database use the clock of
 * the database, because instances compare them.
 */
final class DatabaseClock {

	// A busy machine measures no more exactly than this.
	private static final Duration TOLERANCE = Duration.ofMillis(100);

	private final Supplier<Instant> own;

	private volatile Duration offset = Duration.ZERO;

	DatabaseClock(Supplier<Instant> own) {
		this.own = own;
	}

	/**
	 * Measure the difference of the clocks.
	 * @param theirs reads the time of the database
	 * @return by how much the database's clock is ahead of this instance's
	 */
	Duration measure(Supplier<Instant> theirs) {
		Instant before = this.own.get();
		Instant database = theirs.get();
		Instant after = this.own.get();
		Duration difference = database.isBefore(before) ? Duration.between(before, database)
				: database.isAfter(after) ? Duration.between(after, database) : Duration.ZERO;
		this.offset = (difference.abs().compareTo(TOLERANCE) > 0) ? difference : Duration.ZERO;
		return difference;
	}

	/**
	 * Return the time of the database's clock.
	 * @return the time
	 */
	Instant now() {
		return toDatabase(this.own.get());
	}

	/**
	 * Convert a time of this instance.
	 * @param time the time
	 * @return the same moment by the database's clock
	 */
	Instant toDatabase(Instant time) {
		return time.plus(this.offset);
	}

	/**
	 * Convert a time of the database.
	 * @param time the time
	 * @return the same moment by this instance's clock
	 */
	Instant toInstance(Instant time) {
		return time.minus(this.offset);
	}

}
