package io.operations.tracking.jdbc;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The transactions of the database: the one that is active on the thread, or one of its
 * own by the application's transaction manager, so that what a handler does takes part.
 */
final class JdbcTransactions {

	private static final Log logger = LogFactory.getLog(JdbcTransactions.class);

	private final DataSource dataSource;

	private static final TransactionDefinition JOIN = new DefaultTransactionDefinition(
			TransactionDefinition.PROPAGATION_MANDATORY);

	private final PlatformTransactionManager manager;

	// Any of them may have begun the transaction of a thread.
	private final List<PlatformTransactionManager> managers;

	JdbcTransactions(DataSource dataSource, List<PlatformTransactionManager> managers) {
		this.dataSource = dataSource;
		this.managers = Stream
			.concat(managers.stream().filter((manager) -> isOf(manager, dataSource)),
					Stream.of(new JdbcTransactionManager(dataSource)))
			.toList();
		this.manager = this.managers.get(0);
	}

	// Another database's manager would commit nothing here.
	private static boolean isOf(PlatformTransactionManager manager, DataSource dataSource) {
		if (manager instanceof DataSourceTransactionManager jdbc) {
			return dataSource.equals(jdbc.getDataSource());
		}
		try {
			Boolean bound = new TransactionTemplate(manager)
				.execute((status) -> TransactionSynchronizationManager.hasResource(dataSource));
			return Boolean.TRUE.equals(bound);
		}
		catch (TransactionException ex) {
			logger.debug("Transaction manager " + manager + " begins no transaction", ex);
			return false;
		}
	}

	boolean isActive() {
		return TransactionalDataSource.isTransactionActive(this.dataSource)
				&& this.managers.stream().anyMatch(JdbcTransactions::hasBegun);
	}

	// Within the transaction of another database, too, a connection of this one may be
	// bound to the thread: nobody would commit there what is written here.
	private static boolean hasBegun(PlatformTransactionManager manager) {
		try {
			manager.getTransaction(JOIN);
			return true;
		}
		catch (IllegalTransactionStateException ex) {
			return false;
		}
	}

	<T> @Nullable T in(Supplier<@Nullable T> action) {
		if (isActive()) {
			return action.get();
		}
		TransactionStatus status = this.manager.getTransaction(null);
		T result;
		try {
			result = action.get();
		}
		catch (Throwable ex) {
			rollback(status, ex);
			throw ex;
		}
		this.manager.commit(status);
		return result;
	}

	// A connection that is gone cannot be rolled back either, and that it is gone is what
	// there is to be told: TransactionTemplate would log it as an error each time.
	private void rollback(TransactionStatus status, Throwable cause) {
		try {
			this.manager.rollback(status);
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
