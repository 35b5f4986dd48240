package io.operations.autoconfigure.tracking;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Configuration properties for tracked operations.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("operations.tracking")
public class OperationsTrackingProperties {

	/**
	 * Store for tracked operations: memory, which a restart clears, or jdbc, a database
	 * that all instances of the application share.
	 */
	private Store store = Store.MEMORY;

	/**
	 * Time after which the outcome of an operation that has not ended is TIMED_OUT.
	 * Applies if the caller passes no timeout.
	 */
	private Duration timeout = Duration.ofHours(24);

	/**
	 * Time for which the store keeps an operation whose outcome is delivered, counted
	 * from the end of the operation. If not set, this is the time for which the server
	 * keeps the operations of the client's product, and 7 days where the product
	 * documents none.
	 */
	private @Nullable Duration retention;

	/**
	 * Maximum number of operations of each client that the store in memory holds. Does
	 * not limit a database.
	 */
	private int maxTracked = 100_000;

	/**
	 * Maximum number of open operations of each client in a database that the instance
	 * that polls keeps in memory, each with up to 256 bytes. Others wait in the database,
	 * and are polled as held ones end.
	 */
	private int maxHeld = 1_000_000;

	private final Delivery delivery = new Delivery();

	private final Jdbc jdbc = new Jdbc();

	public Store getStore() {
		return this.store;
	}

	public void setStore(Store store) {
		this.store = store;
	}

	public Duration getTimeout() {
		return this.timeout;
	}

	public void setTimeout(Duration timeout) {
		this.timeout = timeout;
	}

	public @Nullable Duration getRetention() {
		return this.retention;
	}

	public void setRetention(@Nullable Duration retention) {
		this.retention = retention;
	}

	public int getMaxTracked() {
		return this.maxTracked;
	}

	public void setMaxTracked(int maxTracked) {
		this.maxTracked = maxTracked;
	}

	public int getMaxHeld() {
		return this.maxHeld;
	}

	public void setMaxHeld(int maxHeld) {
		this.maxHeld = maxHeld;
	}

	public Delivery getDelivery() {
		return this.delivery;
	}

	public Jdbc getJdbc() {
		return this.jdbc;
	}

	/**
	 * Stores for tracked operations.
	 */
	public enum Store {

		/**
		 * Keep operations in memory. A restart loses them.
		 */
		MEMORY,

		/**
		 * Keep operations in a database that all instances of the application share.
		 */
		JDBC

	}

	/**
	 * When the library creates its tables.
	 */
	public enum SchemaInitialization {

		/**
		 * Create missing tables at every start.
		 */
		ALWAYS,

		/**
		 * Create missing tables at every start, but only in an embedded database.
		 */
		EMBEDDED,

		/**
		 * Never create tables.
		 */
		NEVER

	}

	/**
	 * Properties for the delivery of outcomes to handlers.
	 */
	public static class Delivery {

		/**
		 * Maximum number of attempts to deliver an outcome, including the first. If the
		 * last attempt fails, the operation is kept as UNDELIVERED.
		 */
		private int maxAttempts = 10;

		/**
		 * Time between the first attempt to deliver an outcome and the second.
		 */
		private Duration initialInterval = Duration.ofSeconds(1);

		/**
		 * Factor by which the time between two attempts grows.
		 */
		private double multiplier = 2;

		/**
		 * Maximum time between two attempts.
		 */
		private Duration maxInterval = Duration.ofMinutes(5);

		/**
		 * Time after which the thread of handlers that have not returned is interrupted,
		 * so that it can deliver other outcomes.
		 */
		private Duration timeout = Duration.ofMinutes(1);

		public int getMaxAttempts() {
			return this.maxAttempts;
		}

		public void setMaxAttempts(int maxAttempts) {
			this.maxAttempts = maxAttempts;
		}

		public Duration getInitialInterval() {
			return this.initialInterval;
		}

		public void setInitialInterval(Duration initialInterval) {
			this.initialInterval = initialInterval;
		}

		public double getMultiplier() {
			return this.multiplier;
		}

		public void setMultiplier(double multiplier) {
			this.multiplier = multiplier;
		}

		public Duration getMaxInterval() {
			return this.maxInterval;
		}

		public void setMaxInterval(Duration maxInterval) {
			this.maxInterval = maxInterval;
		}

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

	}

	/**
	 * Properties for the store in a database.
	 */
	public static class Jdbc {

		/**
		 * When the library creates its tables: always, only in an embedded database (H2
		 * in memory), or never, for instance because Flyway creates them.
		 */
		private SchemaInitialization initializeSchema = SchemaInitialization.EMBEDDED;

