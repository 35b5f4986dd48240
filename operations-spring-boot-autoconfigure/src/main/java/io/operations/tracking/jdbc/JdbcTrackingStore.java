package io.operations.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.exceptions.DbSchedulerException;
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

import org.springframework.transaction.PlatformTransactionManager;

/**
 * Stores the tracked operations of a client in a database that all instances of an
 * application share. One instance at a time holds the lease of the client, keeps its open
 * operations in memory and polls them. All instances deliver outcomes. db-scheduler runs
 * both.
 *
 * @since 0.1.0
 */
public final class JdbcTrackingStore implements TrackingStore {

	// The part of the heap that operations may take until they are stored.
	private static final int UNWRITTEN = 8;

	private static final Log logger = LogFactory.getLog(JdbcTrackingStore.class);

	private final TrackingDatabase database;

	private final TrackingEngine engine;

	private final OperationPolls polls;

	private final JdbcTransactions transactions;

	private final TrackedRows rows;

	private final ScheduledRows scheduled;

	private final LearnedRows learned;

	private final OutdatedRows outdated;

	private final TrackingSummaries summaries;

	private final DatabaseCalls calls;

	private final HeldOperations held;

	private final LeaseHolder holder;

	private final Leases leases;

	private final DeliveryTask task;

	private final SchedulerClient client;

	/**
	 * Create the store of the only client.
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
	 * Create the store of the only client.
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
		this(new TrackingDatabase(dataSource, transactionManagers, settings, engine), engine);
	}

	/**
	 * Create the store of one of several clients.
	 * @param database what the stores of all clients share
	 * @param engine the engine that polls and delivers
	 */
	JdbcTrackingStore(TrackingDatabase database, TrackingEngine engine) {
		this.database = database;
		this.engine = engine;
		this.polls = engine.polls();
		this.transactions = database.transactions();
		this.calls = database.calls();
		String name = engine.client();
		JdbcTrackingSettings settings = database.settings();
		TrackingTables tables = database.tables();
		DatabaseClock clock = database.clock();
		this.rows = new TrackedRows(database.own(), tables, database.dialect(), clock, name);
		this.scheduled = new ScheduledRows(database.own(), tables, clock, name);
		this.learned = new LearnedRows(database.own(), tables, name);
		this.outdated = new OutdatedRows(database.own(), tables, database.dialect(), name);
		this.summaries = new TrackingSummaries(database.own(), tables, clock, name);
		engine.limitDeliveries(settings.deliveries());
		LeaseHolder.Settings holding = new LeaseHolder.Settings(settings.leaseDuration(), settings.lookInterval(),
				settings.flushInterval(), settings.maxHeld(), Runtime.getRuntime().maxMemory() / UNWRITTEN,
				settings.threadFactory());
		HeldByEngine adapter = new HeldByEngine();
		this.holder = new LeaseHolder(name, adapter,
				database.dialect().fenced(database.own(), this.transactions, this.rows, tables, name),
				new RowReader(this.rows, this.learned, this.transactions, this.calls), this.calls, holding,
				this.polls.scheduler(), clock::now, database::deliver);
		this.held = engine.hold(this.holder::changed, this.holder::mayPoll);
		this.leases = new Leases(database.dataSource(), this.transactions, tables.lease(),
				new Picks(database.own(), this.transactions, this.calls, database.dialect().pickLease(tables.lease()),
						name, this.holder::deadBefore, database::patience),
				name, settings.instanceName(), this.holder, holding, clock::now);
		this.task = new DeliveryTask(name, engine, this.rows, this.calls, this.transactions, database.handlers(), clock,
				database::deliverAt);
		this.client = SchedulerClient.Builder.create(database.dataSource(), this.task)
			.tableName(tables.scheduled())
			.jdbcCustomization(database.picks())
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
		this.database.start(this);
		this.holder.learn(this.learned.find());
		this.leases.start();
	}

	@Override
	public void stop() {
		this.database.stopping();
		this.leases.stop();
		this.database.stop(this);
	}

	String client() {
		return this.engine.client();
	}

	/**
	 * Return what delivers the outcomes of this client.
	 * @return the task of db-scheduler
	 */
	DeliveryTask task() {
		return this.task;
	}

	/**
	 * Return whether this instance polls the operations of this client.
	 * @return whether it holds the lease, as far as it knows
	 */
	boolean isHolding() {
		return this.holder.isHolding();
	}

	/**
	 * Give the lease back while others may take it.
	 */
	void giveLeaseBack() {
		this.holder.giveBack();
	}

	/**
	 * Store at once what the polls have changed during an outage of the database.
	 */
	void afterOutage() {
		this.holder.afterOutage();
	}

	/**
	 * Remove what is outdated.
	 * @param before the time before which a delivered operation that ended is removed
	 */
	void keepHouse(Instant before) {
		this.leases.createIfAvailable();
		Integer removed;
		do {
			removed = this.calls.once("prune", () -> this.transactions.in(() -> this.outdated.prune(before)));
		}
		while (removed != null && this.outdated.isWholeBatch(removed));
	}

	@Override
	public boolean belongsToThisThread() {
		return this.transactions.ofThread().isActive();
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
			this.transactions.ofThread().afterCommit(() -> hold(row));
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
				this.transactions.ofThread().afterCommit(this.holder::wake);
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
				if (this.scheduled.takeOver(operationId, now)) {
					break;
				}
			}
			this.transactions.ofThread().afterCommit(this.database::deliver);
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
