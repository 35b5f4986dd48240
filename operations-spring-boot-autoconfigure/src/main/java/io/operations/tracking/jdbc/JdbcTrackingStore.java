package io.operations.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.exceptions.DbSchedulerException;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import io.operations.polling.OperationPolls;
import io.operations.tracking.HeldOperations;
import io.operations.tracking.TrackedRow;
import io.operations.tracking.TrackingEngine;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingStore;
import io.operations.tracking.TrackingSummary;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Stores tracked operations in a database that all instances of an application share. One
 * instance at a time holds the lease of the client, keeps its open operations in memory
 * and polls them. All instances deliver outcomes. db-scheduler runs both.
 *
 * @since 0.1.0
 */
public final class JdbcTrackingStore implements TrackingStore {

	private static final Duration NEVER = Duration.ofDays(36_500);

	// The part of the heap that operations may take until they are stored.
	private static final int UNWRITTEN = 8;

	private static final Log logger = LogFactory.getLog(JdbcTrackingStore.class);

	private static final long HOUSEKEEPING_SECONDS = 60;

	private static final double LOOK_WHEN_THREADS_ARE_FREE = 0.9;

	private final DataSource dataSource;

	private final JdbcTrackingSettings settings;

	private final TrackingTables tables;

	private final TrackingEngine engine;

	private final OperationPolls polls;

	private final TrackingDialect dialect;

	private final JdbcTransactions transactions;

	private final TrackedRows rows;

	private final TableChecks checks;

	private final TrackingSummaries summaries;

	private final DatabaseReach reach;

	private final DatabaseClock clock;

	private final HeldOperations held;

	private final LeaseHolder holder;

	private final Leases leases;

	private final StopTimes times;

	private final DeliveryTask task;

	private final JdbcCustomization picks;

	private final SchedulerClient client;

	private volatile @Nullable Scheduler deliveries;