		/**
		 * Prefix of the names of the tables, with at most 44 characters. A schema and a
		 * dot may precede it. Applications that share a database need different prefixes,
		 * otherwise they poll each other's operations.
		 */
		private String tablePrefix = "operations_";

		/**
		 * Time after which another instance takes over the polls of an instance that has
		 * died or was suspended, from 4 seconds to 10 minutes. An instance that stops
		 * hands them over at once.
		 */
		private Duration leaseDuration = Duration.ofSeconds(4);

		/**
		 * Time between two looks of the instance that polls for operations that other
		 * instances track or forget, at most a quarter of lease-duration. Each look
		 * renews the lease. An instance that does not poll looks as often for a free
		 * lease.
		 */
		private Duration lookInterval = Duration.ofSeconds(1);

		/**
		 * Time for which changes of operations are collected before one statement stores
		 * them. Outcomes are stored at once.
		 */
		private Duration flushInterval = Duration.ofMillis(500);

		/**
		 * Maximum number of outcomes that an instance delivers concurrently. Each
		 * delivery holds a thread and a database connection until the handlers return, so
		 * the connection pool needs at least two connections more. If not set, half of
		 * operations.rate-limit.max-in-flight applies, but at least one. Threads are
		 * virtual if spring.threads.virtual.enabled is true on JDK 21 or later.
		 */
		private @Nullable Integer deliveries;

		/**
		 * Time between two heartbeats of running deliveries. Other instances repeat the
		 * deliveries of a dead instance after missed-heartbeats such intervals, or up to
		 * two more. With 5 seconds, a database outage of up to 10 seconds makes no
		 * instance repeat another's delivery.
		 */
		private Duration heartbeatInterval = Duration.ofSeconds(5);

		/**
		 * Number of missed heartbeats after which a delivery is considered dead and
		 * another instance repeats it. db-scheduler requires at least 4. Measured with 4
		 * heartbeats of 5 seconds: after at most 27.8 seconds.
		 */
		private int missedHeartbeats = 4;

		/**
		 * Maximum time for which a shutdown waits for running deliveries. Then it
		 * interrupts them, ends their transactions, and waits for at most 4 seconds more.
		 * Keep this sum below the time that your platform grants a process to stop.
		 * Without this property db-scheduler would wait for 30 minutes.
		 */
		private Duration shutdownMaxWait = Duration.ofSeconds(20);

		/**
		 * Name of this instance in the database, with at most 50 characters. If not set,
		 * it consists of the host name, the process id and a random part. Each instance
		 * needs a different name: two instances of one name would mistake each other's
		 * work for their own.
		 */
		private @Nullable String instanceName;

		public SchemaInitialization getInitializeSchema() {
			return this.initializeSchema;
		}

		public void setInitializeSchema(SchemaInitialization initializeSchema) {
			this.initializeSchema = initializeSchema;
		}

		public String getTablePrefix() {
			return this.tablePrefix;
		}

		public void setTablePrefix(String tablePrefix) {
			this.tablePrefix = tablePrefix;
		}

		public Duration getLeaseDuration() {
			return this.leaseDuration;
		}

		public void setLeaseDuration(Duration leaseDuration) {
			this.leaseDuration = leaseDuration;
		}

		public Duration getLookInterval() {
			return this.lookInterval;
		}

		public void setLookInterval(Duration lookInterval) {
			this.lookInterval = lookInterval;
		}

		public Duration getFlushInterval() {
			return this.flushInterval;
		}

		public void setFlushInterval(Duration flushInterval) {
			this.flushInterval = flushInterval;
		}

		public @Nullable Integer getDeliveries() {
			return this.deliveries;
		}

		public void setDeliveries(@Nullable Integer deliveries) {
			this.deliveries = deliveries;
		}

		public Duration getHeartbeatInterval() {
			return this.heartbeatInterval;
		}

		public void setHeartbeatInterval(Duration heartbeatInterval) {
			this.heartbeatInterval = heartbeatInterval;
		}

		public int getMissedHeartbeats() {
			return this.missedHeartbeats;
		}

		public void setMissedHeartbeats(int missedHeartbeats) {
			this.missedHeartbeats = missedHeartbeats;
		}

		public Duration getShutdownMaxWait() {
			return this.shutdownMaxWait;
		}

		public void setShutdownMaxWait(Duration shutdownMaxWait) {
			this.shutdownMaxWait = shutdownMaxWait;
		}

		public @Nullable String getInstanceName() {
			return this.instanceName;
		}

		public void setInstanceName(@Nullable String instanceName) {
			this.instanceName = instanceName;
		}

	}

}
