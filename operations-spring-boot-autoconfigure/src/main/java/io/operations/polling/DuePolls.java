package io.operations.polling;

import java.util.NavigableSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * The waits in the order in which they are to be asked for. First polls go before repeat
 * polls, but one in four goes to a repeat poll all the same. Guarded by the dispatcher.
 */
final class DuePolls {

	private static final int SHARE_OF_REPEATS = 4;

	// How many that may not be asked for yet are passed by in search of one that may.
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

	/**
	 * Take the one whose turn it is.
	 * @param now the present time
	 * @param sorts which may be taken
	 * @return a wait that is due, {@code null} if none is
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
	 * Take one before its time.
	 * @param now the present time
	 * @param sorts which may be taken
	 * @return the wait that is due next of those that may be asked for, {@code null} if
	 * none may
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
	 * Return when the next one may be taken before its time.
	 * @param sorts which may be taken
	 * @return the time, the end of all times if there is none
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
	 * Return when the next one is due.
	 * @param sorts which may be taken
	 * @return the time, the end of all times if there is none
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
	 * Which polls may be taken.
	 *
	 * @param firsts whether first polls may
	 * @param repeats whether repeat polls may
	 */
	record Sorts(boolean firsts, boolean repeats) {

		static final Sorts BOTH = new Sorts(true, true);

	}

}
