package io.operations.tracking;

import java.util.NavigableSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Orders the operations in memory by their due times. First polls go before repeat polls,
 * except that every fourth poll is a repeat poll if one is due. Guarded by the store.
 */
final class MemoryQueue {

	private static final int SHARE_OF_REPEATS = 4;

	private final NavigableSet<MemoryEntry> firsts = new TreeSet<>(MemoryEntry.ORDER);

	private final NavigableSet<MemoryEntry> repeats = new TreeSet<>(MemoryEntry.ORDER);

	private final NavigableSet<MemoryEntry> deliveries = new TreeSet<>(MemoryEntry.ORDER);

	private final NavigableSet<MemoryEntry> delivered = new TreeSet<>(MemoryEntry.ORDER);

	private int firstsInARow;

	/**
	 * Add an operation to the queue of its state. An undelivered operation is in no
	 * queue: it remains until a caller redelivers or forgets it.
	 * @param entry the operation
	 * @param at its due time, in milliseconds of the scheduler's monotonic clock
	 */
	void add(MemoryEntry entry, long at) {
		entry.at(at);
		switch (entry.row().state()) {
			case TRACKED -> ((entry.row().polled().polls() == 0) ? this.firsts : this.repeats).add(entry);
			case ENDED -> this.deliveries.add(entry);
			case DELIVERED -> this.delivered.add(entry);
			case UNDELIVERED -> {
			}
		}
	}

	void remove(MemoryEntry entry) {
		this.firsts.remove(entry);
		this.repeats.remove(entry);
		this.deliveries.remove(entry);
		this.delivered.remove(entry);
	}

	@Nullable MemoryEntry takePoll(long now) {
		boolean first = isDue(this.firsts, now);
		boolean repeat = isDue(this.repeats, now);
		if (repeat && (!first || this.firstsInARow >= SHARE_OF_REPEATS - 1)) {
			this.firstsInARow = 0;
			return this.repeats.pollFirst();
		}
		if (first) {
			this.firstsInARow++;
			return this.firsts.pollFirst();
		}
		return null;
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

	long nextPoll() {
		return Math.min(next(this.firsts), next(this.repeats));
	}

	long nextOther() {
		return Math.min(next(this.deliveries), next(this.delivered));
	}

	private static long next(NavigableSet<MemoryEntry> entries) {
		return entries.isEmpty() ? Long.MAX_VALUE : entries.first().at();
	}

	long due(long now) {
		return due(this.firsts, now) + due(this.repeats, now) + due(this.deliveries, now);
	}

	private static long due(NavigableSet<MemoryEntry> entries, long now) {
		return entries.stream().takeWhile((entry) -> entry.at() <= now).count();
	}

	/**
	 * Take the delivered operation whose retention ends first.
	 * @return the operation, {@code null} if there is none
	 */
	@Nullable MemoryEntry takeDelivered() {
		return this.delivered.pollFirst();
	}

}
