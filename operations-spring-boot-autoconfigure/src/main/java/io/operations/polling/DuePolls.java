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
	 * @return a wait that is due, {@code null} if none is
	 */
	@Nullable Wait take(long now) {
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

	/**
	 * Take one before its time.
	 * @param now the present time
	 * @return the wait that is due next of those that may be asked for, {@code null} if
	 * none may
	 */
	@Nullable Wait takeEarly(long now) {
		Wait first = early(this.firsts, now);
		Wait repeat = early(this.repeats, now);
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
	 * @return the time, the end of all times if there is none
	 */
	long nextEarly() {
		return Math.min(nextEarly(this.firsts), nextEarly(this.repeats));
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
	 * @return the time, the end of all times if there is none
	 */
	long next() {
		long first = this.firsts.isEmpty() ? Long.MAX_VALUE : this.firsts.first().at();
		long repeat = this.repeats.isEmpty() ? Long.MAX_VALUE : this.repeats.first().at();
		return Math.min(first, repeat);
	}

}
