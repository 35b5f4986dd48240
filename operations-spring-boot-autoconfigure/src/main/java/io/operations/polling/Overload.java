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

	private long waits;

	private long polls;

	private int waiters;

	// The sum of the logarithms of the timeouts. Their geometric mean is what is usual: a
	// single short or long timeout hardly moves it.
	private double timeouts;

	private boolean on;

	/**
	 * Count a wait, and the one poll that sees its operation end.
	 */
	void waitBegan() {
		this.waits++;
		this.polls++;
	}

	/**
	 * Count a first poll that comes too early to see an operation end.
	 */
	void needsAnotherPoll() {
		this.polls++;
	}

	void otherPollIsOver() {
		this.polls--;
	}

	void waitEnded() {
		this.waits--;
		this.polls--;
	}

	void joined(Duration timeout) {
		this.waiters++;
		this.timeouts += Math.log(seconds(timeout));
	}

	void left(Duration timeout) {
		this.waiters--;
		this.timeouts = (this.waiters > 0) ? this.timeouts - Math.log(seconds(timeout)) : 0;
	}

	boolean isOn() {
		return this.on;
	}

	/**
	 * Judge the waits again, because one has begun.
	 * @param pollsPerSecond the number of polls per second that the limits allow
	 * @return the figures of an overload that begins, {@code null} if there is none or it
	 * is known
	 */
	@Nullable Figures judge(double pollsPerSecond) {
		if (this.waiters == 0) {
			return null;
		}
		double needed = this.polls / pollsPerSecond;
		double timeout = usualTimeout();
		if (this.on) {
			this.on = needed >= RELIEF * timeout;
			return null;
		}
		this.on = needed > timeout;
		return this.on ? new Figures((int) this.waits, pollsPerSecond, Duration.ofSeconds((long) Math.ceil(needed)),
				rounded(timeout)) : null;
	}

	private double usualTimeout() {
		return Math.exp(this.timeouts / this.waiters);
	}

	private static double seconds(Duration duration) {
		return Math.max(1, duration.toMillis()) / 1000.0;
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
	 * @param timeout the usual timeout of those who wait
	 */
	record Figures(int waits, double pollsPerSecond, Duration needed, Duration timeout) {
	}

}
