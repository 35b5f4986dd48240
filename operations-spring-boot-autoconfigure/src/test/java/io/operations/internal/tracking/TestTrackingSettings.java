package io.operations.internal.tracking;

import java.time.Duration;

/**
 * Has the settings that an application has without properties.
 */
public final class TestTrackingSettings {

	private TestTrackingSettings() {
	}

	/**
	 * Return the default settings.
	 * @return a timeout of 24 hours, the retention of the product, at most 100,000
	 * operations in memory, and 10 attempts to deliver, each with a timeout of one minute
	 */
	public static TrackingSettings defaults() {
		return new TrackingSettings(Duration.ofHours(24), null, 100_000, new TrackingSettings.Delivery(10,
				Duration.ofSeconds(1), 2, Duration.ofMinutes(5), Duration.ofMinutes(1)));
	}

}
