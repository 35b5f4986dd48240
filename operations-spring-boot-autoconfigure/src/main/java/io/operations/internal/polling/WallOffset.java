package io.operations.internal.polling;

import java.util.concurrent.TimeUnit;

import reactor.core.scheduler.Scheduler;

/**
 * Converts times of the monotonic clock to the wall clock. A time has the same result
 * each time, so that a position of one page fits the next page. The result changes only
 * after somebody has set the wall clock. Thread-safe.
 */
final class WallOffset {

	// In milliseconds. Two clocks that are rounded, and read one after the other, differ
	// by less.
	private static final long JITTER = 100;

	private final Scheduler scheduler;

	private volatile long offset;

	WallOffset(Scheduler scheduler) {
		this.scheduler = scheduler;
		this.offset = present();
	}

	/**
	 * Return the number to add to a time of the monotonic clock.
	 * @return the number of milliseconds
	 */
	long get() {
		long present = present();
		if (Math.abs(present - this.offset) > JITTER) {
			this.offset = present;
		}
		return this.offset;
	}

	private long present() {
		return this.scheduler.now(TimeUnit.MILLISECONDS)
				- TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
