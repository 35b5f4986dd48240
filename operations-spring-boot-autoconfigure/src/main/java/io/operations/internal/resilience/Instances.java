package io.operations.internal.resilience;

import java.time.Duration;

import io.operations.resilience.BudgetStore;

/**
 * Counts the instances that share a budget, as this instance saw them last, and decides
 * when this instance reports to the others. Times are nanoseconds of the scheduler. Not
 * thread-safe.
 */
final class Instances {

	private static final long REPORT = Duration.ofSeconds(5).toNanos();

	// If an instance with requests has had no answer from the store for this long, it
	// reports at the next tick. So it learns of a pause within a second.
	private static final long LOOK = Duration.ofMillis(400).toNanos();

	// This many instances may start at the same time without knowing each other.
	private static final int STRANGERS = 16;

	private int alive = 1;

	private int sending = 1;

	private boolean counted;

	private boolean reporting;

	private boolean reportedSending;

	private long reportedAt;

	private long wantedAt;

	private long answeredAt;

	Instances(long now) {
		this.answeredAt = now;
		this.reportedAt = now - REPORT;
		this.wantedAt = now - REPORT;
	}

	/**
	 * Note that this instance has a request to send.
	 * @param now the present time
	 */
	void wanted(long now) {
		this.wantedAt = now;
	}

	/**
	 * Return whether this instance has had requests to send lately.
	 * @param now the present time
	 * @return {@code true} for five seconds after the last request
	 */
	boolean wantedLately(long now) {
		return now - this.wantedAt < REPORT;
	}

	/**
	 * Begin a report if one is due.
	 * @param isSending whether this instance has requests to send
	 * @param isUnavailable whether the store is unavailable
	 * @param now the present time
	 * @return {@code true} if the caller has to send a report now
	 */
	boolean beginReport(boolean isSending, boolean isUnavailable, long now) {
		boolean due = !this.reporting && (isUnavailable || isSending != this.reportedSending
				|| now - this.reportedAt >= REPORT || (isSending && now - this.answeredAt >= LOOK));
		this.reporting |= due;
		return due;
	}

	/**
	 * End a report, whether it has arrived or not.
	 */
	void endReport() {
		this.reporting = false;
	}

	/**
	 * Note how many other instances there are.
	 * @param others the other instances
	 * @param isSending whether this instance has reported that it sends requests
	 * @param now the present time
	 */
	void reported(BudgetStore.Others others, boolean isSending, long now) {
		this.reportedAt = now;
		this.reportedSending = isSending;
		this.counted = true;
		this.alive = others.alive() + 1;
		this.sending = others.sending() + 1;
	}

	/**
	 * Note an answer of the store, which says whether the account pauses.
	 * @param now the present time
	 */
	void answered(long now) {
		this.answeredAt = now;
	}

	/**
	 * Note the instances that the store found at its start, unless the store has counted
	 * them again.
	 * @param others the number of other instances
	 */
	void foundAtStart(int others) {
		if (!this.counted) {
			this.alive = others + 1;
		}
	}

	int alive() {
		return this.alive;
	}

	/**
	 * Return how many instances there may be, including those that started just now.
	 * @return the number of instances, at least {@value #STRANGERS}
	 */
	int aliveAtMost() {
		return Math.max(STRANGERS, this.alive);
	}

	int sending() {
		return this.sending;
	}

}
