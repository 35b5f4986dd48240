package io.operations.autoconfigure.tracking;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Configuration properties of the tracking of operations.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("operations.tracking")
public class OperationsTrackingProperties {

	/**
	 * Where tracked operations are kept: in memory, which a restart loses, or in a
	 * database.
	 */
	private Store store = Store.MEMORY;

	/**
	 * Time after which an operation that has not ended is given up, unless it was handed
	 * over with a time of its own.
	 */
	private Duration timeout = Duration.ofHours(24);

	/**
	 * Time for which operations are kept whose outcome was delivered; the vendor keeps
	 * them as long.
	 */
	private Duration retention = Duration.ofDays(7);

	/**
	 * Number of operations that are kept in memory. A database has no such bound.
	 */
	private int maxTracked = 100_000;

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

	public Duration getRetention() {
		return this.retention;
	}

	public void setRetention(Duration retention) {
		this.retention = retention;
	}

	public int getMaxTracked() {
		return this.maxTracked;
	}

	public void setMaxTracked(int maxTracked) {
		this.maxTracked = maxTracked;
	}

	public Delivery getDelivery() {
		return this.delivery;
	}

	public Jdbc getJdbc() {
		return this.jdbc;
	}

	/**
	 * Where tracked operations are kept.
	 */
	public enum Store {

		/**
		 * In memory.
		 */
		MEMORY,

		/**
		 * In a database.
		 */
		JDBC

	}

	/**
	 * When tables are created.
	 */
	public enum SchemaInitialization {

		/**
		 * At every start, unless they are there.
		 */
		ALWAYS,

		/**
		 * In an embedded database only.
		 */
		EMBEDDED,

		/**
		 * Never.
		 */
		NEVER

	}

	/**
	 * How outcomes are delivered.
	 */
	public static class Delivery {

		/**
		 * Number of attempts to deliver an outcome, the first one included. After the
		 * last the operation is kept as undelivered.
		 */
		private int maxAttempts = 10;

		/**
		 * Time between the first attempt and the second.
		 */
		private Duration initialInterval = Duration.ofSeconds(1);

		/**
		 * Factor by which the time grows from one attempt to the next.
		 */
		private double multiplier = 2;

		/**
		 * Time between two attempts at most.
		 */
		private Duration maxInterval = Duration.ofMinutes(5);

		/**
		 * Time after which handlers that have not returned are interrupted, so that they
		 * do not hold what other outcomes need.
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
	 * How a database keeps tracked operations.
	 */
	public static class Jdbc {

		/**
		 * When to create the tables: always, in an embedded database, which is an H2 in
		 * memory, or never, for instance because Flyway does.
		 */
		private SchemaInitialization initializeSchema = SchemaInitialization.EMBEDDED;

		/**
		 * Prefix of the names of both tables, of at most 44 characters, with a schema in
		 * front if need be. Two applications on one database need one each, or they poll
		 * for each other.
		 */
		private String tablePrefix = "operations_";

		/**
		 * Number of polls that hold a thread at once, each for as long as one poll takes.
		 * Half as many outcomes are delivered at once, at least one, each of which holds
		 * a connection for as long as the handlers take: have at least two connections
		 * more. Unless set as many as operations.rate-limit.max-in-flight, since no more
		 * can be under way: ten threads made 91 polls a second at 100 ms each, 32 made
		 * 241. They are virtual with spring.threads.virtual.enabled on JDK 21 and later.
		 */
		private @Nullable Integer threads;

		/**
		 * Time between two looks for what is due. Short, since it adds half of itself to
		 * the delay of each poll, and a look that finds nothing costs one index read.
		 */
		private Duration pollingInterval = Duration.ofMillis(250);

		/**
		 * Time between two signs of life of the polls under way. What a dead instance
		 * held goes on within missed-heartbeats plus two of them; at 5 seconds a database
		 * may be away for 10 without anything being taken for dead.
		 */
		private Duration heartbeatInterval = Duration.ofSeconds(5);

		/**
		 * Number of missed signs of life after which a poll is taken for dead. With 4,
		 * the fewest that the scheduler underneath allows, what a dead instance held went
		 * on after 4.1 to 6.1 heartbeats, 27.8 seconds at most with one of 5 seconds.
		 */
		private int missedHeartbeats = 4;

		/**
		 * Time that a stop waits for deliveries under way, before it interrupts them and
		 * again after that, so twice as long at most. The scheduler underneath would wait
		 * for half an hour, longer than any platform lets a process take to stop.
		 */
		private Duration shutdownMaxWait = Duration.ofSeconds(20);

		/**
		 * Name of this instance in the database. The host, the process and a random part
		 * unless set, since two of one name would take each other's work for their own.
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

		public @Nullable Integer getThreads() {
			return this.threads;
		}

		public void setThreads(@Nullable Integer threads) {
			this.threads = threads;
		}

		public Duration getPollingInterval() {
			return this.pollingInterval;
		}

		public void setPollingInterval(Duration pollingInterval) {
			this.pollingInterval = pollingInterval;
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
