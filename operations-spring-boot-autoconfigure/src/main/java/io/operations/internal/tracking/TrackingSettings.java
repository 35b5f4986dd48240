package io.operations.internal.tracking;

import java.time.Duration;
import java.util.Objects;

import io.operations.internal.ReadableDuration;
import io.operations.polling.PollingSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Settings for tracked operations.
 *
 * @param timeout the time after which an operation times out if the caller passes no
 * timeout
 * @param retention how long after its end a store keeps an operation whose outcome is
 * delivered; {@code null} for the time for which the server keeps the operations of the
 * client's product
 * @param maxTracked the maximum number of operations in a store in memory
 * @param delivery the settings for the delivery of outcomes
 * @since 0.1.0
 */
public record TrackingSettings(Duration timeout, @Nullable Duration retention, int maxTracked, Delivery delivery) {

	public TrackingSettings {
		PollingSettings.checkTimeout(timeout);
		Duration kept = Objects.requireNonNullElse(retention, Duration.ZERO);
		Assert.isTrue(!kept.isNegative(),
				() -> "'retention' must not be negative, but is " + ReadableDuration.setting(kept));
		Assert.isTrue(maxTracked >= 1, () -> "'maxTracked' must be at least 1, not " + maxTracked);
	}

	/**
	 * Settings for the delivery of outcomes.
	 *
	 * @param maxAttempts the maximum number of attempts, including the first
	 * @param initialInterval the time between the first attempt and the second
	 * @param multiplier the factor by which the time between two attempts grows
	 * @param maxInterval the maximum time between two attempts
	 * @param timeout the time after which the handlers of an attempt are interrupted
	 */
	public record Delivery(int maxAttempts, Duration initialInterval, double multiplier, Duration maxInterval,
			Duration timeout) {

		public Delivery {
			Assert.isTrue(maxAttempts >= 1, () -> "'maxAttempts' must be at least 1, not " + maxAttempts);
			Assert.isTrue(initialInterval.toMillis() >= 1,
					() -> "'initialInterval' must be at least 1 ms, not " + ReadableDuration.setting(initialInterval));
			Assert.isTrue(multiplier >= 1, () -> "'multiplier' must be at least 1, not " + multiplier);
			Assert.isTrue(maxInterval.compareTo(initialInterval) >= 0,
					() -> "'maxInterval' must not be less than 'initialInterval' ("
							+ ReadableDuration.setting(initialInterval) + "), but is "
							+ ReadableDuration.setting(maxInterval));
			Assert.isTrue(timeout.toMillis() >= 1,
					() -> "'timeout' must be at least 1 ms, not " + ReadableDuration.setting(timeout));
		}

		Duration wait(int attempts) {
			double most = this.maxInterval.toMillis();
			double wait = this.initialInterval.toMillis() * Math.pow(this.multiplier, Math.max(0, attempts - 1));
			return Duration.ofMillis((long) Math.min(wait, most));
		}

	}

}
