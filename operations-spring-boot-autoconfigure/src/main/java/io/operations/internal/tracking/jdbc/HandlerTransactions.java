package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;

/**
 * Runs handlers in transactions of the application's transaction manager, so that their
 * writes take part in the delivery. Knows the connections on which handlers run, and
 * closes them at a stop.
 */
final class HandlerTransactions {

	private static final Log logger = LogFactory.getLog(HandlerTransactions.class);

	private final Set<Connection> connections = Collections
		.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

	private final OwnDataSource dataSource;

	private final TransactionManagers managers;

	// Uses the isolation level of the pool, as a manager of the application would.
	private final PlatformTransactionManager substitute;

	private final JdbcTransactions transactions;

	private final DeliveryBounds bounds;

	private final Scheduler clock;

	/**
	 * Create the transactions.
	 * @param target the database
	 * @param dataSource the same database as the library uses it
	 * @param managers the application's transaction managers
	 * @param transactions the library's own transactions
	 * @param bounds the bounds of transactions of handlers
	 * @param clock the clock
	 */
	HandlerTransactions(DataSource target, OwnDataSource dataSource, TransactionManagers managers,
			JdbcTransactions transactions, DeliveryBounds bounds, Scheduler clock) {
		this.dataSource = dataSource;
		this.managers = managers;
		this.substitute = new JdbcTransactionManager(target);
		this.transactions = transactions;
		this.bounds = bounds;
		this.clock = clock;
	}

	/**
	 * Return whether transactions of handlers fail if a heartbeat has changed a row since
	 * they began.
	 * @return whether their isolation level is above READ COMMITTED
	 */
	boolean isStrict() {
		return this.dataSource.isStrict();
	}

	/**
	 * Run handlers in a transaction of the application's first transaction manager of
	 * this database. If there is none, run them in a transaction of the library, in which
	 * their writes take part as well. The transaction is never repeated.
	 * @param action the work, including the handlers
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T in(Supplier<@Nullable T> action) {
		long began = nanos();
		try {
			return inTransaction(() -> bounded(action));
		}
		catch (RuntimeException ex) {
			this.transactions.preparedStatements().check(ex);
			throw this.bounds.explain(ex, Duration.ofNanos(nanos() - began));
		}
	}

	private <T> @Nullable T bounded(Supplier<@Nullable T> action) {
		Connection connection = DataSourceUtils.getConnection(this.dataSource);
		this.connections.add(connection);
		try {
			this.bounds.set();
			return action.get();
		}
		finally {
			this.connections.remove(connection);
			DataSourceUtils.releaseConnection(connection, this.dataSource);
		}
	}

	private long nanos() {
		return this.clock.now(TimeUnit.NANOSECONDS);
	}

	private <T> @Nullable T inTransaction(Supplier<@Nullable T> action) {
		for (PlatformTransactionManager manager : this.managers.ofDatabase()) {
			TransactionStatus status = begin(manager);
			if (this.transactions.ofThread().isActive()) {
				return JdbcTransactions.run(manager, status, action);
			}
			// This manager does not bind its connection to the thread.
			manager.rollback(status);
		}
		return JdbcTransactions.run(this.substitute, this.substitute.getTransaction(null), action);
	}

	private static TransactionStatus begin(PlatformTransactionManager manager) {
		try {
			return manager.getTransaction(null);
		}
		catch (RuntimeException ex) {
			if (ex instanceof CannotCreateTransactionException && ex.getCause() != null
					&& DatabaseFaults.isUnavailable(ex.getCause())) {
				throw ex;
			}
			throw new DatabaseFaults.ForeignFaultException(new IllegalStateException(
					"The application's transaction manager cannot begin a transaction for handlers, which run"
							+ " outside of requests. It may need a default tenant. Cause: "
							+ NestedExceptionUtils.getMostSpecificCause(ex),
					ex));
		}
	}

	/**
	 * Close the connections on which handlers run, from another thread. The database then
	 * rolls their transactions back. A thread that waits for the database ignores an
	 * interrupt.
	 */
	void abort() {
		for (Connection connection : this.connections.toArray(Connection[]::new)) {
			try {
				connection.abort(Runnable::run);
			}
			catch (SQLException | RuntimeException ex) {
				logger.debug("A connection on which handlers run could not be closed.", ex);
			}
		}
	}

}