	private volatile @Nullable ScheduledFuture<?> housekeeping;

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
		this.clock = new DatabaseClock(this.polls::now);
		TransactionManagers managers = new TransactionManagers(target, transactionManagers);
		OwnDataSource own = new OwnDataSource(target, managers);
		this.dataSource = new TransactionalDataSource(own);
		this.transactions = new JdbcTransactions(target, own, managers,
				this.dialect.bounds(own, engine.settings().delivery().timeout()), this.polls.scheduler());
		String name = this.polls.client();
		this.rows = new TrackedRows(own, this.tables, this.dialect, this.clock, name);
		this.checks = new TableChecks(own, this.tables);
		this.summaries = new TrackingSummaries(own, this.tables, this.clock, name);
		this.reach = new DatabaseReach(this.polls.scheduler(), engine.listener());
		engine.limitDeliveries(settings.deliveries());
		LeaseHolder.Settings holding = new LeaseHolder.Settings(settings.leaseDuration(), settings.lookInterval(),
				settings.flushInterval(), settings.maxHeld(), Runtime.getRuntime().maxMemory() / UNWRITTEN,
				settings.threadFactory());
		HeldByEngine adapter = new HeldByEngine();
		this.holder = new LeaseHolder(adapter,
				this.dialect.fenced(own, this.transactions, this.rows, this.tables, name), this.rows, this.transactions,
				this.reach, holding, this.polls.scheduler(), this.clock::now, this::deliver);
		this.reach.onRegained(this.holder::regained);
		this.held = engine.hold(this.holder::changed, this.holder::mayPoll);
		this.leases = new Leases(this.dataSource, this.transactions, this.tables.lease(),
				new Picks(own, this.transactions, this.reach, this.dialect.pickLease(this.tables.lease()),
						LeaseTask.NAME, name, this.holder::deadBefore),
				name, settings.instanceName(), this.holder, holding, this.clock::now);
		this.task = new DeliveryTask(name, engine, this.rows, this.reach, this.transactions, this.clock,
				this::deliverAt);
		this.picks = new Picks(own, this.transactions, this.reach, this.dialect.pick(this.tables.scheduled()), name,
				name, (now) -> Instant.EPOCH);
		this.client = SchedulerClient.Builder.create(this.dataSource, this.task)
			.tableName(this.tables.scheduled())
			.jdbcCustomization(this.picks)
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
		this.holder.learn(this.rows.learned());
		this.reach.start();
		Scheduler started = createScheduler();
		this.deliveries = started;
		started.start();
		this.leases.start();
	}

	private void check() {
		Duration off;
		try {
			this.checks.checkTables();
			off = this.clock.measure(this.checks::time);
		}
		catch (DataAccessException ex) {
			if (DatabaseReach.isAway(ex)) {
				throw ex;
			}
			throw new TrackingDatabaseException("A table of tracked operations (" + String.join(", ", this.tables.all())
					+ ") is missing, cannot be read or lacks a column: " + ex.getMostSpecificCause().getMessage(),
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
					+ " to the due times and heartbeats that it stores, and measures it each minute. Times that it stores"
					+ " of operations, such as deadlines, are wrong on other instances. Synchronize both clocks by NTP.");
		}
	}

	private Scheduler createScheduler() {
		return Scheduler.create(this.dataSource, this.task)
			.tableName(this.tables.scheduled())
			.schedulerName(new SchedulerName.Fixed(this.settings.instanceName()))
			.threads(this.settings.deliveries())
			.executorService(new DeliveryThreads(this.settings.deliveries(), this.settings.threadFactory(),
					this.transactions::abortHandlers, this.times))
			.housekeeperExecutor(housekeeping())
			.pollingInterval(this.settings.lookInterval().multipliedBy(2))
			.heartbeatInterval(this.settings.heartbeatInterval())
			.missedHeartbeatsLimit(this.settings.missedHeartbeats())
			// The table may also have deliveries of another client.
			.deleteUnresolvedAfter(NEVER)
			.shutdownMaxWait(this.settings.shutdownMaxWait())
			.jdbcCustomization(this.picks)
			.failureLogging(LogLevel.WARN, true)
			.clock(this.clock::now)
			.pollUsingLockAndFetch(LOOK_WHEN_THREADS_ARE_FREE, 1)
			.build();
	}

	private Housekeeping housekeeping() {
		Housekeeping executor = new Housekeeping(this.settings.threadFactory(), this::isReached, this.times);
		this.housekeeping = executor.scheduleWithFixedDelay(this::keepHouse, 1, HOUSEKEEPING_SECONDS, TimeUnit.SECONDS);
		return executor;
	}

	private boolean isReached() {
		try {
			this.reach.once("ping", () -> {
				this.checks.ping();
				return null;
			});
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private void keepHouse() {
		try {
			this.clock.measure(this.checks::time);
			this.leases.createIfReached();
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

	private void deliver() {
		Scheduler running = this.deliveries;
		if (running != null) {
			running.triggerCheckForDueExecutions();
		}
	}

	private void deliverAt(Instant due) {
		long millis = Math.max(0, Duration.between(this.polls.now(), due).toMillis()) + 1;
		this.polls.scheduler().schedule(this::deliver, millis, TimeUnit.MILLISECONDS);
	}

	@Override
	public void stop() {
		Scheduler running = this.deliveries;
		this.deliveries = null;
		this.times.begin(this.settings.shutdownMaxWait());
		this.leases.stop();
		this.reach.stop();
		ScheduledFuture<?> job = this.housekeeping;
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
		return this.transactions.in(() -> {
			while (!this.rows.insert(row)) {
				TrackedRow present = this.rows.find(row.id());
				if (present != null) {
					return present;
				}
				// The row was removed between the two statements, so insert it again.
			}
			this.transactions.afterCommit(() -> hold(row));
			return null;
		});
	}

	// The inbox contains the row, too, so that another holder finds it, or this one
	// later. No poll leaves on the thread of the caller, who may still have a connection.
	private void hold(TrackedRow row) {
		if (this.holder.hasRoom()) {
			this.held.load(List.of(row));
		}
	}

	@Override
	public @Nullable TrackedRow find(String operationId) {
		TrackedRow row = this.rows.find(operationId);
		return (row != null) ? current(row) : null;
	}

	// The number of polls belongs to what they have seen, which may not be stored yet.
	private TrackedRow current(TrackedRow row) {
		boolean isCurrent = !this.holder.isHolding() || this.holder.hasUnwritten(row.id());
		return isCurrent ? row : this.held.current(row);
	}

	@Override
	public List<TrackedRow> list(TrackingFilter filter) {
		return this.rows.list(filter).stream().map(this::current).toList();
	}

	@Override
	public boolean remove(String operationId) {
		return Boolean.TRUE.equals(this.transactions.in(() -> {
			boolean removed = this.rows.delete(operationId);
			if (removed) {
				cancel(operationId);
				// The look releases the operation, in the order of the database:
				// meanwhile the id may be tracked again, or this deletion rolled back to
				// a savepoint.
				this.transactions.afterCommit(this.holder::wake);
			}
			return removed;
		}));
	}

	// A worker that holds the outcome finds that its row is gone and removes the
	// execution.
	private void cancel(String operationId) {
		try {
			this.client.cancel(this.task.instanceId(operationId));
		}
		catch (DbSchedulerException ex) {
			logger.debug("Operation '" + operationId + "' has no scheduled delivery that could be cancelled.", ex);
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
			while (!this.client.scheduleIfNotExists(this.task.schedule(operationId, now))) {
				// A worker may still hold the execution, and may remove it at any moment.
				if (this.rows.takeOver(operationId, now)) {
					break;
				}
			}
			this.transactions.afterCommit(this::deliver);
			return true;
		}));
	}

	@Override
	public TrackingSummary summary(Instant now) {
		TrackingSummary summary = this.summaries.summary(now, this.holder.holdsAll() ? this.held.summary() : null);
		return this.holder.isFull()
				? summary.waiting(Math.max(0, summary.count(TrackingState.TRACKED) - this.held.held())) : summary;
	}

	/**
	 * Passes what the holder of the lease does to the operations in memory.
	 */
	private final class HeldByEngine implements Held {

		@Override
		public void load(List<TrackedRow> rows) {
			JdbcTrackingStore.this.held.load(rows);
		}

		@Override
		public void take(List<TrackedRow> rows) {
			JdbcTrackingStore.this.held.take(rows);
		}

		@Override
		public void release(String operationId) {
			JdbcTrackingStore.this.held.release(operationId);
		}

		@Override
		public void releaseAll() {
			JdbcTrackingStore.this.held.releaseAll();
		}

		@Override
		public void resume() {
			JdbcTrackingStore.this.held.resume();
		}

		@Override
		public boolean has(String operationId, long version) {
			return JdbcTrackingStore.this.held.has(operationId, version);
		}

		@Override
		public int held() {
			return JdbcTrackingStore.this.held.held();
		}

		@Override
		public void stored(String operationId, long version, long next) {
			JdbcTrackingStore.this.held.stored(operationId, version, next);
		}

		@Override
		public void changed(TrackedRow before, TrackedRow stored) {
			JdbcTrackingStore.this.engine.changed(before, stored);
		}

		@Override
		public Map<String, List<Duration>> samples() {
			return JdbcTrackingStore.this.polls.samples();
		}

		@Override
		public void learn(Map<String, List<Duration>> durations) {
			durations.forEach((kind, learned) -> learned
				.forEach((duration) -> JdbcTrackingStore.this.polls.learn(kind, duration)));
		}

		@Override
		public List<HeldOperations.Polls> polls(int most) {
			return JdbcTrackingStore.this.held.polls(most);
		}

	}

}
