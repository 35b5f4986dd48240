package io.operations.internal.resilience;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Adapts how many requests may be in flight. The limit is halved when the server
 * throttles a request because the account is full ({@link RefusalJudge}). It grows by one
 * for as many accepted requests as the limit allows, which is about one per round trip.
 * With this algorithm, clients that do not know each other reach equal shares of an
 * account (Chiu and Jain, <i>Analysis of the Increase and Decrease Algorithms</i>, 1989).
 * A limit that the requests do not come near is not raised, because the server has not
 * accepted that many.
 * <p>
 * Each 429 costs a pause, in which no request is sent. A limit that was reached when the
 * server throttled is therefore tried again only after ten times the pause. If the server
 * throttles again, the time doubles, up to a hundred times the pause. A 429 in the
 * meantime, with fewer requests in flight, has another reason. It halves the limit, too,
 * but it does not change which limit is tried again or when. Otherwise such 429s would
 * lead to one request at a time.
 * <p>
 * Some servers report how many requests of the account are in flight. While the reported
 * number is at most half of the number at which the server throttled, the limit grows
 * without waiting. When the reported number comes near the number at which the server
 * throttled, the account is full, and the limit grows a tenth as fast. A client with less
 * than an equal share still reaches an equal share.
 * <p>
 * The admission guards this class.
 * <p>
 * Netflix's {@code concurrency-limits} does not fit for three reasons. Its
 * {@code AIMDLimit} adds one for every accepted request, so the limit doubles in a round
 * trip and shares do not become equal. Its other limits follow latency, which says
 * nothing about the limit of an account. Its limiters reject or block the caller, but
 * requests must queue here.
 */
final class InFlightLimit {

	private static final double DECREASE = 0.5;

	private static final double SMOOTHING = 0.1;

	// Shares of the number at which the server throttled: from FULL on the account is
	// full, up to SPACIOUS it certainly has room.
	private static final double FULL = 0.9;

	private static final double SPACIOUS = 0.5;

	// How much slower the limit grows if the account is full.
	private static final double CAUTION = 0.1;

	// After the pause of a 429, this many times its length must pass until the same limit
	// is tried again: the first number at first, the second at most.
	private static final int CAUTIOUS_PAUSES = 9;

	private static final int MOST_CAUTIOUS_PAUSES = 99;

	private static final Duration LONGEST_CAUTION = Duration.ofMinutes(10);

	private final int maximum;

	private double limit;

	private int refusedAt = Integer.MAX_VALUE;

	private int refusedWith;

	private long cautiousUntil = Long.MIN_VALUE;

	private long halvedAt = Long.MIN_VALUE;

	private int cautiousPauses = CAUTIOUS_PAUSES;

	private double seconds;

	InFlightLimit(int maximum) {
		this.maximum = maximum;
		this.limit = maximum;
	}

	int get() {
		return (int) this.limit;
	}

	/**
	 * Note that the server throttled a request.
	 * @param began when the request was sent, in nanoseconds
	 * @param now the present time in nanoseconds
	 * @param pause how long the pause after it lasts
	 * @param filled how many requests in flight the server refuses, as far as that is
	 * known; 0 if the requests in flight were not near the limit
	 * @param accountLoad how many requests of the account were in flight; {@code null} if
	 * that is not known
	 */
	void refused(long began, long now, Duration pause, int filled, @Nullable Integer accountLoad) {
		if (accountLoad != null) {
			this.refusedAt = accountLoad;
		}
		// A request that was sent before the limit was halved says nothing about the
		// halved limit.
		if (this.halvedAt != Long.MIN_VALUE && began <= this.halvedAt) {
			return;
		}
		if (now >= this.cautiousUntil && filled > 0) {
			this.cautiousPauses = (filled <= this.refusedWith + 1)
					? Math.min(MOST_CAUTIOUS_PAUSES, 2 * this.cautiousPauses) : CAUTIOUS_PAUSES;
			this.refusedWith = filled;
			Duration caution = pause.multipliedBy(this.cautiousPauses);
			this.cautiousUntil = now
					+ pause.plus((caution.compareTo(LONGEST_CAUTION) < 0) ? caution : LONGEST_CAUTION).toNanos();
		}
		this.limit = Math.max(1, this.limit * DECREASE);
		this.halvedAt = now;
	}

	/**
	 * Note that the server accepted a request.
	 * @param now the present time in nanoseconds
	 * @param inFlight how many requests were in flight, including this one
	 * @param accountLoad how many requests of the account were in flight; {@code null} if
	 * that is not known
	 */
	void accepted(long now, int inFlight, @Nullable Integer accountLoad) {
		if (accountLoad != null && accountLoad >= this.refusedAt) {
			this.refusedAt = accountLoad + 1;
		}
		// Far below the limit, a success says nothing about what the server would accept.
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
	 * Return how many requests this limit allows per second.
	 * @return the number of requests per second; infinite if requests take no time
	 */
	double perSecond() {
		return (this.seconds > 0) ? get() / this.seconds : Double.POSITIVE_INFINITY;
	}

}
