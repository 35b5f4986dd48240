package io.operations.internal.tracking.jdbc;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Finds the transaction of this database that is active on the current thread. It may
 * belong to the library or to the application.
 */
final class ThreadTransaction {

	private static final TransactionDefinition JOIN = new DefaultTransactionDefinition(
			TransactionDefinition.PROPAGATION_MANDATORY);

	private final OwnDataSource dataSource;

	private final PlatformTransactionManager own;

	private final TransactionManagers managers;

	/**
	 * Create the finder.
	 * @param dataSource the database as the library uses it
	 * @param own the library's transaction manager
	 * @param managers the application's transaction managers
	 */
	ThreadTransaction(OwnDataSource dataSource, PlatformTransactionManager own, TransactionManagers managers) {
		this.dataSource = dataSource;
		this.own = own;
		this.managers = managers;
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

	private boolean isOfApplication() {
		if (this.managers.ofDatabase().stream().anyMatch(ThreadTransaction::hasBegun)) {
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
		TransactionSynchronizationManager.registerSynchronization(new UnlessUndone(action));
	}

	/**
	 * Runs an action after the commit, unless the transaction was rolled back to a
	 * savepoint that is older than this synchronization.
	 */
	private static final class UnlessUndone implements TransactionSynchronization {

		private final Set<Object> laterSavepoints = Collections.newSetFromMap(new IdentityHashMap<>());

		private final Runnable action;

		private boolean undone;

		private UnlessUndone(Runnable action) {
			this.action = action;
		}

		@Override
		public void savepoint(Object savepoint) {
			this.laterSavepoints.add(savepoint);
		}

		@Override
		public void savepointRollback(Object savepoint) {
			this.undone |= !this.laterSavepoints.contains(savepoint);
		}

		@Override
		public void afterCommit() {
			if (!this.undone) {
				this.action.run();
			}
		}

	}

}
