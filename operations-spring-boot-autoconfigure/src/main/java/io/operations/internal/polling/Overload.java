package io.operations.internal.polling;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.OperationsOverload;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether the account's limits allow enough polls to see all awaited operations
 * end within the timeouts of their callers. It keeps sums only, so that a judgement costs
 * the same however many waits there are. Thread-safe; it calls nothing foreign.
 */
final class Overload {

	// An overload is over when the polls take less than this part of the timeouts.
	private static final double RELIEF = 0.5;

	// A lower rate counts only if it has lasted for this many responses and for this
	// long. An outage, a pause or a burst of fetches lowers the rate for a while. After
	// 50 further responses, a slow one makes up less than 1 % of the average response
	// time. After two minutes, 14 % of a burst is left in the average rate of fetches.
	private static final int ANSWERS = 64;

	private static final long LASTING_MILLIS = 120_000;

	// Many waits still arrive while their number grows by more than this part from one
	// check to the next. If waits arrive at a steady rate, their number grows by less
	// than that after ten checks.
	private static final double GROWTH = 0.1;

	private static final int LOOKS = 10;

	private final AtomicInteger answers = new AtomicInteger();

	private final double margin;

	private final long shortestEpisode;

	private long waits;

	private long polls;

	// The sum of the logarithms of the timeouts. A wait counts once, with the timeout of
	// its oldest caller. The geometric mean stands for the usual timeout, because a
	// single short or long timeout hardly moves it.
	private double timeouts;

	// How many waits have a timeout that their oldest caller passed.
	private int ownTimeouts;

	// The best rate of the last complete period, the best rate of the present period, and
	// the latest rate.
	private double lastBest;

	private double best;

	private double latest;

	private long periodBegan;

	private boolean on;

	private long onUntil;

	// The greatest extent of the overload so far, while the overload is still to be
	// reported.
	private @Nullable Extent extent;

	private int looks;

	private long waitsAtLook;

	/**
	 * Create the judge.
	 * @param margin a delay by the limits that is not longer than this is no overload
	 * @param comeBack an overload lasts for at least this time after a timeout, because
	 * its caller may come back
	 */
	Overload(Duration margin, Duration comeBack) {
		this.margin = margin.toMillis() / 1000.0;
		this.shortestEpisode = comeBack.toMillis();
	}

	synchronized void add(AwaitedOperation awaited) {
		this.waits++;
		this.polls += awaited.pollsToTheEnd();
		this.timeouts += timeout(awaited);
		this.ownTimeouts += ownTimeouts(awaited);
	}

	synchronized void remove(AwaitedOperation awaited) {
		this.waits--;
		this.polls -= awaited.pollsToTheEnd();
		this.timeouts = (this.waits > 0) ? this.timeouts - timeout(awaited) : 0;
		this.ownTimeouts -= ownTimeouts(awaited);
	}

	private static double timeout(AwaitedOperation awaited) {
		WaitingCaller oldest = awaited.oldest();
		return (oldest != null) ? Math.log(Math.max(1, oldest.timeout().toMillis()) / 1000.0) : 0;
	}

	private static int ownTimeouts(AwaitedOperation awaited) {
		WaitingCaller oldest = awaited.oldest();
		return (oldest != null && oldest.isOwnTimeout()) ? 1 : 0;
	}

	/**
	 * Record whether the first poll of a wait is still to come and is too early to see
	 * the operation end.
	 * @param awaited the awaited operation
	 * @param needs whether the wait needs a second poll
	 */
	synchronized void needsAnotherPoll(AwaitedOperation awaited, boolean needs) {
		this.polls -= awaited.pollsToTheEnd();
		awaited.needsAnotherPoll(needs);
		this.polls += awaited.pollsToTheEnd();
	}

	private void allows(double rate, long now) {
		if (this.best == 0) {
			this.periodBegan = now;
		}
		this.latest = rate;
		this.best = Math.max(this.best, rate);
		if (now - this.periodBegan >= LASTING_MILLIS && this.answers.get() >= ANSWERS) {
			this.lastBest = this.best;
			this.best = rate;
			this.answers.set(0);
			this.periodBegan = now;
		}
	}

