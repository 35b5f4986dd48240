package io.operations.tracking.jdbc;

import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The transactions of the database: the application's one that is active on the thread,
 * one of the library's own for its own work, or one of the application's transaction
 * manager for handlers, whose writes join it.
 */
final class JdbcTransactions {

	private static final TransactionDefinition JOIN = new DefaultTransactionDefinition(
			TransactionDefinition.PROPAGATION_MANDATORY);

	private static final int MOST_TRIES = 5;

	private final OwnDataSource dataSource;

	private final TransactionManagers managers;

	private final PlatformTransactionManager own;

	// With the isolation of the pool, as the application's would be.
	private final PlatformTransactionManager substitute;

	JdbcTransactions(DataSource target, OwnDataSource dataSource, TransactionManagers managers) {
		this.dataSource = dataSource;
		this.managers = managers;
		this.own = new JdbcTransactionManager(dataSource);
		this.substitute = new JdbcTransactionManager(target);
	}

	/**
	 * Return whether a transaction of the database is active on the thread.
	 * @return whether what is written here is committed, or rolled back, with it
	 */
	boolean isActive() {
		if (!TransactionalDataSource.isTransactionActive(this.dataSource)) {
			return false;
		}
		if (hasBegun(this.own)) {
			return true;
		}
		// Within the transaction of another database, too, a connection of this one may
		// be
		// bound to the thread: nobody would commit there what is written here. But such a
		// connection is as the pool gave it.
		if (this.dataSource.isBoundAutoCommit()) {
			return false;
		}
		return this.dataSource.isAutoCommit() || isOfApplication();
	}

	private boolean isOfApplication() {
		if (this.managers.ofDatabase().stream().anyMatch(JdbcTransactions::hasBegun)) {
			return true;
		}
		List<PlatformTransactionManager> unknown = this.managers.unknown();
		if (!unknown.isEmpty()) {
			throw new IllegalTransactionStateException(
					"The tracker cannot find out whether the transaction of this thread belongs to the database of tracked"
							+ " operations: the pool's connections are not in auto-commit mode, and a transaction manager"
							+ " does not report its resource: " + unknown
							+ ". Let it implement ResourceTransactionManager and return its resource, or track outside of"
							+ " its transactions.");
		}
		return false;
	}

	// Joins, and so begins nothing.
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
	 * one of its own, which is repeated when the database undoes it for the sake of
	 * another.
	 * @param action the work
	 * @param <T> what it returns
	 * @return what it returned
	 */
	<T> @Nullable T in(Supplier<@Nullable T> action) {
		if (isActive()) {
			return action.get();
		}
		int tries = 1;
		while (true) {
			try {
				return run(this.own, this.own.getTransaction(null), action);
			}
			catch (RuntimeException ex) {
				if (tries == MOST_TRIES || !DatabaseReach.isConflict(ex)) {
					throw ex;
				}
				tries++;
			}
		}
	}

	/**
	 * Have handlers work in a transaction of the application's transaction manager of
	 * this database, the first one if there are several. If there is none, in one that
	 * their writes join all the same.
	 * @param action the work, with the handlers in it
	 * @param <T> what it returns
	 * @return what it returned
	 */
	<T> @Nullable T withHandlers(Supplier<@Nullable T> action) {
		for (PlatformTransactionManager manager : this.managers.ofDatabase()) {
			TransactionStatus status = begin(manager);
			if (isActive()) {
				return run(manager, status, action);
			}
			// It keeps its connection to itself.
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
					&& DatabaseReach.isAway(ex.getCause())) {
				throw ex;
			}
			throw new DatabaseReach.ForeignFaultException(new IllegalStateException(
					"The application's transaction manager cannot begin a transaction for handlers. They run outside of"
							+ " requests: it may need a default tenant. Cause: "
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

	// A connection that is gone cannot be rolled back either, and that it is gone is what
	// there is to be told: TransactionTemplate would log it as an error each time.
	private static void rollback(PlatformTransactionManager manager, TransactionStatus status, Throwable cause) {
		try {
			manager.rollback(status);
		}
		catch (RuntimeException | Error ex) {
			cause.addSuppressed(ex);
		}
	}

	/**
	 * Do something when the transaction of the thread has been committed.
	 * @param action what to do; at once if there is no transaction
	 */
	void afterCommit(Runnable action) {
		if (!isActive() || !TransactionSynchronizationManager.isSynchronizationActive()) {
			action.run();
			return;
		}
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				action.run();
			}

		});
	}

}
