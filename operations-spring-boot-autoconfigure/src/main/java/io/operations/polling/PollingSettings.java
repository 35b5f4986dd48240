package io.operations.polling;

import java.time.Duration;
import java.util.Objects;

import io.operations.internal.ReadableDuration;

import org.springframework.util.Assert;

/**
 * Holds the bounds of polls and waits, the {@code operations.polling.*} properties.
 *
 * @param minInterval the shortest interval between two polls of an operation, at least 1
 * ms
 * @param maxInterval the longest interval between two polls of an operation, not less
 * than {@code minInterval}
 * @param timeout the timeout of a wait whose caller names none, positive and at most 365
 * days
 * @param maxWaits the highest number of callers that wait at the same time, at least 1;
 * further waits are refused
 * @param stuckAfter the age from which an operation is stuck if the durations of its kind
 * are not learned, at least 1 ms
 * @param pollsPerOperation the average number of polls that an operation may cost, more
 * than 1; operations get fewer if the account's limits allow fewer
 * @since 0.1.0
 */
public record PollingSettings(Duration minInterval, Duration maxInterval, Duration timeout, int maxWaits,
		Duration stuckAfter, double pollsPerOperation) {

	/**
	 * The longest timeout of a wait.
	 */
	public static final Duration MAXIMUM_TIMEOUT = Duration.ofDays(365);

	/**
	 * Create the settings.
	 * @throws IllegalArgumentException if a value is out of range
	 */
	public PollingSettings {
		checkIntervals(minInterval, maxInterval);
		checkTimeout(timeout);
		Assert.isTrue(maxWaits >= 1, () -> "'maxWaits' must be at least 1, not " + maxWaits);
		Assert.isTrue(stuckAfter.toMillis() >= 1,
				() -> "'stuckAfter' must be at least 1 ms, not " + ReadableDuration.setting(stuckAfter));
		Assert.isTrue(pollsPerOperation > 1, () -> "'pollsPerOperation' must be more than 1, not " + pollsPerOperation);
	}

	/**
	 * Return the default settings.
	 * @return intervals from 500 ms to 30 s, a timeout of 10 minutes, at most 100,000
	 * waiting callers, stuck after 5 minutes, 8 polls for each operation
	 */
	public static PollingSettings defaults() {
		return new PollingSettings(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofMinutes(10), 100_000,
				Duration.ofMinutes(5), 8);
	}

	static void checkIntervals(Duration minInterval, Duration maxInterval) {
		Assert.isTrue(minInterval.toMillis() >= 1,
				() -> "'minInterval' must be at least 1 ms, not " + ReadableDuration.setting(minInterval));
		Assert.isTrue(maxInterval.compareTo(minInterval) >= 0,
				() -> "'maxInterval' must not be less than 'minInterval' (" + ReadableDuration.setting(minInterval)
						+ "), but is " + ReadableDuration.setting(maxInterval));
	}

	/**
	 * Check the timeout of a wait.
	 * @param timeout the timeout
	 * @throws IllegalArgumentException unless it is positive and at most 365 days
	 */
	public static void checkTimeout(Duration timeout) {
		Objects.requireNonNull(timeout, "'timeout' must not be null");
		Assert.isTrue(!timeout.isNegative() && !timeout.isZero() && timeout.compareTo(MAXIMUM_TIMEOUT) <= 0,
				() -> "'timeout' must be more than 0 and at most 365 days, not " + ReadableDuration.setting(timeout));
	}

}