	/**
	 * Record that a response has shown an operation.
	 */
	void answered() {
		this.answers.incrementAndGet();
	}

	/**
	 * Return the rate that the limits allow. A rate that is lower for a short time only
	 * does not count.
	 * @return the number of polls per second
	 */
	synchronized double pollsPerSecond() {
		return Math.max(this.lastBest, this.best);
	}

	/**
	 * Return the rate that the limits allowed when it was last recorded.
	 * @return the number of polls per second
	 */
	synchronized double latestRate() {
		return this.latest;
	}

	/**
	 * Return whether there are too many waits at present.
	 * @return {@code true} if the polls take longer than the timeouts
	 */
	synchronized boolean isOn() {
		double needed = needed();
		// Comes last, because the mean of the timeouts takes a while to compute.
		return this.waits > 1 && needed > this.margin && needed > (this.on ? RELIEF : 1) * timeout();
	}

	/**
	 * Record that a wait timed out because the limits held its poll back.
	 * @param now the present time
	 */
	synchronized void timedOut(long now) {
		this.onUntil = now + this.shortestEpisode;
	}

	/**
	 * Judge the waits again.
	 * @param rate the number of polls per second that the limits allow at present
	 * @param now the present time
	 * @return {@code true} if there is an overload that nobody has reported yet
	 */
	synchronized boolean judge(double rate, long now) {
		allows(rate, now);
		boolean exceeded = isOn();
		if (!this.on) {
			return exceeded;
		}
		if (this.extent == null) {
			this.on = exceeded || now < this.onUntil;
		}
		else if (exceeded && this.waits > this.extent.waits()) {
			this.extent = extent();
		}
		return false;
	}

	/**
	 * Record that the overload is to be reported.
	 * @return {@code false} if another thread reports it
	 */
	synchronized boolean begin() {
		if (this.on) {
			return false;
		}
		this.on = true;
		this.onUntil = Long.MIN_VALUE;
		this.extent = extent();
		this.looks = 0;
		this.waitsAtLook = this.waits;
		return true;
	}

	/**
	 * Return whether many waits still arrive, so that the figures of the overload are not
	 * final.
	 * @return {@code true} if the overload should be reported later
	 */
	synchronized boolean isGrowing() {
		long before = this.waitsAtLook;
		this.waitsAtLook = this.waits;
		return ++this.looks < LOOKS && this.waits > before * (1 + GROWTH);
	}

	/**
	 * Return the figures of the overload to report: the greatest number of waits, at the
	 * present rate.
	 * @param now the present time
	 * @param instances how many instances share the rate, at most 1 if it is not shared
	 * @return the figures
	 */
	synchronized OperationsOverload report(long now, int instances) {
		Extent reported = Objects.requireNonNull(this.extent);
		this.extent = null;
		this.on = isOn() || now < this.onUntil;
		// An instance that joins lowers the rate of this instance at once.
		double rate = (instances > 1) ? Math.min(pollsPerSecond(), this.latest) : pollsPerSecond();
		return new OperationsOverload((int) reported.waits(), reported.ownTimeouts(), rate, Math.max(1, instances),
				Duration.ofSeconds((long) Math.ceil((reported.polls() - 1) / rate)), rounded(reported.timeout()));
	}

	/**
	 * Report the overload later, if it lasts.
	 */
	synchronized void postpone() {
		this.extent = null;
		this.on = false;
	}

	private Extent extent() {
		return new Extent(this.waits, this.polls, this.ownTimeouts, timeout());
	}

	// The first poll need not wait.
	private double needed() {
		return (this.polls - 1) / pollsPerSecond();
	}

	private double timeout() {
		return Math.exp(this.timeouts / this.waits);
	}

	// Rounds to whole seconds, unless the time is shorter than a second.
	private static Duration rounded(double seconds) {
		return (seconds < 1) ? Duration.ofMillis((long) (seconds * 1000)) : Duration.ofSeconds(Math.round(seconds));
	}

	private record Extent(long waits, long polls, int ownTimeouts, double timeout) {
	}

}
