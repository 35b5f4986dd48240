package io.operations.tracking.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.JdbcTransactionObjectSupport;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Runs work in transactions of the database. The library's own work takes part in the
 * application's transaction that is active on the thread, or else runs in a transaction
 * of the library. Handlers run in a transaction of the application's transaction manager,
 * so that their writes take part in it.
 */
final class JdbcTransactions {

	private static final Log logger = LogFactory.getLog(JdbcTransactions.class);

	private static final TransactionDefinition JOIN = new DefaultTransactionDefinition(
			TransactionDefinition.PROPAGATION_MANDATORY);

	private static final int MOST_TRIES = 5;

	private static final Duration SHORTEST_PAUSE = Duration.ofMillis(5);

	private final OwnDataSource dataSource;

	private final TransactionManagers managers;

	private final PlatformTransactionManager own;

	// Uses the isolation level of the pool, as a manager of the application would.
	private final PlatformTransactionManager substitute;

	private final Set<Connection> ofHandlers = Collections
		.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

	private final PreparedStatements preparedStatements = new PreparedStatements();

	private final DeliveryBounds bounds;

	private final Scheduler clock;

	private final Predicate<Duration> pauses;

	JdbcTransactions(DataSource target, OwnDataSource dataSource, TransactionManagers managers, DeliveryBounds bounds,
			Scheduler clock) {
		this(target, dataSource, managers, bounds, clock, JdbcTransactions::sleep);
	}

	/**
	 * Create the transactions.
	 * @param target the database
	 * @param dataSource the same database as the library uses it
	 * @param managers the application's transaction managers
	 * @param bounds the bounds of transactions of handlers
	 * @param clock the clock
	 * @param pauses waits for the given time, and returns {@code false} if it was
	 * interrupted
	 */
	JdbcTransactions(DataSource target, OwnDataSource dataSource, TransactionManagers managers, DeliveryBounds bounds,
			Scheduler clock, Predicate<Duration> pauses) {
		this.bounds = bounds;
		this.clock = clock;
		this.pauses = pauses;
		this.dataSource = dataSource;
		this.managers = managers;
		this.own = new OwnTransactionManager(dataSource);
		this.substitute = new JdbcTransactionManager(target);
	}

	/**
	 * Return whether a transaction of this database is active on the thread.
	 * @return whether writes of this thread are committed or rolled back with it
	 */
	boolean isActive() {
		if (!TransactionalDataSource.isTransactionActive(this.dataSource)) {
			return false;
		}
		if (hasBegun(this.own)) {
			return true;
		}
		// A connection of this database may also be bound to the thread within a
		// transaction of another database. Nobody would commit writes to it. Such a
		// connection still has the auto-commit mode of the pool.
		if (this.dataSource.isBoundAutoCommit()) {
			return false;
		}
		return this.dataSource.isAutoCommit() || isOfApplication();
	}

	/**
	 * Return whether transactions of handlers fail if a heartbeat has changed a row since
	 * they began.
	 * @return whether their isolation level is above READ COMMITTED
	 */
	boolean isStrict() {
		return this.dataSource.isStrict();
	}

	private boolean isOfApplication() {
		if (this.managers.ofDatabase().stream().anyMatch(JdbcTransactions::hasBegun)) {
			return true;
		}
		List<PlatformTransactionManager> unknown = this.managers.unknown();
		if (!unknown.isEmpty()) {
			throw new IllegalTransactionStateException(
					"The tracker cannot find out whether the transaction of this thread belongs to the database of tracked"
							+ " operations. The pool's connections are not in auto-commit mode, and a transaction manager"
							+ " does not report its resource: " + unknown
							+ ". Let it implement ResourceTransactionManager and return its resource, or track outside of"
							+ " its transactions.");
		}
		return false;
	}

	// PROPAGATION_MANDATORY takes part in a transaction, but never begins one.
	private static boolean hasBegun(PlatformTransactionManager manager) {
		try {
			manager.getTransaction(JOIN);
			return true;
		}
		catch (IllegalTransactionStateException ex) {
			return false;
		}
	}

