package io.operations.internal.tracking;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Orders the operations whose outcomes are to be delivered by their due times. Guarded by
 * {@link Deliveries}. Times are in milliseconds of the scheduler's monotonic clock.
 */
final class DeliveryQueue {

	private final NavigableSet<Entry> order = new TreeSet<>(
			Comparator.comparingLong(Entry::at).thenComparingLong(Entry::number));

	private final Map<String, Entry> entries = new HashMap<>();

	private long numbers;

	/**
	 * Add an operation, or move it to another due time.
	 * @param operationId the operation's id
	 * @param at the due time
	 */
	void add(String operationId, long at) {
		remove(operationId);
		Entry entry = new Entry(operationId, at, this.numbers++);
		this.entries.put(operationId, entry);
		this.order.add(entry);
	}

	void remove(String operationId) {
		Entry entry = this.entries.remove(operationId);
		if (entry != null) {
			this.order.remove(entry);
		}
	}

	/**
	 * Remove the operation that is due first.
	 * @param now the current time
	 * @return its id, {@code null} if none is due yet
	 */
	@Nullable String take(long now) {
		if (next() > now) {
			return null;
		}
		Entry entry = this.order.first();
		remove(entry.id());
		return entry.id();
	}

	/**
	 * Return the first due time.
	 * @return the time, {@code Long.MAX_VALUE} if the queue is empty
	 */
	long next() {
		return this.order.isEmpty() ? Long.MAX_VALUE : this.order.first().at();
	}

	/**
	 * Return the number of operations that are due.
	 * @param now the current time
	 * @return the number of operations
	 */
	long due(long now) {
		return this.order.stream().takeWhile((entry) -> entry.at() <= now).count();
	}

	private record Entry(String id, long at, long number) {
	}

}
