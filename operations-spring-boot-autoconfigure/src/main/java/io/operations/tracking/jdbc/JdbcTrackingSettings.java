package io.operations.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;

import org.springframework.util.Assert;

/**
 * How a database keeps tracked operations.
 *
 * @param tables the names of the tables
 * @param threads how many polls hold a thread at once; half as many deliveries do beside
 * them, since each holds a connection, too
 * @param threadFactory makes them
 * @param pollingInterval how often to look for what is due
 * @param heartbeatInterval how often polls under way give a sign of life
 * @param missedHeartbeats after how many missed ones a poll is taken for dead, at least 4
 * @param shutdownMaxWait how long a stop waits for deliveries under way
 * @param instanceName the name of this instance in the database, of at most 50 characters
 * @since 0.1.0
 */
public record JdbcTrackingSettings(TrackingTables tables, int threads, ThreadFactory threadFactory,
		Duration pollingInterval, Duration heartbeatInterval, int missedHeartbeats, Duration shutdownMaxWait,
		String instanceName) {

	/**
	 * How many missed heartbeats the scheduler underneath asks for at least.
	 */
	public static final int FEWEST_MISSED_HEARTBEATS = 4;

	/**
	 * How many characters of an instance's name the scheduler underneath keeps.
	 */
	public static final int LONGEST_NAME = 50;

	public JdbcTrackingSettings {
		Assert.isTrue(threads >= 1, () -> "'threads' must be at least 1, not " + threads);
		Assert.isTrue(pollingInterval.toMillis() >= 1, () -> "'pollingInterval' must be at least 1 ms, not " + pollingInterval);
		Assert.isTrue(heartbeatInterval.toMillis() >= 1, () -> "'heartbeatInterval' must be at least 1 ms, not " + heartbeatInterval);
		Assert.isTrue(missedHeartbeats >= FEWEST_MISSED_HEARTBEATS,
				() -> "'missedHeartbeats' must be at least " + FEWEST_MISSED_HEARTBEATS + ", not " + missedHeartbeats);
		Assert.isTrue(!instanceName.isBlank() && instanceName.length() <= LONGEST_NAME,
				() -> "'instanceName' must have between 1 and " + LONGEST_NAME + " characters, but is '" + instanceName
						+ "'");
	}

	// With the defaults, 16 threads and 10 connections, handlers that hang leave two
	// connections for polls and signs of life.
	int deliveries() {
		return Math.max(1, this.threads / 2);
	}

}
