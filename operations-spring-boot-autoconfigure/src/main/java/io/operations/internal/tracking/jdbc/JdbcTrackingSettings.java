package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;

import io.operations.internal.ReadableDuration;

import org.springframework.util.Assert;

/**
 * Settings for the store in a database.
 *
 * @param tables the names of the tables
 * @param maxHeld the maximum number of open operations in the memory of the instance that
 * polls
 * @param leaseDuration the time after which another instance takes over the polls of an
 * instance that does not renew its lease
 * @param lookInterval the time between two looks for operations of other instances, or
 * for a lease that is free
 * @param flushInterval the time for which changes of operations are collected before they
 * are stored
 * @param deliveries the maximum number of concurrent deliveries, each of which holds a
 * thread and a connection
 * @param threadFactory creates the threads
 * @param heartbeatInterval the time between two heartbeats of running deliveries
 * @param missedHeartbeats the number of missed heartbeats after which a delivery is
 * considered dead, at least 4
 * @param shutdownMaxWait how long a shutdown waits for running deliveries before it
 * interrupts them and ends their transactions. It then waits for at most 4 seconds more.
 * @param instanceName the name of this instance in the database, with 1 to 50 characters.
 * Each instance needs a different name.
 * @since 0.1.0
 */
public record JdbcTrackingSettings(TrackingTables tables, int maxHeld, Duration leaseDuration, Duration lookInterval,
		Duration flushInterval, int deliveries, ThreadFactory threadFactory, Duration heartbeatInterval,
		int missedHeartbeats, Duration shutdownMaxWait, String instanceName) {

	/**
	 * The default of {@code maxHeld}, for a heap of 512 MB.
	 */
	public static final int DEFAULT_MAX_HELD = 1_000_000;

	/**
	 * The minimum number of missed heartbeats that db-scheduler accepts.
	 */
	public static final int FEWEST_MISSED_HEARTBEATS = 4;

	/**
	 * The maximum length of an instance's name in db-scheduler, in characters.
	 */
	public static final int LONGEST_NAME = 50;

	public JdbcTrackingSettings {
		Assert.isTrue(maxHeld >= 1, () -> "'maxHeld' must be at least 1, not " + maxHeld);
		Assert.isTrue(leaseDuration.toMillis() >= 1,
				() -> "'leaseDuration' must be at least 1 ms, not " + ReadableDuration.setting(leaseDuration));
		Assert.isTrue(lookInterval.toMillis() >= 1,
				() -> "'lookInterval' must be at least 1 ms, not " + ReadableDuration.setting(lookInterval));
		Assert.isTrue(flushInterval.toMillis() >= 1,
				() -> "'flushInterval' must be at least 1 ms, not " + ReadableDuration.setting(flushInterval));
		Assert.isTrue(deliveries >= 1, () -> "'deliveries' must be at least 1, not " + deliveries);
		Assert.isTrue(heartbeatInterval.toMillis() >= 1,
				() -> "'heartbeatInterval' must be at least 1 ms, not " + ReadableDuration.setting(heartbeatInterval));
		Assert.isTrue(missedHeartbeats >= FEWEST_MISSED_HEARTBEATS,
				() -> "'missedHeartbeats' must be at least " + FEWEST_MISSED_HEARTBEATS + ", not " + missedHeartbeats);
		Assert.isTrue(!instanceName.isBlank() && instanceName.length() <= LONGEST_NAME,
				() -> "'instanceName' must have between 1 and " + LONGEST_NAME + " characters, but is '" + instanceName
						+ "'");
	}

}
