package io.operations.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;

import org.springframework.util.Assert;

/**
 * Settings for the store in a database.
 *
 * @param tables the names of the tables
 * @param threads the maximum number of concurrent polls, each of which holds a thread.
 * @param threadFactory creates the threads
 * @param pollingInterval the time between two searches for due operations
 * @param heartbeatInterval the time between two heartbeats of running polls and
 * deliveries
 * @param missedHeartbeats the number of missed heartbeats after which a poll or a
 * delivery is considered dead, at least 4
 * @param shutdownMaxWait how long a shutdown waits for running deliveries before it
 * interrupts them and ends their transactions. It then waits for at most 4 seconds more.
 * @param instanceName the name of this instance in the database, with 1 to 50 characters.
 * Each instance needs a different name.
 * @param deliveries the maximum number of outcomes that are delivered concurrently, each
 * of which holds a thread and a connection. Polls and heartbeats need two further
 * connections.
 * @since 0.1.0
 */
public record JdbcTrackingSettings(TrackingTables tables, int threads, ThreadFactory threadFactory,
		Duration pollingInterval, Duration heartbeatInterval, int missedHeartbeats, Duration shutdownMaxWait,
		String instanceName, int deliveries) {

	/**
	 * The minimum number of missed heartbeats that db-scheduler accepts.
	 */
	public static final int FEWEST_MISSED_HEARTBEATS = 4;

	/**
	 * The maximum length of an instance's name in db-scheduler, in characters.
	 */
	public static final int LONGEST_NAME = 50;

	/**
	 * Create settings with half as many deliveries as threads, but at least one.
	 * @param tables the names of the tables
	 * @param threads the maximum number of concurrent polls
	 * @param threadFactory creates the threads
	 * @param pollingInterval the time between two searches for due operations
	 * @param heartbeatInterval the time between two heartbeats
	 * @param missedHeartbeats the number of missed heartbeats
	 * @param shutdownMaxWait how long a shutdown waits for running deliveries
	 * @param instanceName the name of this instance in the database
	 */
	public JdbcTrackingSettings(TrackingTables tables, int threads, ThreadFactory threadFactory,
			Duration pollingInterval, Duration heartbeatInterval, int missedHeartbeats, Duration shutdownMaxWait,
			String instanceName) {
		this(tables, threads, threadFactory, pollingInterval, heartbeatInterval, missedHeartbeats, shutdownMaxWait,
				instanceName, deliveries(threads));
	}

	public JdbcTrackingSettings {
		Assert.isTrue(deliveries >= 1, () -> "'deliveries' must be at least 1, not " + deliveries);
		Assert.isTrue(threads >= 1, () -> "'threads' must be at least 1, not " + threads);
		Assert.isTrue(pollingInterval.toMillis() >= 1,
				() -> "'pollingInterval' must be at least 1 ms, not " + pollingInterval);
		Assert.isTrue(heartbeatInterval.toMillis() >= 1,
				() -> "'heartbeatInterval' must be at least 1 ms, not " + heartbeatInterval);
		Assert.isTrue(missedHeartbeats >= FEWEST_MISSED_HEARTBEATS,
				() -> "'missedHeartbeats' must be at least " + FEWEST_MISSED_HEARTBEATS + ", not " + missedHeartbeats);
		Assert.isTrue(!instanceName.isBlank() && instanceName.length() <= LONGEST_NAME,
				() -> "'instanceName' must have between 1 and " + LONGEST_NAME + " characters, but is '" + instanceName
						+ "'");
	}

	/**
	 * Return the default number of deliveries. With the defaults of 16 threads and 10
	 * connections, handlers that hang leave two connections for polls and heartbeats.
	 * @param threads the maximum number of concurrent polls
	 * @return half of it, but at least 1
	 */
	public static int deliveries(int threads) {
		return Math.max(1, threads / 2);
	}

}
