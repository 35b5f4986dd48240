package io.operations.internal.polling;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Keeps the deadlines of all waits in their order. Times are milliseconds of the
 * scheduler's monotonic clock. Thread-safe.
 */
final class Deadlines {

	private final NavigableSet<WaitingCaller> callers = new TreeSet<>(DueItem.ORDER);

	// No deadline is earlier than this. Written while this object is locked, read without
	// the lock.
	private volatile long first = Long.MAX_VALUE;

	synchronized void add(WaitingCaller caller) {
		this.callers.add(caller);
		this.first = Math.min(this.first, caller.at());
	}

	synchronized void remove(WaitingCaller caller) {
		this.callers.remove(caller);
	}

	/**
	 * Remove the callers whose deadlines have passed.
	 * @param now the present time
	 * @return the callers, the earliest first
	 */
	List<WaitingCaller> takePassed(long now) {
		return (this.first <= now) ? removePassed(now) : List.of();
	}

	private synchronized List<WaitingCaller> removePassed(long now) {
		List<WaitingCaller> passed = new ArrayList<>();
		while (!this.callers.isEmpty() && this.callers.first().at() <= now) {
			passed.add(this.callers.pollFirst());
		}
		this.first = next();
		return passed;
	}

	/**
	 * Return the earliest deadline.
	 * @return the time; {@link Long#MAX_VALUE} if there is no deadline
	 */
	synchronized long next() {
		return this.callers.isEmpty() ? Long.MAX_VALUE : this.callers.first().at();
	}

}
