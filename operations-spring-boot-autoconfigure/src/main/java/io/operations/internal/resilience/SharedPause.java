package io.operations.internal.resilience;

import java.time.Duration;

/**
 * Holds the pause of an account, as far as this instance knows it. This instance or
 * another one begins the pause. An instance that begins a pause reports it to the others.
 * Times are nanoseconds of the scheduler. Not thread-safe.
 */
final class SharedPause {

	private long until;

	private boolean unsent;

	SharedPause(long now) {
		this.until = now;
	}

	/**
	 * Begin a pause in this instance.
	 * @param pause how long it lasts
	 * @param now the present time
	 */
	void begin(Duration pause, long now) {
		this.until = Math.max(this.until, now + pause.toNanos());
		this.unsent = true;
	}

	/**
	 * Note the pause that the store reports.
	 * @param pause how long it still lasts; zero if there is none
	 * @param now the present time
	 * @return {@code true} if the pause is new to this instance: it ends more than
	 * {@link ReservedPermits#LAPSE} after the known one. A smaller difference shows only
	 * that an answer took longer to arrive
	 */
	boolean found(Duration pause, long now) {
		long end = now + pause.toNanos();
		boolean isNew = !pause.isZero() && end > this.until + ReservedPermits.LAPSE;
		if (isNew) {
			this.until = end;
		}
		return isNew;
	}

	/**
	 * Return whether the other instances do not know of the pause yet.
	 * @return {@code true} if this instance began a pause and has not sent it, or if the
	 * sending failed
	 */
	boolean isUnsent() {
		return this.unsent;
	}

	/**
	 * Mark the pause as sent. The caller sends it to the store.
	 * @param now the present time
	 * @return how long it still lasts; zero if it is over
	 */
	Duration send(long now) {
		this.unsent = false;
		return Duration.ofNanos(Math.max(0, this.until - now));
	}

	/**
	 * Note that the pause could not be sent, so that it is sent again.
	 */
	void notSent() {
		this.unsent = true;
	}

}
