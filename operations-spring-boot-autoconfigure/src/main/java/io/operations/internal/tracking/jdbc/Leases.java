package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Runs db-scheduler for the lease of a client. The scheduler has a table of its own,
 * because db-scheduler deletes executions whose task it does not know.
 */
final class Leases {

	private static final Log logger = LogFactory.getLog(Leases.class);

	private static final Duration SHUTDOWN = Duration.ofSeconds(3);

	private final DataSource dataSource;

	private final JdbcTransactions transactions;

	private final String table;

	private final JdbcCustomization picks;

	private final LeaseTask task;

	private final SchedulerClient creator;

	private final JdbcClient jdbc;

	private final String client;

	private final String instanceName;

	private final LeaseHolder holder;

	private final LeaseSettings settings;

	private final Supplier<Instant> clock;

	private volatile @Nullable Scheduler scheduler;

	/**
	 * Create the leases.
	 * @param dataSource the database, for db-scheduler
	 * @param transactions the transactions of the database
	 * @param table the table with the leases
	 * @param picks picks leases that are free or expired
	 * @param client the name of the client
	 * @param instanceName the name of this instance
	 * @param holder does the work of the instance that holds the lease
	 * @param settings the settings of the holder
	 * @param clock the database's clock
	 */
	Leases(DataSource dataSource, JdbcTransactions transactions, String table, JdbcCustomization picks, String client,
			String instanceName, LeaseHolder holder, LeaseSettings settings, Supplier<Instant> clock) {
		this.dataSource = dataSource;
		this.transactions = transactions;
		this.table = table;
		this.picks = picks;
		this.client = client;
		this.instanceName = instanceName;
		this.holder = holder;
		this.settings = settings;
		this.clock = clock;
		this.task = new LeaseTask(client, this::hold, clock);
		this.creator = SchedulerClient.Builder.create(dataSource, this.task)
			.tableName(table)
			.jdbcCustomization(picks)
			.build();
		this.jdbc = JdbcClient.create(dataSource);
	}

	void start() {
		insert();
		this.holder.start();
		Scheduler created = Scheduler.create(this.dataSource, this.task)
			.tableName(this.table)
			.schedulerName(new SchedulerName.Fixed(this.instanceName))
			.threads(1)
			.executorService(Executors.newSingleThreadExecutor(this.settings.threadFactory()))
			.housekeeperExecutor(new NoHousekeeping(this.settings.threadFactory()))
			.pollingInterval(this.settings.look())
			.shutdownMaxWait(SHUTDOWN)
			.jdbcCustomization(this.picks)
			.failureLogging(LogLevel.WARN, true)
			.clock(this.clock::get)
			.pollUsingLockAndFetch(0.5, 1)
			.build();
		this.scheduler = created;
		created.start();
	}

	// Without the row, no instance would poll. The version starts with the present time,
	// so that an epoch that an instance may still know never comes again.
	private boolean insert() {
		return Boolean.TRUE.equals(this.transactions.inBounded(() -> {
			boolean created = this.creator.scheduleIfNotExists(this.task.schedulableInstance(this.client));
			if (created) {
				this.jdbc
					.sql("UPDATE " + this.table
							+ " SET version = :version WHERE task_name = :task AND task_instance = :client")
					.param("version", this.clock.get().toEpochMilli())
					.param("task", LeaseTask.NAME)
					.param("client", this.client)
					.update();
			}
			return created;
		}));
	}

	/**
	 * Create the row of the lease again if somebody has removed it.
	 */
	void create() {
		if (insert()) {
			logger.warn("[" + this.client + "] The row of the lease is missing in " + this.table
					+ ", so no instance polls tracked operations."
					+ " This instance has created it again, and one instance polls within seconds. Somebody may have"
					+ " emptied or restored the table.");
		}
	}

	/**
	 * Return the name of the instance that holds the lease.
	 * @return the name, {@code null} if the lease is free or its holder has not renewed
	 * it in time
	 */
	@Nullable String holderName() {
		return this.jdbc
			.sql("SELECT picked_by FROM " + this.table
					+ " WHERE task_name = :task AND task_instance = :client AND picked AND last_heartbeat > :dead")
			.param("task", LeaseTask.NAME)
			.param("client", this.client)
			.param("dead", this.clock.get().minus(this.settings.leaseDuration()).atOffset(ZoneOffset.UTC))
			.query(String.class)
			.optional()
			.orElse(null);
	}

	private boolean hold(long epoch) {
		Scheduler running = this.scheduler;
		if (running != null) {
			running.pause();
		}
		try {
			boolean isHeld = this.holder.hold(epoch);
			if (!isHeld) {
				createIfAvailable();
			}
			return isHeld;
		}
		finally {
			if (running != null) {
				running.resume();
			}
		}
	}

	/**
	 * Create the row of the lease again if somebody has removed it, unless the database
	 * cannot do so now.
	 */
	void createIfAvailable() {
		try {
			create();
		}
		catch (RuntimeException ex) {
			logger.debug("Whether the row of the lease is missing is looked for later.", ex);
		}
	}

	/**
	 * Give the lease back.
	 */
	void stop() {
		Scheduler running = this.scheduler;
		this.scheduler = null;
		this.holder.stop();
		if (running != null) {
			running.stop();
		}
	}

	/**
	 * Runs none of the periodic jobs of db-scheduler. The holder renews the lease with
	 * each look at the inbox, and a look for a free lease also finds an expired lease. So
	 * neither the renewal nor the search for expired leases costs a separate statement.
	 */
	private static final class NoHousekeeping extends ScheduledThreadPoolExecutor {

		private NoHousekeeping(ThreadFactory threadFactory) {
			super(1, threadFactory);
		}

		@Override
		public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay,
				TimeUnit unit) {
			return schedule(() -> {
			}, 0, unit);
		}

	}

}
