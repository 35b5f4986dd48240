package io.operations.tracking;

import java.util.NavigableSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Orders the outcomes in memory that are due for delivery, and the delivered ones by the
 * end of their retention. Guarded by the store.
 */
final class MemoryQueue {

	private final NavigableSet<MemoryEntry> deliveries = new TreeSet<>(MemoryEntry.ORDER);

	private final NavigableSet<MemoryEntry> delivered = new TreeSet<>(MemoryEntry.ORDER);

	/**
	 * Add an operation to the queue of its state. The poller has those that are tracked.
	 * An undelivered operation is in no queue: it remains until a caller redelivers or
	 * forgets it.
	 * @param entry the operation
	 * @param at its due time, in milliseconds of the scheduler's monotonic clock
	 */
	void add(MemoryEntry entry, long at) {
		entry.at(at);
		switch (entry.row().state()) {
			case ENDED -> this.deliveries.add(entry);
			case DELIVERED -> this.delivered.add(entry);
			case TRACKED, UNDELIVERED -> {
			}
		}
	}

	void remove(MemoryEntry entry) {
		this.deliveries.remove(entry);
		this.delivered.remove(entry);
	}

	@Nullable MemoryEntry takeDelivery(long now) {
		return isDue(this.deliveries, now) ? this.deliveries.pollFirst() : null;
	}

	@Nullable MemoryEntry takeOutdated(long now) {
		return isDue(this.delivered, now) ? this.delivered.pollFirst() : null;
	}

	private static boolean isDue(NavigableSet<MemoryEntry> entries, long now) {
		return !entries.isEmpty() && entries.first().at() <= now;
	}

	long next() {
		return Math.min(next(this.deliveries), next(this.delivered));
	}

	private static long next(NavigableSet<MemoryEntry> entries) {
		return entries.isEmpty() ? Long.MAX_VALUE : entries.first().at();
	}

	long due(long now) {
		return this.deliveries.stream().takeWhile((entry) -> entry.at() <= now).count();
	}

	/**
	 * Take the delivered operation whose retention ends first.
	 * @return the operation, {@code null} if there is none
	 */
	@Nullable MemoryEntry takeDelivered() {
		return this.delivered.pollFirst();
	}

}
