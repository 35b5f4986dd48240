package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.operations.internal.ReadableDuration;
import io.operations.internal.tracking.TrackingEngine;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.scheduler.Scheduler;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Gives access to the database with the tracked operations of all clients: its
 * connections, transactions, tables, dialect and clock.
 */
final class TrackingDatabase {

	private static final Log logger = LogFactory.getLog(TrackingDatabase.class);

	private final DataSource own;

	private final DataSource dataSource;

	private final JdbcTrackingSettings settings;

	private final TrackingTables tables;

	private final TrackingDialect dialect;

	private final JdbcTransactions transactions;

	private final HandlerTransactions handlers;

	private final DatabaseCalls calls;

	private final DatabaseClock clock;

	private final TableChecks checks;

	private final Supplier<Instant> now;

	/**
	 * Create the database.
	 * @param dataSource the database
	 * @param transactionManagers supplies the application's transaction managers when
	 * they are first needed
	 * @param settings the settings for the stores
	 * @param engine the engine of the first client: the others have the same settings,
	 * the same listener and the same clock
	 * @throws TrackingDatabaseException if the database is unavailable, or is neither
	 * PostgreSQL nor H2
	 */
	TrackingDatabase(DataSource dataSource, Supplier<List<PlatformTransactionManager>> transactionManagers,
			JdbcTrackingSettings settings, TrackingEngine engine) {
		DataSource target = (dataSource instanceof TransactionAwareDataSourceProxy proxy
				&& proxy.getTargetDataSource() != null) ? proxy.getTargetDataSource() : dataSource;
		this.settings = settings;
		Scheduler scheduler = engine.polls().scheduler();
		this.now = engine.polls()::now;
		this.dialect = TrackingDialect.of(target);
		this.tables = settings.tables().in(target);
		this.clock = new DatabaseClock(this.now);
		TransactionManagers managers = new TransactionManagers(target, transactionManagers);
		OwnDataSource connections = new OwnDataSource(target, managers);
		this.own = connections;
		this.dataSource = new TransactionalDataSource(connections);
		this.transactions = new JdbcTransactions(connections, managers, this.dialect);
		this.handlers = new HandlerTransactions(target, connections, managers, this.transactions,
				this.dialect.bounds(connections, engine.settings().delivery().timeout()), scheduler);
		this.checks = new TableChecks(connections, this.tables);
		DatabaseAvailability availability = new DatabaseAvailability(scheduler, engine.listener());
		this.calls = new DatabaseCalls(availability, engine.listener());
	}

	/**
	 * Return the database as the library uses it.
	 * @return the database
	 */
	DataSource own() {
		return this.own;
	}

	/**
	 * Return the database for db-scheduler, which takes part in transactions.
	 * @return the database
	 */
	DataSource dataSource() {
		return this.dataSource;
	}

	JdbcTrackingSettings settings() {
		return this.settings;
	}

	TrackingTables tables() {
		return this.tables;
	}

	TrackingDialect dialect() {
		return this.dialect;
	}

	JdbcTransactions transactions() {
		return this.transactions;
	}

	/**
	 * Return the transactions in which handlers run.
	 * @return the transactions
	 */
	HandlerTransactions handlers() {
		return this.handlers;
	}

	DatabaseCalls calls() {
		return this.calls;
	}

	DatabaseClock clock() {
		return this.clock;
	}

	/**
	 * Check the tables, and measure the difference of the clocks.
	 * @throws TrackingDatabaseException if a table cannot be used
	 */
	void check() {
		Duration off;
		try {
			this.checks.checkTables();
			off = measureClock();
		}
		catch (DataAccessException ex) {
			if (DatabaseFaults.isUnavailable(ex)) {
				throw ex;
			}
			throw new TrackingDatabaseException("A table of tracked operations (" + String.join(", ", this.tables.all())
					+ ") is missing, cannot be read or lacks a column: " + ex.getMostSpecificCause().getMessage(),
					advice(ex), ex);
		}
		if (off.abs().compareTo(this.settings.heartbeatInterval()) > 0) {
			logger.warn("The clock of this machine differs from the database's clock by "
					+ ReadableDuration.of(off.abs()) + " (machine: " + this.now.get() + ", database: "
					+ this.clock.now()
					+ "), which is more than operations.tracking.jdbc.heartbeat-interval. This instance adds the difference"
					+ " to the due times and heartbeats that it stores, and measures it each minute. Times that it stores"
					+ " of operations, such as deadlines, are wrong on other instances. Synchronize both clocks by NTP.");
		}
	}

	private String advice(DataAccessException fault) {
		String columns = MissingColumns.advice(this.own, this.tables, "tracking", fault);
		return (columns != null) ? columns
				: "Set operations.tracking.jdbc.initialize-schema=always to create them at startup, or create them with"
						+ " the script " + this.dialect.schema()
						+ " of the library, for instance in a Flyway migration. Neither changes a table that exists:"
						+ " compare it with the script.";
	}

	/**
	 * Measure the difference between the clocks of this instance and of the database.
	 * @return by how much the database's clock is ahead
	 */
	Duration measureClock() {
		return this.clock.measure(this.checks::time);
	}

	/**
	 * Find out whether the database is available, with a statement.
	 * @return whether it has answered
	 */
	boolean isAvailable() {
		try {
			this.calls.once("ping", () -> {
				this.checks.ping();
				return null;
			});
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

}
