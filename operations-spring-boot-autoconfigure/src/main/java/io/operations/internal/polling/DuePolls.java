package io.operations.internal.polling;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the waits and the held operations in the order of their next polls. First polls
 * go before repeat polls, but every fourth poll is a repeat poll. Waits and held
 * operations are kept apart, so that the dispatcher can leave out either of them. Both
 * are taken in one common order. Guarded by the dispatcher.
 */
final class DuePolls {

	private static final int SHARE_OF_REPEATS = 4;

	private final PollQueue firsts = new PollQueue();

	private final PollQueue repeats = new PollQueue();

	private final PollQueue heldFirsts = new PollQueue();

	private final PollQueue heldRepeats = new PollQueue();

	private int firstsInARow;

	void add(Polled polled) {
		queueOf(polled).add(polled);
	}

	boolean remove(Polled polled) {
		return queueOf(polled).remove(polled);
	}

	private PollQueue queueOf(Polled polled) {
		if (polled instanceof HeldPoll) {
			return polled.isRepeated() ? this.heldRepeats : this.heldFirsts;
		}
		return polled.isRepeated() ? this.repeats : this.firsts;
	}

	void removeHeld() {
		this.heldFirsts.clear();
		this.heldRepeats.clear();
	}

	boolean contains(Polled polled) {
		return polled.place() >= 0;
	}

	/**
	 * Take the next operation whose poll is due.
	 * @param now the present time
	 * @param sorts the sorts of polls that may be taken
	 * @return the operation, {@code null} if none is due
	 */
	@Nullable Polled take(long now, Sorts sorts) {
		Polled first = due(first(sorts), now);
		Polled repeat = due(repeat(sorts), now);
		if (repeat != null && (first == null || this.firstsInARow >= SHARE_OF_REPEATS - 1)) {
			this.firstsInARow = 0;
			remove(repeat);
			return repeat;
		}
		if (first != null) {
			this.firstsInARow++;
			remove(first);
		}
		return first;
	}

	private static @Nullable Polled due(@Nullable Polled polled, long now) {
		return (polled != null && polled.at() <= now) ? polled : null;
	}

	private @Nullable Polled first(Sorts sorts) {
		return sorts.firsts()
				? earlier(sorts.waits() ? this.firsts.first() : null, sorts.held() ? this.heldFirsts.first() : null)
				: null;
	}

	private @Nullable Polled repeat(Sorts sorts) {
		return sorts.repeats()
				? earlier(sorts.waits() ? this.repeats.first() : null, sorts.held() ? this.heldRepeats.first() : null)
				: null;
	}

	private static @Nullable Polled earlier(@Nullable Polled one, @Nullable Polled other) {
		if (one == null || other == null) {
			return (one != null) ? one : other;
		}
		return (DueItem.ORDER.compare(one, other) < 0) ? one : other;
	}

	/**
	 * Take an operation before its poll is due.
	 * @param now the present time
	 * @param sorts the sorts of polls that may be taken
	 * @return the operation that is due next among those that may be polled now,
	 * {@code null} if there is none
	 */
	@Nullable Polled takeEarly(long now, Sorts sorts) {
		Polled next = null;
		if (sorts.firsts() && sorts.waits()) {
			next = earlier(next, this.firsts.early(now));
		}
		if (sorts.repeats() && sorts.waits()) {
			next = earlier(next, this.repeats.early(now));
		}
		if (sorts.firsts() && sorts.held()) {
			next = earlier(next, this.heldFirsts.early(now));
		}
		if (sorts.repeats() && sorts.held()) {
			next = earlier(next, this.heldRepeats.early(now));
		}
		if (next != null) {
			remove(next);
		}
		return next;
	}

	/**
	 * Return the time at which the next operation may be taken before its poll is due.
	 * @param sorts the sorts of polls that may be taken
	 * @return the time, {@link Long#MAX_VALUE} if there is none
	 */
	long nextEarly(Sorts sorts) {
		long next = Long.MAX_VALUE;
		if (sorts.firsts() && sorts.waits()) {
			next = Math.min(next, this.firsts.nextEarly());
		}
		if (sorts.repeats() && sorts.waits()) {
			next = Math.min(next, this.repeats.nextEarly());
		}
		if (sorts.firsts() && sorts.held()) {
			next = Math.min(next, this.heldFirsts.nextEarly());
		}
		if (sorts.repeats() && sorts.held()) {
			next = Math.min(next, this.heldRepeats.nextEarly());
		}
		return next;
	}

	/**
	 * Return the time at which the next poll is due.
	 * @param sorts the sorts of polls that may be taken
	 * @return the time, {@link Long#MAX_VALUE} if there is none
	 */
	long next(Sorts sorts) {
		Polled next = earlier(first(sorts), repeat(sorts));
		return (next != null) ? next.at() : Long.MAX_VALUE;
	}

	/**
	 * Says which sorts of polls may be taken.
	 *
	 * @param firsts whether first polls may be taken
	 * @param repeats whether repeat polls may be taken
	 * @param waits whether polls of waits may be taken
	 * @param held whether polls of held operations may be taken
	 */
	record Sorts(boolean firsts, boolean repeats, boolean waits, boolean held) {

		static final Sorts BOTH = new Sorts(true, true);

		Sorts(boolean firsts, boolean repeats) {
			this(firsts, repeats, true, true);
		}

		Sorts withWaits(boolean allowed) {
			return new Sorts(this.firsts, this.repeats, this.waits && allowed, this.held);
		}

		Sorts withHeld(boolean allowed) {
			return new Sorts(this.firsts, this.repeats, this.waits, this.held && allowed);
		}

	}

}
