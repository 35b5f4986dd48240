package io.operations.autoconfigure.tracking;

import java.time.Duration;

import io.operations.autoconfigure.OperationsConfigurationException;
import io.operations.internal.ReadableDuration;
import io.operations.internal.tracking.TrackingSettings;
import io.operations.polling.PollingSettings;
import org.jspecify.annotations.Nullable;

/**
 * Checks the properties and converts them to settings when beans are created.
 */
final class TrackingSettingsCheck {

	private static final Duration SHORTEST_LEASE = Duration.ofSeconds(4);

	private static final Duration LONGEST_LEASE = Duration.ofMinutes(10);

	private TrackingSettingsCheck() {
	}

	static TrackingSettings settings(OperationsTrackingProperties properties) {
		atLeast(Duration.ofSeconds(1), "timeout", properties.getTimeout());
		check(properties.getTimeout().compareTo(PollingSettings.MAXIMUM_TIMEOUT) <= 0, "timeout",
				properties.getTimeout(), "it must be at most 365 days");
		Duration retention = properties.getRetention();
		check(retention == null || !retention.isNegative(), "retention", retention, "it must not be negative");
		if (retention != null && !retention.isZero()) {
			atLeast(Duration.ofSeconds(1), "retention", retention);
		}
		check(properties.getMaxTracked() >= 1, "max-tracked", properties.getMaxTracked(), "it must be at least 1");
		// The check does not depend on the store, so that a change of the store reveals
		// no old mistake.
		check(properties.getMaxHeld() >= 1, "max-held", properties.getMaxHeld(), "it must be at least 1");
		Duration lease = properties.getJdbc().getLeaseDuration();
		atLeast(SHORTEST_LEASE, "jdbc.lease-duration", lease);
		check(lease.compareTo(LONGEST_LEASE) <= 0, "jdbc.lease-duration", lease, "it must be at most 10 minutes");
		OperationsTrackingProperties.Delivery delivery = properties.getDelivery();
		check(delivery.getMaxAttempts() >= 1, "delivery.max-attempts", delivery.getMaxAttempts(),
				"it must be at least 1, because it includes the first attempt");
		positive("delivery.initial-interval", delivery.getInitialInterval());
		check(delivery.getMultiplier() >= 1, "delivery.multiplier", delivery.getMultiplier(), "it must be at least 1");
		atLeast(delivery.getInitialInterval(), "delivery.max-interval", delivery.getMaxInterval(),
				"it must not be less than operations.tracking.delivery.initial-interval ("
						+ ReadableDuration.setting(delivery.getInitialInterval()) + ")");
		atLeast(Duration.ofMillis(100), "delivery.timeout", delivery.getTimeout());
		return new TrackingSettings(properties.getTimeout(), retention, properties.getMaxTracked(),
				new TrackingSettings.Delivery(delivery.getMaxAttempts(), delivery.getInitialInterval(),
						delivery.getMultiplier(), delivery.getMaxInterval(), delivery.getTimeout()));
	}

	static void atLeast(Duration least, String key, @Nullable Duration value) {
		atLeast(least, key, value, "it must be at least " + ReadableDuration.setting(least));
	}

	private static void atLeast(Duration least, String key, @Nullable Duration value, String fault) {
		positive(key, value);
		if (value != null && value.compareTo(least) < 0) {
			String name = "operations.tracking." + key;
			throw OperationsConfigurationException.ofDuration(name, value, fault,
					"Otherwise correct the property '" + name + "', or remove it to use its default.");
		}
	}

	static void positive(String key, @Nullable Duration value) {
		check(value != null && value.compareTo(Duration.ofMillis(1)) >= 0, key, value, "it must be at least 1 ms");
	}

	static void check(boolean good, String key, @Nullable Object value, String fault) {
		if (!good) {
			String name = "operations.tracking." + key;
			throw OperationsConfigurationException.of(name, value, fault,
					"Correct the property '" + name + "', or remove it to use its default.");
		}
	}

}