	/**
	 * Do the library's own work in the transaction of the thread or, if there is none, in
	 * a new transaction. A new transaction is repeated after a pause if the database
	 * rolls it back because of a conflict.
	 * @param action the work
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T in(Supplier<@Nullable T> action) {
		return in((TransactionDefinition) null, action);
	}

	private <T> @Nullable T in(@Nullable TransactionDefinition definition, Supplier<@Nullable T> action) {
		try {
			return inTransaction(definition, action);
		}
		catch (RuntimeException ex) {
			this.preparedStatements.check(ex);
			throw ex;
		}
	}

	/**
	 * Do the library's own work as {@link #in} does, but give up when the network does
	 * not answer. After a failover, packets may get lost without an error for long.
	 * @param limit the time after which a statement fails that is not answered
	 * @param action the work
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T in(Duration limit, Supplier<@Nullable T> action) {
		return in(new Limited(limit), action);
	}

	private <T> @Nullable T inTransaction(@Nullable TransactionDefinition definition, Supplier<@Nullable T> action) {
		if (isActive()) {
			return action.get();
		}
		int tries = 1;
		while (true) {
			try {
				return run(this.own, this.own.getTransaction(definition), action);
			}
			catch (RuntimeException ex) {
				if (tries == MOST_TRIES || !DatabaseFaults.isConflict(ex) || DatabaseFaults.isLocked(ex)
						|| !this.pauses.test(pause(tries))) {
					throw ex;
				}
				tries++;
			}
		}
	}

	// Two that conflict would do so again if they began again at the same time.
	private static Duration pause(int tries) {
		long most = SHORTEST_PAUSE.toMillis() << tries;
		return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
	}

	private static boolean sleep(Duration pause) {
		try {
			Thread.sleep(pause.toMillis());
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Run handlers in a transaction of the application's first transaction manager of
	 * this database. If there is none, run them in a transaction of the library, in which
	 * their writes take part as well.
	 * @param action the work, including the handlers
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T withHandlers(Supplier<@Nullable T> action) {
		Supplier<@Nullable T> bounded = () -> {
			Connection connection = DataSourceUtils.getConnection(this.dataSource);
			this.ofHandlers.add(connection);
			try {
				this.bounds.set();
				return action.get();
			}
			finally {
				this.ofHandlers.remove(connection);
				DataSourceUtils.releaseConnection(connection, this.dataSource);
			}
		};
		long began = nanos();
		try {
			return inTransactionOfHandlers(bounded);
		}
		catch (RuntimeException ex) {
			this.preparedStatements.check(ex);
			throw this.bounds.explain(ex, Duration.ofNanos(nanos() - began));
		}
	}

	private long nanos() {
		return this.clock.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * Close the connections on which handlers run, from another thread. The database then
	 * rolls their transactions back. A thread that waits for the database ignores an
	 * interrupt.
	 */
	void abortHandlers() {
		for (Connection connection : this.ofHandlers.toArray(Connection[]::new)) {
			try {
				connection.abort(Runnable::run);
			}
			catch (SQLException | RuntimeException ex) {
				logger.debug("A connection on which handlers run could not be closed.", ex);
			}
		}
	}

	private <T> @Nullable T inTransactionOfHandlers(Supplier<@Nullable T> action) {
		for (PlatformTransactionManager manager : this.managers.ofDatabase()) {
			TransactionStatus status = begin(manager);
			if (isActive()) {
				return run(manager, status, action);
			}
			// This manager does not bind its connection to the thread.
			manager.rollback(status);
		}
		return run(this.substitute, this.substitute.getTransaction(null), action);
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

	private static <T> @Nullable T run(PlatformTransactionManager manager, TransactionStatus status,
			Supplier<@Nullable T> action) {
		T result;
		try {
			result = action.get();
		}
		catch (Throwable ex) {
			rollback(manager, status, ex);
			throw ex;
		}
		manager.commit(status);
		return result;
	}

	// If the connection is lost, the rollback fails, too, and the first exception is the
	// one to report. TransactionTemplate would log the second as an error each time.
	private static void rollback(PlatformTransactionManager manager, TransactionStatus status, Throwable cause) {
		try {
			manager.rollback(status);
		}
		catch (RuntimeException | Error ex) {
			cause.addSuppressed(ex);
		}
	}

	/**
	 * Run an action after the transaction of the thread has been committed, or at once if
	 * there is no transaction. Does not run the action if what this transaction has done
	 * so far is rolled back to an earlier savepoint.
	 * @param action the action
	 */
	void afterCommit(Runnable action) {
		if (!isActive() || !TransactionSynchronizationManager.isSynchronizationActive()) {
			action.run();
			return;
		}
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			private final Set<Object> later = Collections.newSetFromMap(new IdentityHashMap<>());

			private boolean undone;

			@Override
			public void savepoint(Object savepoint) {
				this.later.add(savepoint);
			}

			@Override
			public void savepointRollback(Object savepoint) {
				this.undone |= !this.later.contains(savepoint);
			}

			@Override
			public void afterCommit() {
				if (!this.undone) {
					action.run();
				}
			}

		});
	}

	/**
	 * A transaction that does not wait for long for the network.
	 */
	@SuppressWarnings("serial")
	private static final class Limited extends DefaultTransactionDefinition {

		private final Duration limit;

		private Limited(Duration limit) {
			this.limit = limit;
		}

	}

	/**
	 * Reports a commit that fails as it is. Otherwise Spring would roll back, log as an
	 * error that this fails as well, and report that instead.
	 */
	@SuppressWarnings("serial")
	private static final class OwnTransactionManager extends JdbcTransactionManager {

		private final OwnDataSource limits;

		private OwnTransactionManager(OwnDataSource dataSource) {
			super(dataSource);
			this.limits = dataSource;
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			super.doBegin(transaction, definition);
			if (definition instanceof Limited limited) {
				this.limits.limit(connection(transaction), limited.limit);
			}
		}

		// Not every pool resets the settings of a connection.
		@Override
		protected void doCleanupAfterCompletion(Object transaction) {
			this.limits.limit(connection(transaction), null);
			super.doCleanupAfterCompletion(transaction);
		}

		private static Connection connection(Object transaction) {
			return ((JdbcTransactionObjectSupport) transaction).getConnectionHolder().getConnection();
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			try {
				super.doCommit(status);
			}
			catch (RuntimeException ex) {
				throw new DatabaseFaults.CommitFailedException(ex);
			}
		}

	}

}
