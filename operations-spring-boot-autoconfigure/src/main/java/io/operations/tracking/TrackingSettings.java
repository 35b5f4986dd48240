package io.operations.tracking;

import java.time.Duration;

import io.operations.polling.PollingSettings;

import org.springframework.util.Assert;

/**
 * The bounds of tracking.
 *
 * @param timeout how long an operation is tracked that is handed over without a time of
 * its own
 * @param retention for how long operations are kept whose outcome has been delivered
 * @param maxTracked how many operations a store in memory holds
 * @param delivery how outcomes are delivered
 * @since 0.1.0
 */
public record TrackingSettings(Duration timeout, Duration retention, int maxTracked, Delivery delivery) {

	public TrackingSettings {
		PollingSettings.checkTimeout(timeout);
		Assert.isTrue(!retention.isNegative(), () -> "'retention' must not be negative, but is " + retention);
		Assert.isTrue(maxTracked >= 1, () -> "'maxTracked' must be at least 1, not " + maxTracked);
	}

	/**
	 * Return the settings that apply where none are given.
	 * @return 24 hours, kept for 7 days, 100,000 in memory, the default delivery
	 */
	public static TrackingSettings defaults() {
		return new TrackingSettings(Duration.ofHours(24), Duration.ofDays(7), 100_000, Delivery.defaults());
	}

	/**
	 * How outcomes are delivered.
	 *
	 * @param maxAttempts how many attempts there are, the first counts
	 * @param initialInterval how long to wait after the first one failed
	 * @param multiplier by which the wait grows from one attempt to the next
	 * @param maxInterval how long to wait at most
	 * @param timeout after which the handlers of an attempt are interrupted
	 */
	public record Delivery(int maxAttempts, Duration initialInterval, double multiplier, Duration maxInterval,
			Duration timeout) {

		public Delivery {
			Assert.isTrue(maxAttempts >= 1, () -> "'maxAttempts' must be at least 1, not " + maxAttempts);
			Assert.isTrue(initialInterval.toMillis() >= 1, () -> "'initialInterval' must be at least 1 ms, not " + initialInterval);
			Assert.isTrue(multiplier >= 1, () -> "'multiplier' must be at least 1, not " + multiplier);
			Assert.isTrue(maxInterval.compareTo(initialInterval) >= 0,
					() -> "'maxInterval' must not be less than 'initialInterval' (" + initialInterval + "), but is "
							+ maxInterval);
			Assert.isTrue(timeout.toMillis() >= 1, () -> "'timeout' must be at least 1 ms, not " + timeout);
		}

		/**
		 * Return the settings that apply where none are given.
		 * @return 10 attempts, one second to five minutes apart, of a minute each
		 */
		public static Delivery defaults() {
			return new Delivery(10, Duration.ofSeconds(1), 2, Duration.ofMinutes(5), Duration.ofMinutes(1));
		}

		Duration wait(int attempts) {
			double most = this.maxInterval.toMillis();
			double wait = this.initialInterval.toMillis() * Math.pow(this.multiplier, Math.max(0, attempts - 1));
			return Duration.ofMillis((long) Math.min(wait, most));
		}

	}

}
