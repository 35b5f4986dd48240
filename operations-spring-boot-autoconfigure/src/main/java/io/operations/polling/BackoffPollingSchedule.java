package io.operations.polling;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * Asks at intervals that are a fifth of the operation's age, within two bounds: the older
 * an operation, the less a little more delay matters to whoever waits.
 *
 * @since 0.1.0
 */
public final class BackoffPollingSchedule implements PollingSchedule {

	static final int PART_OF_AGE = 5;

	private final Duration minInterval;

	private final Duration maxInterval;

	/**
	 * Create the schedule.
	 * @param minInterval the shortest interval
	 * @param maxInterval the longest interval
	 */
	public BackoffPollingSchedule(Duration minInterval, Duration maxInterval) {
		Assert.isTrue(minInterval.toMillis() >= 1, "'minInterval' must be at least 1 ms");
		Assert.isTrue(maxInterval.compareTo(minInterval) >= 0, "'maxInterval' must not be less than 'minInterval'");
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
		return "a fifth of the age, from " + this.minInterval + " to " + this.maxInterval;
	}

}
