package io.operations.polling;

import java.time.Duration;

import io.operations.internal.ReadableDuration;

/**
 * Polls an operation at intervals of a fifth of its age, within two bounds. The older an
 * operation is, the less a little more delay matters to its callers. The schedule does
 * not learn.
 *
 * @since 0.1.0
 */
public final class BackoffPollingSchedule implements PollingSchedule {

	static final int PART_OF_AGE = 5;

	private final Duration minInterval;

	private final Duration maxInterval;

	/**
	 * Create the schedule.
	 * @param minInterval the shortest interval, at least 1 ms
	 * @param maxInterval the longest interval, not less than {@code minInterval}
	 * @throws IllegalArgumentException if an interval is out of range
	 */
	public BackoffPollingSchedule(Duration minInterval, Duration maxInterval) {
		PollingSettings.checkIntervals(minInterval, maxInterval);
		this.minInterval = minInterval;
		this.maxInterval = maxInterval;
	}

	@Override
	public Duration nextPoll(PollingState state) {
		Duration interval = state.age().dividedBy(PART_OF_AGE);
		if (interval.compareTo(this.minInterval) < 0) {
			return this.minInterval;
		}
		return (interval.compareTo(this.maxInterval) < 0) ? interval : this.maxInterval;
	}

	@Override
	public String toString() {
		return "backoff: a fifth of the operation's age, from " + ReadableDuration.setting(this.minInterval) + " to "
				+ ReadableDuration.setting(this.maxInterval);
	}

}
