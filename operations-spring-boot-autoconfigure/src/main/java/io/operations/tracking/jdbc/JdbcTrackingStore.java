package io.operations.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.exceptions.DbSchedulerException;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import io.operations.polling.OperationPolls;
import io.operations.tracking.TrackedRow;
import io.operations.tracking.TrackingEngine;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingStore;
import io.operations.tracking.TrackingSummary;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;

/**
 * Stores tracked operations in a database that all instances of an application share.
 * db-scheduler claims due operations and takes over the work of instances that have died.
 * <p>
 * At each start, the schedule learns from ended operations that the table still keeps.
 * Operations are polled when they are due, never earlier, even if permits remain unused.
 * Waits in memory are polled early when permits are scarce. Doing so here would cost a
 * statement per search. Under overload the lag was 1.05 to 1.23 times the optimum in
 * memory (simulated) and 1.63 times here (measured): see benchmarks/README.md.
 *
 * @since 0.1.0
 */
public final class JdbcTrackingStore implements TrackingStore {

	private static final Log logger = LogFactory.getLog(JdbcTrackingStore.class);

	private static final Duration LATE = Duration.ofSeconds(2);

	// The share of the poll rate. The rest is for new operations and those due on time.
	private static final double SHARE_OF_OVERDUE = 0.75;

	private static final long PRUNING_SECONDS = 60;

	private final DataSource dataSource;

	private final JdbcTrackingSettings settings;

	private final TrackingTables tables;

	private final TrackingEngine engine;

	private final OperationPolls polls;

	private final TrackingDialect dialect;

	private final JdbcTransactions transactions;

	private final DatabaseClock clock;

	private final TrackedRows rows;

	private final DatabaseReach reach;

	private final Claims claims;

	private final StopTimes times;

	private final TrackingTask task;

	private final JdbcCustomization customization;

	private final SchedulerClient client;

	private volatile @Nullable Scheduler scheduler;

	private volatile @Nullable ScheduledFuture<?> pruning;

	/**
	 * Create the store.
	 * @param dataSource the database
	 * @param transactionManagers the application's transaction managers. Handlers run in
	 * transactions of the first manager that belongs to this database.
	 * @param settings the settings for the store
	 * @param engine the engine that polls and delivers
	 * @throws TrackingDatabaseException if the database cannot be reached, or is neither
	 * PostgreSQL nor H2
	 */
	public JdbcTrackingStore(DataSource dataSource, List<PlatformTransactionManager> transactionManagers,
			JdbcTrackingSettings settings, TrackingEngine engine) {
		this(dataSource, () -> transactionManagers, settings, engine);
	}

	/**
	 * Create the store.
	 * @param dataSource the database
	 * @param transactionManagers supplies the application's transaction managers when
	 * they are first needed. Handlers run in transactions of the first manager that
	 * belongs to this database.
	 * @param settings the settings for the store
	 * @param engine the engine that polls and delivers
	 * @throws TrackingDatabaseException if the database cannot be reached, or is neither
	 * PostgreSQL nor H2
	 */
	public JdbcTrackingStore(DataSource dataSource, Supplier<List<PlatformTransactionManager>> transactionManagers,
			JdbcTrackingSettings settings, TrackingEngine engine) {
		DataSource target = (dataSource instanceof TransactionAwareDataSourceProxy proxy
				&& proxy.getTargetDataSource() != null) ? proxy.getTargetDataSource() : dataSource;
		this.settings = settings;
		this.engine = engine;
		this.polls = engine.polls();
		this.times = new StopTimes(this.polls.scheduler());
		this.dialect = TrackingDialect.of(target);
		this.tables = settings.tables().in(target);
		TransactionManagers managers = new TransactionManagers(target, transactionManagers);
		OwnDataSource own = new OwnDataSource(target, managers);
		this.transactions = new JdbcTransactions(target, own, managers,
				this.dialect.bounds(own, engine.settings().delivery().timeout()), this.polls.scheduler());
		this.clock = new DatabaseClock(this.polls::now);
		this.rows = new TrackedRows(own, this.tables, this.dialect, this.clock);
		this.reach = new DatabaseReach(this.polls.scheduler(), engine.listener());
		this.reach.onRegained(this::spread);
		engine.limitDeliveries(settings.deliveries());
		this.claims = new Claims(engine, this.rows, this.reach, this::spread);
		this.task = new TrackingTask(engine, this.rows, this.reach, this.claims, this.transactions, this.dialect,
				this.clock);
		this.dataSource = new TransactionalDataSource(own);
		this.customization = this.dialect.customization(this.claims, own, this.transactions);
		this.client = SchedulerClient.Builder.create(this.dataSource, this.task)
			.tableName(this.tables.scheduled())
			.jdbcCustomization(this.customization)
			.enablePriority()
			.build();
	}

