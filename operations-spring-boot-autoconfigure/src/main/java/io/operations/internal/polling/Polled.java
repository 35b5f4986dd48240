package io.operations.internal.polling;

import org.jspecify.annotations.Nullable;

/**
 * Represents an operation that the poller polls, for a wait or for another component. Its
 * time is that of the next poll. A million of these may be in memory, so each field
 * counts. The poller guards all fields except the id.
 */
abstract class Polled extends DueItem {

	private final String operationId;

	// Written while the poller is locked, read without the lock.
	private volatile @Nullable Poll poll;

	// How many milliseconds before "at" the operation may be polled. An int takes less
	// memory than a long, and is large enough.
	private int early;

	private int place = -1;

	private boolean repeated;

	private boolean over;

	Polled(long number, String operationId) {
		super(number);
		this.operationId = operationId;
	}

	String operationId() {
		return this.operationId;
	}

	/**
	 * Return the poll in flight.
	 * @return the poll, {@code null} if none is in flight
	 */
	@Nullable Poll pollInFlight() {
		return this.poll;
	}

	void pollInFlight(@Nullable Poll next) {
		this.poll = next;
	}

	/**
	 * Leave the poll in flight.
	 * @return the poll, if nobody else needs it; otherwise {@code null}
	 */
	@Nullable Poll leavePoll() {
		Poll left = this.poll;
		return (left != null && left.leave(this)) ? left : null;
	}

	/**
	 * Return the place in the queue of due polls.
	 * @return the place, negative if it is in no queue
	 */
	int place() {
		return this.place;
	}

	void place(int next) {
		this.place = next;
	}

	boolean isRepeated() {
		return this.repeated;
	}

	void repeated() {
		this.repeated = true;
	}

	/**
	 * Return the time before which the operation must not be polled, even if a permit is
	 * unused.
	 * @return the time
	 */
	long notBefore() {
		return at() - this.early;
	}

	void notBefore(long time) {
		this.early = (int) Math.max(Integer.MIN_VALUE, Math.min(at() - time, Integer.MAX_VALUE));
	}

	/**
	 * Set both times. The operation must be in no queue.
	 * @param time the time of the next poll
	 * @param notBefore the time before which the operation must not be polled
	 */
	void at(long time, long notBefore) {
		at(time);
		notBefore(notBefore);
	}

	boolean isOver() {
		return this.over;
	}

	void over() {
		this.over = true;
	}

}
