package io.operations.internal.tracking.jdbc;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import io.operations.internal.tracking.ClientTracking;
import io.operations.internal.tracking.TrackedRow;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.internal.tracking.TrackingLoad;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.PlatformTransactionManager;

/**
 * Stores the tracked operations of a client in a database that all instances of an
 * application share. This class keeps the operations. One instance at a time holds the
 * lease of the client, has its open operations in memory and polls them. All instances
 * deliver outcomes. db-scheduler runs the leases and the deliveries.
 *
 * @since 0.1.0
 */
public final class JdbcTrackingStore implements ClientTracking {

	private final JdbcTransactions transactions;

	private final TrackedRows rows;

	private final ScheduledRows scheduled;

	private final TrackingSummaries summaries;

	private final ClientWork work;

	/**
	 * Create the store of the only client.
	 * @param dataSource the database
	 * @param transactionManagers the application's transaction managers. Handlers run in
	 * transactions of the first manager that belongs to this database.
	 * @param settings the settings for the store
	 * @param engine the engine that polls and delivers
	 * @throws TrackingDatabaseException if the database is unavailable, or is neither
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
	 * @throws TrackingDatabaseException if the database is unavailable, or is neither
	 * PostgreSQL nor H2
	 */
	public JdbcTrackingStore(DataSource dataSource, Supplier<List<PlatformTransactionManager>> transactionManagers,
			JdbcTrackingSettings settings, TrackingEngine engine) {
		this(new InstanceWork(new TrackingDatabase(dataSource, transactionManagers, settings, engine), engine), engine);
	}

	/**
	 * Create the store of one of several clients.
	 * @param instance the work of this instance for all clients
	 * @param engine the engine that polls and delivers
	 */
	JdbcTrackingStore(InstanceWork instance, TrackingEngine engine) {
		TrackingDatabase database = instance.database();
		String client = engine.client();
		this.transactions = database.transactions();
		this.rows = new TrackedRows(database.own(), database.tables(), database.dialect(), database.clock(), client);
		this.summaries = new TrackingSummaries(database.own(), database.tables(), database.clock(), client);
		this.work = new ClientWork(instance, engine, this.rows);
		this.scheduled = new ScheduledRows(database.own(), database.tables(),
				SchedulerClient.Builder.create(database.dataSource(), this.work.task())
					.tableName(database.tables().scheduled())
					.jdbcCustomization(instance.picks())
					.build(),
				database.clock(), client);
	}

	/**
	 * Return the location of the script that creates the tables with their default names.
	 * @param dataSource the database
	 * @return the location of a class path resource
	 * @throws TrackingDatabaseException if the database is unavailable, or is neither
	 * PostgreSQL nor H2
	 */
	public static String schemaLocation(DataSource dataSource) {
		return "classpath:" + TrackingDialect.of(dataSource).schema();
	}

	@Override
	public void start() {
		this.work.start();
	}

	@Override
	public void stop() {
		this.work.stop();
	}

	@Override
	public boolean isPolling() {
		return this.work.isHolding();
	}

	@Override
	public @Nullable String pollingInstance() {
		return this.work.holderName();
	}

	@Override
	public boolean belongsToThisThread() {
		return this.transactions.ofThread().isActive();
	}

	@Override
	public @Nullable TrackedRow insert(TrackedRow row) {
		// A transaction of the application has the application's own bounds.
		boolean bounded = !belongsToThisThread();
		return this.transactions.in(() -> {
			while (!this.rows.insert(row, bounded)) {
				TrackedRow present = this.rows.find(row.id());
				if (present != null) {
					return present;
				}
				// The row was removed between the two statements, so insert it again.
			}
			this.transactions.ofThread().afterCommit(() -> this.work.inserted(row));
			return null;
		});
	}

	@Override
	public @Nullable TrackedRow find(String operationId) {
		TrackedRow row = this.rows.find(operationId);
		return (row != null) ? this.work.current(row) : null;
	}

	@Override
	public List<TrackedRow> list(TrackingFilter filter) {
		return this.rows.list(filter).stream().map(this.work::current).toList();
	}

	@Override
	public boolean remove(String operationId, Runnable removed) {
		return Boolean.TRUE.equals(this.transactions.inBounded(() -> {
			boolean found = this.rows.delete(operationId);
			if (found) {
				this.scheduled.cancel(operationId);
				this.transactions.ofThread().afterCommit(() -> {
					this.work.removed();
					removed.run();
				});
			}
			return found;
		}));
	}

	@Override
	public boolean redeliver(String operationId, Instant now) {
		return Boolean.TRUE.equals(this.transactions.inBounded(() -> {
			TrackedRow row = this.rows.find(operationId);
			TrackedRow next = (row != null) ? row.redelivered(now) : null;
			if (next == null || !this.rows.update(next)) {
				return false;
			}
			this.scheduled.schedule(operationId, now);
			this.transactions.ofThread().afterCommit(this.work::deliver);
			return true;
		}));
	}

	@Override
	public TrackingLoad load() {
		return this.work.load();
	}

	@Override
	public TrackingSummary summary(Instant now) {
		TrackingSummary summary = this.summaries.summary(now, this.work.summary());
		return summary.waiting(this.work.waiting(summary.count(TrackingState.TRACKED)));
	}

}