	/**
	 * Return the location of the script that creates the tables with their default names.
	 * @param dataSource the database
	 * @return the location of a class path resource
	 * @throws TrackingDatabaseException if the database cannot be reached, or is neither
	 * PostgreSQL nor H2
	 */
	public static String schemaLocation(DataSource dataSource) {
		return "classpath:" + TrackingDialect.of(dataSource).schema();
	}

	@Override
	public void start() {
		check();
		this.rows.endedLast().forEach(this.engine::learn);
		spread();
		this.engine.start();
		this.reach.start();
		Scheduler started = createScheduler();
		this.scheduler = started;
		started.start();
	}

	private void check() {
		Duration off;
		try {
			this.rows.checkTables();
			off = this.clock.measure(this.rows::time);
		}
		catch (DataAccessException ex) {
			if (DatabaseReach.isAway(ex)) {
				throw ex;
			}
			throw new TrackingDatabaseException(
					"The tables " + this.tables.tracked() + " and " + this.tables.scheduled()
							+ " are missing, cannot be read or lack a column: "
							+ ex.getMostSpecificCause().getMessage(),
					"Set operations.tracking.jdbc.initialize-schema=always to create them at startup, or create them with"
							+ " the script " + this.dialect.schema()
							+ " of the library, for instance in a Flyway migration. Neither changes a table that exists:"
							+ " compare it with the script.",
					ex);
		}
		if (off.abs().compareTo(this.settings.heartbeatInterval()) > 0) {
			logger.warn("The clock of this machine differs from the database's clock by " + off.abs() + " (machine: "
					+ this.polls.now() + ", database: " + this.clock.now()
					+ "), which is more than operations.tracking.jdbc.heartbeat-interval. This instance adds the difference"
					+ " to the due times and heartbeats that it stores. If one of the clocks is corrected while it runs,"
					+ " instances may consider each other's work dead. Synchronize both clocks by NTP, then restart this"
					+ " instance.");
		}
	}

	private void spread() {
		try {
			Instant now = this.clock.now();
			// All instances share the overdue operations. If they share the rate, the
			// poll
			// rate is this one's part of it, and only those that send have a part.
			int senders = this.polls.senders();
			int instances = (senders > 0) ? senders : 1 + this.rows.others(this.settings.instanceName(),
					now.minus(this.settings.heartbeatInterval().multipliedBy(this.settings.missedHeartbeats())));
			double millis = 1000 / (this.polls.pollsPerSecond() * SHARE_OF_OVERDUE * instances);
			Integer overdue = this.transactions.in(() -> this.rows.spread(now, now.minus(LATE), millis));
			if (overdue != null && overdue > 0) {
				logger.info("Overdue tracked operations: " + overdue
						+ ". The library spreads their polls over the next "
						+ Duration.ofSeconds(Math.round(overdue * millis / 1000)) + ", to leave room for other polls.");
			}
		}
		catch (DataAccessException | TransactionException ex) {
			logger.debug("Overdue operations keep their due times because they could not be spread.", ex);
		}
	}

	private Scheduler createScheduler() {
		int threads = 2 * this.settings.threads();
		SchedulerBuilder builder = Scheduler.create(this.dataSource, this.task)
			.tableName(this.tables.scheduled())
			.schedulerName(new SchedulerName.Fixed(this.settings.instanceName()))
			.threads(threads)
			.executorService(new PollThreads(threads, this.settings.threadFactory(), this::lookAgain,
					this.transactions::abortHandlers, this.times))
			.housekeeperExecutor(housekeeping())
			.pollingInterval(this.settings.pollingInterval())
			.heartbeatInterval(this.settings.heartbeatInterval())
			.missedHeartbeatsLimit(this.settings.missedHeartbeats())
			.shutdownMaxWait(this.settings.shutdownMaxWait())
			.jdbcCustomization(this.customization)
			.failureLogging(LogLevel.WARN, true)
			.clock(this.clock::now)
			.enablePriority();
		this.dialect.strategy(builder);
		return builder.build();
	}

