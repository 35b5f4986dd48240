package io.operations.polling;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Judges whether the account's limits allow enough polls to see all awaited operations
 * end within the timeouts of their callers. It keeps sums only, so that a judgement costs
 * the same however many waits there are. Guarded by the poller.
 */
final class Overload {

	// An overload is over when the polls take less than this part of the timeouts.
	private static final double RELIEF = 0.5;

	// A lower rate counts only if it has lasted for so many answers and for so long. An
	// outage, a pause or a burst of fetches lowers the rate for a while. The average
	// response time keeps less than 1 % of a slow answer after 50 more, and the rate of
	// fetches keeps 14 % of a burst after two minutes.
	private static final int ANSWERS = 64;

	private static final long LASTING_MILLIS = 120_000;

	private final double margin;

	private final long shortestEpisode;

	private long waits;

	private long polls;

	// The sum of the logarithms of the timeouts. A wait counts once, with the timeout of
	// its oldest caller. The geometric mean is the usual timeout: a single short or long
	// one hardly moves it.
	private double timeouts;

	// The best rate of the last whole period, and that of the present one.
	private double lastBest;

	private double best;

	private double latest;

	private int answers;

	private long periodBegan;

	private boolean on;

	private long onUntil;

	/**
	 * Create the judge.
	 * @param margin waits that the limits delay by less are no overload
	 * @param comeBack callers that come back within this time after a timeout prolong an
	 * overload
	 */
	Overload(Duration margin, Duration comeBack) {
		this.margin = margin.toMillis() / 1000.0;
		this.shortestEpisode = comeBack.toMillis();
	}

	void add(Wait wait) {
		this.waits++;
		this.polls += wait.pollsToTheEnd();
		this.timeouts += timeout(wait);
	}

	void remove(Wait wait) {
		this.waits--;
		this.polls -= wait.pollsToTheEnd();
		this.timeouts = (this.waits > 0) ? this.timeouts - timeout(wait) : 0;
	}

	private static double timeout(Wait wait) {
		Waiter oldest = wait.oldest();
		return (oldest != null) ? Math.log(Math.max(1, oldest.timeout().toMillis()) / 1000.0) : 0;
	}

	/**
	 * Record whether the first poll of a wait is still to come and is too early to see
	 * the operation end.
	 * @param wait the wait
	 * @param needs whether the wait needs a second poll
	 */
	void needsAnotherPoll(Wait wait, boolean needs) {
		this.polls -= wait.pollsToTheEnd();
		wait.needsAnotherPoll(needs);
		this.polls += wait.pollsToTheEnd();
	}

	/**
	 * Record the rate that the limits allow at present.
	 * @param rate the number of polls per second
	 * @param now the present time
	 */
	void allows(double rate, long now) {
		if (this.best == 0) {
			this.periodBegan = now;
		}
		this.latest = rate;
		this.best = Math.max(this.best, rate);
		if (this.answers >= ANSWERS && now - this.periodBegan >= LASTING_MILLIS) {
			this.lastBest = this.best;
			this.best = rate;
			this.answers = 0;
			this.periodBegan = now;
		}
	}

	/**
	 * Record that the server has shown an operation.
	 */
	void answered() {
		this.answers++;
	}

	/**
	 * Return the rate that the limits allow, apart from what has lowered it for a short
	 * time only.
	 * @return the number of polls per second
	 */
	double pollsPerSecond() {
		return Math.max(this.lastBest, this.best);
	}

	/**
	 * Return the rate that the limits allowed when it was last recorded.
	 * @return the number of polls per second
	 */
	double latestRate() {
		return this.latest;
	}

	/**
	 * Return whether there are too many waits at present.
	 * @return {@code true} if the polls take longer than the timeouts
	 */
	boolean isOn() {
		return this.waits > 1 && needed() > Math.max(this.margin, (this.on ? RELIEF : 1) * timeout());
	}

	/**
	 * Record that a wait timed out because the limits held its poll back.
	 * @param now the present time
	 */
	void timedOut(long now) {
		this.onUntil = now + this.shortestEpisode;
	}

	/**
	 * Judge the waits again.
	 * @param now the present time
	 * @return the figures of an overload that nobody has reported yet, {@code null} if
	 * there is none
	 */
	@Nullable Figures judge(long now) {
		boolean exceeded = isOn();
		if (this.on) {
			this.on = exceeded || now < this.onUntil;
			return null;
		}
		return exceeded ? new Figures((int) this.waits, pollsPerSecond(),
				Duration.ofSeconds((long) Math.ceil(needed())), rounded(timeout())) : null;
	}

	/**
	 * Record that the overload is being reported.
	 */
	void reported() {
		this.on = true;
		this.onUntil = Long.MIN_VALUE;
	}

	// The first poll need not wait.
	private double needed() {
		return (this.polls - 1) / pollsPerSecond();
	}

	private double timeout() {
		return Math.exp(this.timeouts / this.waits);
	}

	// To whole seconds, if there are some.
	private static Duration rounded(double seconds) {
		return (seconds < 1) ? Duration.ofMillis((long) (seconds * 1000)) : Duration.ofSeconds(Math.round(seconds));
	}

	/**
	 * Holds the figures of an overload.
	 *
	 * @param waits the number of awaited operations
	 * @param pollsPerSecond the number of polls per second that the limits allow
	 * @param needed the time that the polls take
	 * @param timeout the usual timeout of the waits
	 */
	record Figures(int waits, double pollsPerSecond, Duration needed, Duration timeout) {
	}

}
