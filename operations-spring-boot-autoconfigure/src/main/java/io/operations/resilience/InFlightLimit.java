package io.operations.resilience;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How many calls may be under way at once: halved when the server refuses one because
 * there are too many, and raised by one for as many accepted calls as are allowed, which
 * is about one a round trip. Clients that know nothing of each other come to equal shares
 * of what an account is given by it (Chiu and Jain, <i>Analysis of the Increase and
 * Decrease Algorithms</i>, 1989). A refusal costs a pause, in which nothing leaves, so
 * that the bound stays below what was refused last for ten times as long, ten minutes at
 * most, and only then tries it again. Where the server tells how many calls of the
 * account it has under way, the bound is raised a tenth as fast once these come near what
 * was refused before: the account is full, and who has less than an equal share comes to
 * it all the same. Guarded by the admission.
 * <p>
 * Not Netflix's {@code concurrency-limits}: its {@code AIMDLimit} adds one for every call
 * that is accepted, so that the bound doubles in a round trip and shares do not become
 * equal; its others follow latency, which says nothing of an account's limit; and its
 * limiters refuse or block the caller, where calls are to queue here.
 */
final class InFlightLimit {

	private static final double DECREASE = 0.5;

	private static final double SMOOTHING = 0.1;

	// How near to what was refused before an account is full, and how careful one is
	// then.
	private static final double FULL = 0.9;

	private static final double CAUTION = 0.1;

	// How many times the pause that a refusal costs is waited for until one more is
	// risked.
	private static final int PATIENCE = 10;

	private static final long LONGEST_CAUTION_MILLIS = 600_000;

	private final int maximum;

	private double limit;

	private int refusedAt = Integer.MAX_VALUE;

	private int refusedWith = Integer.MAX_VALUE;

	private long cautiousUntil = Long.MIN_VALUE;

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
	 * @param now the present time in milliseconds
	 * @param pause how long nothing leaves for it
	 */
	void refused(long now, Duration pause) {
		this.refusedWith = get();
		this.cautiousUntil = now + Math.min(PATIENCE * pause.toMillis(), LONGEST_CAUTION_MILLIS);
		this.limit = Math.max(1, this.limit * DECREASE);
	}

	/**
	 * Note how many calls of the account were under way when one was refused.
	 * @param accountLoad the number of calls
	 */
	void refusedAt(int accountLoad) {
		this.refusedAt = accountLoad;
	}

	/**
	 * Note that a call was accepted.
	 * @param now the present time in milliseconds
	 * @param inFlight how many calls were under way, it included
	 * @param accountLoad how many calls of the account were under way, where that is
	 * known
	 */
	void accepted(long now, int inFlight, @Nullable Integer accountLoad) {
		if (accountLoad != null && accountLoad >= this.refusedAt) {
			this.refusedAt = accountLoad + 1;
		}
		boolean full = accountLoad != null && accountLoad >= FULL * (this.refusedAt - 1);
		// A bound that nobody comes near says nothing of what the server would take.
		if (2 * inFlight >= get()) {
			double raised = this.limit + (full ? CAUTION : 1) / this.limit;
			boolean risky = now < this.cautiousUntil && (int) raised >= this.refusedWith;
			this.limit = risky ? this.limit : Math.min(this.maximum, raised);
		}
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
