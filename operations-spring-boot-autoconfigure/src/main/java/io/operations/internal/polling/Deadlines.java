package io.operations.internal.polling;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The deadlines of all waits in their order. Times are milliseconds of the scheduler's
 * monotonic clock. Thread-safe.
 */
final class Deadlines {

	private final NavigableSet<Waiter> waiters = new TreeSet<>(Timed.ORDER);

	// No deadline is earlier. Written while this is locked, read without.
	private volatile long first = Long.MAX_VALUE;

	synchronized void add(Waiter waiter) {
		this.waiters.add(waiter);
		this.first = Math.min(this.first, waiter.at());
	}

	synchronized void remove(Waiter waiter) {
		this.waiters.remove(waiter);
	}

	/**
	 * Remove the waiters whose deadlines have passed.
	 * @param now the present time
	 * @return the waiters, the earliest first
	 */
	List<Waiter> takePassed(long now) {
		return (this.first <= now) ? removePassed(now) : List.of();
	}

	private synchronized List<Waiter> removePassed(long now) {
		List<Waiter> passed = new ArrayList<>();
		while (!this.waiters.isEmpty() && this.waiters.first().at() <= now) {
			passed.add(this.waiters.pollFirst());
		}
		this.first = next();
		return passed;
	}

	/**
	 * Return the earliest deadline.
	 * @return the time; {@link Long#MAX_VALUE} if there is no deadline
	 */
	synchronized long next() {
		return this.waiters.isEmpty() ? Long.MAX_VALUE : this.waiters.first().at();
	}

}
