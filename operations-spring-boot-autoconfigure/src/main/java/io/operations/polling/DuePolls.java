package io.operations.polling;

import java.util.NavigableSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the waits in the order of their next polls. First polls go before repeat polls,
 * but every fourth poll is a repeat poll. Guarded by the dispatcher.
 */
final class DuePolls {

	private static final int SHARE_OF_REPEATS = 4;

	// The number of waits that are examined in search of one that may be polled early.
	private static final int EARLY_CANDIDATES = 8;

	private final NavigableSet<Wait> firsts = new TreeSet<>(Timed.ORDER);

	private final NavigableSet<Wait> repeats = new TreeSet<>(Timed.ORDER);

	private int firstsInARow;

	void add(Wait wait) {
		(wait.isRepeated() ? this.repeats : this.firsts).add(wait);
	}

	boolean remove(Wait wait) {
		return (wait.isRepeated() ? this.repeats : this.firsts).remove(wait);
	}

	boolean contains(Wait wait) {
		return (wait.isRepeated() ? this.repeats : this.firsts).contains(wait);
	}

	/**
	 * Take the next wait whose poll is due.
	 * @param now the present time
	 * @param sorts the sorts of polls that may be taken
	 * @return the wait, {@code null} if none is due
	 */
	@Nullable Wait take(long now, Sorts sorts) {
		boolean first = sorts.firsts() && isDue(this.firsts, now);
		boolean repeat = sorts.repeats() && isDue(this.repeats, now);
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

	/**
	 * Take a wait before its poll is due.
	 * @param now the present time
	 * @param sorts the sorts of polls that may be taken
	 * @return the wait that is due next among the waits that may be polled now,
	 * {@code null} if there is none
	 */
	@Nullable Wait takeEarly(long now, Sorts sorts) {
		Wait first = sorts.firsts() ? early(this.firsts, now) : null;
		Wait repeat = sorts.repeats() ? early(this.repeats, now) : null;
		Wait wait = (first != null && (repeat == null || Timed.ORDER.compare(first, repeat) < 0)) ? first : repeat;
		if (wait != null) {
			remove(wait);
		}
		return wait;
	}

	private static @Nullable Wait early(NavigableSet<Wait> waits, long now) {
		int passed = 0;
		for (Wait wait : waits) {
			if (wait.notBefore() <= now) {
				return wait;
			}
			if (++passed == EARLY_CANDIDATES) {
				break;
			}
		}
		return null;
	}

	/**
	 * Return the time at which the next wait may be taken before its poll is due.
	 * @param sorts the sorts of polls that may be taken
	 * @return the time, {@link Long#MAX_VALUE} if there is none
	 */
	long nextEarly(Sorts sorts) {
		long first = sorts.firsts() ? nextEarly(this.firsts) : Long.MAX_VALUE;
		long repeat = sorts.repeats() ? nextEarly(this.repeats) : Long.MAX_VALUE;
		return Math.min(first, repeat);
	}

	private static long nextEarly(NavigableSet<Wait> waits) {
		long next = Long.MAX_VALUE;
		int passed = 0;
		for (Wait wait : waits) {
			next = Math.min(next, wait.notBefore());
			if (++passed == EARLY_CANDIDATES) {
				break;
			}
		}
		return next;
	}

	private static boolean isDue(NavigableSet<Wait> waits, long now) {
		return !waits.isEmpty() && waits.first().at() <= now;
	}

	/**
	 * Return the time at which the next poll is due.
	 * @param sorts the sorts of polls that may be taken
	 * @return the time, {@link Long#MAX_VALUE} if there is none
	 */
	long next(Sorts sorts) {
		long first = sorts.firsts() ? next(this.firsts) : Long.MAX_VALUE;
		long repeat = sorts.repeats() ? next(this.repeats) : Long.MAX_VALUE;
		return Math.min(first, repeat);
	}

	private static long next(NavigableSet<Wait> waits) {
		return waits.isEmpty() ? Long.MAX_VALUE : waits.first().at();
	}

	/**
	 * Says which sorts of polls may be taken.
	 *
	 * @param firsts whether first polls may be taken
	 * @param repeats whether repeat polls may be taken
	 */
	record Sorts(boolean firsts, boolean repeats) {

		static final Sorts BOTH = new Sorts(true, true);

	}

}
