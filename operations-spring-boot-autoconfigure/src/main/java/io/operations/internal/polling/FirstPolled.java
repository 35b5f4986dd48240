package io.operations.internal.polling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * Selects the first of many polled operations by a time. The lock of the poller is held
 * only while fields are read, and for a limited number of operations at a time.
 *
 * @param <P> the type of the operations
 * @param lock the lock of the poller
 * @param clock converts the times
 * @param candidate whether an operation may be selected, called without the lock
 * @param selected whether an operation is selected, called with the lock
 * @param time returns the time, called with the lock
 */
record FirstPolled<P extends Polled>(Object lock, WallOffset clock, Predicate<P> candidate, Predicate<P> selected,
		ToLongFunction<P> time) {

	// How many operations are read under the lock at a time.
	private static final int BLOCK = 1000;

	/**
	 * Return the first operations.
	 * @param all the operations
	 * @param after the operation after which the operations come, {@code null} to begin
	 * with the first one
	 * @param limit the maximum number of operations
	 * @return the operations in their order
	 */
	List<Entry<P>> of(Iterable<? extends P> all, PolledFilter.@Nullable Position after, int limit) {
		if (limit == 0) {
			return List.of();
		}
		// A heap of the size of the page, with its last entry on top: a sort of all
		// operations would take far longer.
		Comparator<Entry<P>> order = order();
		PriorityQueue<Entry<P>> page = new PriorityQueue<>(order.reversed());
		long offset = this.clock.get();
		List<P> block = new ArrayList<>(BLOCK);
		for (P polled : all) {
			if (this.candidate.test(polled)) {
				block.add(polled);
			}
			if (block.size() == BLOCK) {
				add(block, offset, after, limit, page);
			}
		}
		add(block, offset, after, limit, page);
		List<Entry<P>> first = new ArrayList<>(page);
		first.sort(order);
		return first;
	}

	private static <P extends Polled> Comparator<Entry<P>> order() {
		return Comparator.comparing((Entry<P> entry) -> entry.time())
			.thenComparing((entry) -> entry.polled().operationId());
	}

	private void add(List<P> block, long offset, PolledFilter.@Nullable Position after, int limit,
			PriorityQueue<Entry<P>> page) {
		for (Entry<P> entry : entries(block, offset)) {
			if (after != null && !entry.isAfter(after)) {
				continue;
			}
			page.add(entry);
			if (page.size() > limit) {
				page.remove();
			}
		}
		block.clear();
	}

	private List<Entry<P>> entries(List<P> block, long offset) {
		List<Entry<P>> entries = new ArrayList<>(block.size());
		synchronized (this.lock) {
			for (P polled : block) {
				if (!polled.isOver() && this.selected.test(polled)) {
					entries.add(new Entry<>(Instant.ofEpochMilli(this.time.applyAsLong(polled) + offset), polled));
				}
			}
		}
		return entries;
	}

	/**
	 * An operation and its time.
	 *
	 * @param <P> the type of the operation
	 * @param time the time by which the operations are ordered
	 * @param polled the operation
	 */
	record Entry<P extends Polled>(Instant time, P polled) {

		private boolean isAfter(PolledFilter.Position position) {
			int compared = this.time.compareTo(position.time());
			return compared > 0 || (compared == 0 && this.polled.operationId().compareTo(position.id()) > 0);
		}

	}

}