	private Housekeeping housekeeping() {
		Housekeeping housekeeping = new Housekeeping(this.settings.threadFactory(), this::isReached, this.times);
		this.pruning = housekeeping.scheduleWithFixedDelay(this::prune, 1, PRUNING_SECONDS, TimeUnit.SECONDS);
		return housekeeping;
	}

	private boolean isReached() {
		try {
			this.reach.once("ping", () -> {
				this.rows.ping();
				return null;
			});
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private void prune() {
		try {
			Instant before = this.polls.now().minus(this.engine.settings().retention());
			Integer removed;
			do {
				removed = this.reach.once("prune", () -> this.transactions.in(() -> this.rows.prune(before)));
			}
			while (removed != null && this.rows.isWholeBatch(removed));
		}
		catch (RuntimeException ex) {
			// An exception would end the periodic pruning.
			logger.warn(
					"The library cannot remove delivered operations older than operations.tracking.retention. It tries"
							+ " again in one minute. If this repeats, fix the cause below: until then the table grows.",
					ex);
		}
	}

	private void lookAgain() {
		Scheduler running = this.scheduler;
		if (running != null && this.claims.isLimited()) {
			running.triggerCheckForDueExecutions();
		}
	}

	@Override
	public void stop() {
		Scheduler running = this.scheduler;
		this.scheduler = null;
		this.times.begin(this.settings.shutdownMaxWait());
		this.engine.stop();
		this.reach.stop();
		ScheduledFuture<?> job = this.pruning;
		if (job != null) {
			job.cancel(false);
		}
		if (running != null) {
			running.stop();
		}
	}

	@Override
	public boolean belongsToThisThread() {
		return this.transactions.isActive();
	}

	@Override
	public @Nullable TrackedRow insert(TrackedRow row) {
		Instant due = (row.due() != null) ? row.due() : this.polls.now();
		return this.transactions.in(() -> {
			while (!this.rows.insert(row)) {
				TrackedRow present = this.rows.find(row.id());
				if (present != null) {
					return present;
				}
				// The row was removed between the two statements, so insert it again.
			}
			schedule(row.id(), due, TrackingTask.FIRST_POLL);
			lookAfterCommit(due);
			return null;
		});
	}

	// A worker may still hold the execution of an operation that was forgotten, and may
	// remove it at any moment. Either this takes it over, or it is gone and is created.
	private void schedule(String operationId, Instant due, int priority) {
		Instant theirs = this.clock.toDatabase(due);
		while (!this.client.scheduleIfNotExists(this.task.schedule(operationId, theirs, priority))) {
			if (this.rows.takeOver(operationId, theirs, priority)) {
				return;
			}
		}
	}

	private void lookAfterCommit(Instant due) {
		Scheduler running = this.scheduler;
		if (running != null && !due.isAfter(this.polls.now())) {
			this.transactions.afterCommit(running::triggerCheckForDueExecutions);
		}
	}

	@Override
	public @Nullable TrackedRow find(String operationId) {
		return this.rows.find(operationId);
	}

	@Override
	public List<TrackedRow> list(TrackingFilter filter) {
		return this.rows.list(filter);
	}

	@Override
	public boolean remove(String operationId) {
		return Boolean.TRUE.equals(this.transactions.in(() -> {
			boolean removed = this.rows.delete(operationId);
			if (removed) {
				cancel(operationId);
			}
			return removed;
		}));
	}

	// A worker that holds the operation finds that its row is gone and removes the
	// execution.
	private void cancel(String operationId) {
		try {
			this.client.cancel(this.task.instanceId(operationId));
		}
		catch (DbSchedulerException ex) {
			logger.debug("Operation '" + operationId + "' has no scheduled poll or delivery that could be cancelled.",
					ex);
		}
	}

	@Override
	public boolean redeliver(String operationId, Instant now) {
		return Boolean.TRUE.equals(this.transactions.in(() -> {
			TrackedRow row = this.rows.find(operationId);
			TrackedRow next = (row != null) ? row.redelivered(now) : null;
			if (next == null || !this.rows.update(next)) {
				return false;
			}
			schedule(operationId, now, TrackingTask.DELIVERY);
			lookAfterCommit(now);
			return true;
		}));
	}

	@Override
	public TrackingSummary summary(Instant now) {
		return this.rows.summary(now);
	}

}
