package io.operations.polling;

import java.time.Duration;
import java.util.Objects;

import org.springframework.util.Assert;

/**
 * The bounds of waiting.
 *
 * @param minInterval the shortest interval between two polls of an operation
 * @param maxInterval the longest interval between two polls of an operation
 * @param timeout how long a wait lasts that names no time of its own
 * @param maxWaiting how many may wait at once
 * @param stuckAfter the age from which on an operation is stuck, where nothing was
 * learned of its kind
 * @param pollsPerOperation what an operation may cost on average where the account allows
 * more
 * @since 0.1.0
 */
public record PollingSettings(Duration minInterval, Duration maxInterval, Duration timeout, int maxWaiting,
		Duration stuckAfter, double pollsPerOperation) {

	/**
	 * The longest time that may be waited.
	 */
	public static final Duration MAXIMUM_TIMEOUT = Duration.ofDays(365);

	public PollingSettings {
		checkIntervals(minInterval, maxInterval);
		checkTimeout(timeout);
		Assert.isTrue(maxWaiting >= 1, () -> "'maxWaiting' must be at least 1, not " + maxWaiting);
		Assert.isTrue(stuckAfter.toMillis() >= 1, () -> "'stuckAfter' must be at least 1 ms, not " + stuckAfter);
		Assert.isTrue(pollsPerOperation > 1,
				() -> "'pollsPerOperation' must be greater than 1, not " + pollsPerOperation);
	}

	/**
	 * Return the settings that apply where none are given.
	 * @return intervals of 500 ms to 30 s, a timeout of 10 minutes, 100,000 waiting,
	 * stuck after 5 minutes, 8 polls for each operation
	 */
	public static PollingSettings defaults() {
		return new PollingSettings(Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofMinutes(10), 100_000,
				Duration.ofMinutes(5), 8);
	}

	static void checkIntervals(Duration minInterval, Duration maxInterval) {
		Assert.isTrue(minInterval.toMillis() >= 1, () -> "'minInterval' must be at least 1 ms, not " + minInterval);
		Assert.isTrue(maxInterval.compareTo(minInterval) >= 0, () -> "'maxInterval' must not be less than 'minInterval' ("
				+ minInterval + "), but is " + maxInterval);
	}

	/**
	 * Check a timeout.
	 * @param timeout the timeout
	 * @throws IllegalArgumentException unless it is positive and at most 365 days
	 */
	public static void checkTimeout(Duration timeout) {
		Objects.requireNonNull(timeout, "'timeout' must not be null");
		Assert.isTrue(!timeout.isNegative() && !timeout.isZero() && timeout.compareTo(MAXIMUM_TIMEOUT) <= 0,
				() -> "'timeout' must be positive and at most 365 days, not " + timeout);
	}

}
