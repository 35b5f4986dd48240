package io.operations.internal.polling;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Lists the waits of a poller for an operator. The lock of the poller is held only while
 * fields are read, and for a limited number of waits at a time. Thread-safe.
 *
 * @since 0.1.0
 */
public final class WaitList {

	// How many waits are read under the lock at a time.
	private static final int BLOCK = 1000;

	// In milliseconds. Two clocks that are rounded differ by less.
	private static final long CLOCK_JITTER = 100;

	private final WaitRegistry registry;

	private final Object lock;

	private final Scheduler scheduler;

	// Add it to a time of the monotonic clock to get the time of the wall clock.
	private volatile long offset;

	WaitList(WaitRegistry registry, Object lock, Scheduler scheduler) {
		this.registry = registry;
		this.lock = lock;
		this.scheduler = scheduler;
		this.offset = presentOffset();
	}

	/**
	 * Return the wait for an operation.
	 * @param operationId the operation's id
	 * @return the wait, {@code null} if nobody awaits the operation
	 */
	public @Nullable ListedWait find(String operationId) {
		long base = offset();
		synchronized (this.lock) {
			AwaitedOperation awaited = this.registry.get(operationId);
			return (awaited != null) ? describe(awaited, base) : null;
		}
	}

	/**
	 * Return how many callers of this instance wait for an operation.
	 * @param operationId the operation's id
	 * @return the number of callers
	 */
	public int callers(String operationId) {
		synchronized (this.lock) {
			AwaitedOperation awaited = this.registry.get(operationId);
			return (awaited != null) ? callers(awaited) : 0;
		}
	}

	/**
	 * Return waits in the order of the filter.
	 * @param filter the filter that the waits match
	 * @return the waits
	 */
	public List<ListedWait> list(WaitFilter filter) {
		if (filter.limit() == 0) {
			return List.of();
		}
		long base = offset();
		Entry after = (filter.after() != null)
				? new Entry(Math.subtractExact(filter.after().time().toEpochMilli(), base), filter.after().id(), null)
				: null;
		List<ListedWait> waits = new ArrayList<>();
		for (Entry entry : first(filter, after)) {
			AwaitedOperation awaited = entry.awaited();
			if (awaited != null) {
				synchronized (this.lock) {
					waits.add(describe(awaited, base));
				}
			}
		}
		return waits;
	}

	// A heap of the size of the page, with its last entry on top: a sort of all waits
	// would
	// take far longer.
	private List<Entry> first(WaitFilter filter, @Nullable Entry after) {
		PriorityQueue<Entry> page = new PriorityQueue<>(Entry.ORDER.reversed());
		List<AwaitedOperation> block = new ArrayList<>(BLOCK);
		for (AwaitedOperation awaited : this.registry.all()) {
			if (filter.matches(awaited)) {
				block.add(awaited);
			}
			if (block.size() == BLOCK) {
				add(block, filter, after, page);
			}
		}
		add(block, filter, after, page);
		List<Entry> entries = new ArrayList<>(page);
		entries.sort(Entry.ORDER);
		return entries;
	}

	private void add(List<AwaitedOperation> block, WaitFilter filter, @Nullable Entry after,
			PriorityQueue<Entry> page) {
		for (Entry entry : entries(block, filter)) {
			if (after != null && Entry.ORDER.compare(entry, after) <= 0) {
				continue;
			}
			page.add(entry);
			if (page.size() > filter.limit()) {
				page.remove();
			}
		}
		block.clear();
	}

	private List<Entry> entries(List<AwaitedOperation> block, WaitFilter filter) {
		List<Entry> entries = new ArrayList<>(block.size());
		synchronized (this.lock) {
			for (AwaitedOperation awaited : block) {
				if (!awaited.isOver() && (filter.stuck() == null || filter.stuck() == awaited.isStuck())) {
					entries.add(new Entry(filter.nextPoll() ? awaited.at() : awaited.began(), awaited.operationId(),
							awaited));
				}
			}
		}
		return entries;
	}

	private static ListedWait describe(AwaitedOperation awaited, long base) {
		LastSeen seen = awaited.lastSeen();
		long deadline = Long.MIN_VALUE;
		int callers = 0;
		for (WaitingCaller caller = awaited.callers(); caller != null; caller = caller.next) {
			callers++;
			deadline = Math.max(deadline, caller.at());
		}
		return new ListedWait(awaited.operationId(), awaited.kind(), callers, (seen != null) ? seen.withoutUrl() : null,
				awaited.isStuck(), time(awaited.began(), base), (callers > 0) ? time(deadline, base) : null,
				awaited.polls(), time(awaited.at(), base), awaited.lastFault());
	}

	private static int callers(AwaitedOperation awaited) {
		int callers = 0;
		for (WaitingCaller caller = awaited.callers(); caller != null; caller = caller.next) {
			callers++;
		}
		return callers;
	}

	private static Instant time(long monotonic, long base) {
		return Instant.ofEpochMilli(monotonic + base);
	}

	// The same from call to call, so that a position of one page fits the next page. It
	// changes only if somebody has set the wall clock.
	private long offset() {
		long present = presentOffset();
		if (Math.abs(present - this.offset) > CLOCK_JITTER) {
			this.offset = present;
		}
		return this.offset;
	}

	private long presentOffset() {
		return this.scheduler.now(TimeUnit.MILLISECONDS)
				- TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

	/**
	 * A wait and its position in the order.
	 *
	 * @param time the time by which the waits are ordered, by the monotonic clock
	 * @param id the id of the operation
	 * @param awaited the wait, {@code null} for a position only
	 */
	private record Entry(long time, String id, @Nullable AwaitedOperation awaited) {

		private static final Comparator<Entry> ORDER = Comparator.comparingLong(Entry::time).thenComparing(Entry::id);

	}

}
