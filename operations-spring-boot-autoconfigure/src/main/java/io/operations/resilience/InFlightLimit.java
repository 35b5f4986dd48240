package io.operations.resilience;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How many calls may be under way at once: halved when the server refuses one because
 * there are too many, and raised by one for as many accepted calls as are allowed, which
 * is about one a round trip. Clients that know nothing of each other come to equal shares
 * of what an account is given by it (Chiu and Jain, <i>Analysis of the Increase and
 * Decrease Algorithms</i>, 1989). A bound that nobody comes near is not raised, since it
 * is not what the server accepted.
 * <p>
 * A refusal costs a pause, in which nothing leaves, so that a bound that was refused when
 * it was full is tried again only after ten times the pause; after twice as many, and up
 * to a hundred, if that was refused again. What is refused meanwhile, with fewer calls,
 * is not for that bound: it halves, too, but neither lowers what is then tried again nor
 * puts it off, or refusals that come for another reason would end in one call at a time.
 * Where the server tells how many calls of the account it has under way, the bound need
 * not wait while these are half of what was refused or fewer, and is raised a tenth as
 * fast when they come near it: the account is full, and who has less than an equal share
 * comes to it all the same. Guarded by the admission.
 * <p>
 * Not Netflix's {@code concurrency-limits}: its {@code AIMDLimit} adds one for every call
 * that is accepted, so that the bound doubles in a round trip and shares do not become
 * equal; its others follow latency, which says nothing of an account's limit; and its
 * limiters refuse or block the caller, where calls are to queue here.
 */
final class InFlightLimit {

	private static final double DECREASE = 0.5;

	private static final double SMOOTHING = 0.1;

	// Of what was refused before, from which part on an account is full, and up to which
	// there is surely room.
	private static final double FULL = 0.9;

	private static final double SPACIOUS = 0.5;

	// How much slower one goes where it is full.
	private static final double CAUTION = 0.1;

	// How many pauses are waited for, after the one that a refusal costs, until as many
	// calls are risked again: at first, and at most.
	private static final int PATIENCE = 9;

	private static final int MOST_PATIENCE = 99;

	private static final Duration LONGEST_CAUTION = Duration.ofMinutes(10);

	private final int maximum;

	private double limit;

	private int refusedAt = Integer.MAX_VALUE;

	private int refusedWith;

	private long cautiousUntil = Long.MIN_VALUE;

	private long halvedAt = Long.MIN_VALUE;

	private int patience = PATIENCE;

	private double seconds;

	InFlightLimit(int maximum) {
		this.maximum = maximum;
		this.limit = maximum;
	}

	int get() {
		return (int) this.limit;
	}

	/**
	 * Note that a call was refused.
	 * @param began when it was sent, in nanoseconds
	 * @param now the present time in nanoseconds
	 * @param pause how long nothing leaves for it
	 * @param filled the bound that was full when the call was sent, it included; 0 if it
	 * was not full
	 * @param accountLoad how many calls of the account were under way, where that is
	 * known
	 */
	void refused(long began, long now, Duration pause, int filled, @Nullable Integer accountLoad) {
		if (accountLoad != null) {
			this.refusedAt = accountLoad;
		}
		// What was sent before the bound was halved says nothing of the half.
		if (this.halvedAt != Long.MIN_VALUE && began <= this.halvedAt) {
			return;
		}
		if (now >= this.cautiousUntil && filled > 0) {
			this.patience = (filled <= this.refusedWith + 1) ? Math.min(MOST_PATIENCE, 2 * this.patience) : PATIENCE;
			this.refusedWith = filled;
			Duration caution = pause.multipliedBy(this.patience);
			this.cautiousUntil = now
					+ pause.plus((caution.compareTo(LONGEST_CAUTION) < 0) ? caution : LONGEST_CAUTION).toNanos();
		}
		this.limit = Math.max(1, this.limit * DECREASE);
		this.halvedAt = now;
	}

	/**
	 * Note that a call was accepted.
	 * @param now the present time in nanoseconds
	 * @param inFlight how many calls were under way, it included
	 * @param accountLoad how many calls of the account were under way, where that is
	 * known
	 */
	void accepted(long now, int inFlight, @Nullable Integer accountLoad) {
		if (accountLoad != null && accountLoad >= this.refusedAt) {
			this.refusedAt = accountLoad + 1;
		}
		// A bound that nobody comes near says nothing of what the server would take.
		if (2 * inFlight < get()) {
			return;
		}
		boolean full = accountLoad != null && accountLoad >= FULL * (this.refusedAt - 1);
		boolean spacious = accountLoad != null && accountLoad <= SPACIOUS * this.refusedAt;
		double raised = this.limit + (full ? CAUTION : 1) / this.limit;
		boolean risky = now < this.cautiousUntil && (int) raised >= this.refusedWith && !spacious;
		this.limit = risky ? this.limit : Math.min(this.maximum, raised);
	}

	void took(long nanos) {
		if (nanos <= 0) {
			return;
		}
		double sample = nanos / 1e9;
		this.seconds = (this.seconds == 0) ? sample : this.seconds + SMOOTHING * (sample - this.seconds);
	}

	/**
	 * Return how many calls this bound lets through.
	 * @return the number of calls in a second, without end where calls take no time
	 */
	double perSecond() {
		return (this.seconds > 0) ? get() / this.seconds : Double.POSITIVE_INFINITY;
	}

}
