package io.operations.internal.resilience;

import java.time.Duration;

import io.operations.resilience.BudgetStore;

/**
 * Holds the pause of an account, as far as this instance knows it. This instance or
 * another one begins the pause. An instance that begins a pause reports it to the others.
 * A pause ends early only if an operator resumes the client. The store counts how often
 * that happened, so that each instance notices it once. Times are nanoseconds of the
 * scheduler. Not thread-safe.
 */
final class SharedPause {

	private static final long UNKNOWN = -1;

	// Longer than BudgetCalls waits for an answer.
	private static final long LATEST_ANSWER = Duration.ofSeconds(2).toNanos();

	private long until;

	private long resumes = UNKNOWN;

	private long resumedAt;

	private boolean unsent;

	SharedPause(long now) {
		this.until = now;
		this.resumedAt = now - LATEST_ANSWER;
	}

	/**
	 * Note what the store answered to the pause of an operator.
	 * @param pause the pause that the store has
	 * @param now the present time
	 * @return the news for this instance. The pause of the answer has begun, unless the
	 * answer is older than a resume that this instance knows.
	 */
	News stored(BudgetStore.Pause pause, long now) {
		if (isOutdated(pause, now)) {
			return News.NONE;
		}
		News news = found(pause, now);
		this.until = Math.max(this.until, now + pause.left().toNanos());
		return new News(news.resumed(), !pause.left().isZero());
	}

	/**
	 * Begin a pause in this instance.
	 * @param pause how long it lasts
	 * @param now the present time
	 */
	void begin(Duration pause, long now) {
		this.until = Math.max(this.until, now + pause.toNanos());
		this.unsent = true;
	}

	/**
	 * Note the pause that the store reports.
	 * @param pause the pause
	 * @param now the present time
	 * @return the news for this instance. A slightly later end is that of a known pause,
	 * because answers take different times
	 */
	News found(BudgetStore.Pause pause, long now) {
		if (isOutdated(pause, now)) {
			return News.NONE;
		}
		// The first answer counts the resumes from before this instance started.
		boolean resumed = this.resumes != UNKNOWN && pause.resumes() > this.resumes;
		if (resumed) {
			resumed(pause.resumes(), now);
		}
		this.resumes = pause.resumes();
		long end = now + pause.left().toNanos();
		boolean begun = !pause.left().isZero() && end > this.until + ReservedPermits.LAPSE;
		if (begun) {
			this.until = end;
			this.unsent = false;
		}
		return new News(resumed, begun);
	}

	/**
	 * Return whether the store gave an answer before an operator resumed the client. It
	 * arrives after a later answer. Permits that were reserved with it may be due at the
	 * end of the pause that is over. Later, a lower number means that the store has lost
	 * the row, for example because an administrator restored a backup.
	 * @param pause the pause in the answer
	 * @param now the present time
	 * @return whether the answer no longer holds
	 */
	boolean isOutdated(BudgetStore.Pause pause, long now) {
		return pause.resumes() < this.resumes && now - this.resumedAt < LATEST_ANSWER;
	}

	/**
	 * Note what the store answered to the resume of an operator.
	 * @param resumes how often the client has been resumed, as the store counted it
	 * @param now the present time
	 * @return whether this is new. If this instance has followed a later answer that had
	 * the same count, a pause that it knows may be newer than the resume
	 */
	boolean resumedByAnswer(long resumes, long now) {
		boolean isNew = resumes > this.resumes || now - this.resumedAt >= LATEST_ANSWER;
		if (isNew) {
			resumed(resumes, now);
		}
		return isNew;
	}

	/**
	 * Note that an operator has resumed the client.
	 * @param resumes how often that happened, as the store counted it
	 * @param now the present time
	 */
	void resumed(long resumes, long now) {
		this.resumes = resumes;
		this.resumedAt = now;
		this.until = now;
		this.unsent = false;
	}

	/**
	 * Return whether the other instances do not know of the pause yet.
	 * @return {@code true} until it was sent
	 */
	boolean isUnsent() {
		return this.unsent;
	}

	/**
	 * Send the pause.
	 * @param now the present time
	 * @return how long it still lasts; zero if it is over
	 */
	Duration send(long now) {
		this.unsent = false;
		return Duration.ofNanos(Math.max(0, this.until - now));
	}

	/**
	 * Note that the pause could not be sent, so that it is sent again.
	 */
	void notSent() {
		this.unsent = true;
	}

	/**
	 * Describes what an answer of the store says about the pause.
	 *
	 * @param resumed whether an operator has resumed the client
	 * @param begun whether a pause has begun, or lasts longer than known
	 */
	record News(boolean resumed, boolean begun) {

		static final News NONE = new News(false, false);

	}

}
