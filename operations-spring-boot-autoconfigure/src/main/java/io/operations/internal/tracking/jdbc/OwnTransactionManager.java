package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.JdbcTransactionObjectSupport;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionStatus;

/**
 * Begins the transactions of the library, and bounds the time for which they wait for the
 * network. If a commit fails, the caller gets the error of the commit. Otherwise Spring
 * would roll back, log the failure of the rollback as an error, and report that failure
 * instead.
 */
@SuppressWarnings("serial")
final class OwnTransactionManager extends JdbcTransactionManager {

	private final OwnDataSource limits;

	/**
	 * Create the manager.
	 * @param dataSource the database as the library uses it
	 */
	OwnTransactionManager(OwnDataSource dataSource) {
		super(dataSource);
		this.limits = dataSource;
	}

	/**
	 * Begin a transaction.
	 * @param limit the time after which a statement fails that is not answered,
	 * {@code null} for the limit of all connections of the library
	 * @return the transaction
	 */
	TransactionStatus begin(@Nullable Duration limit) {
		return getTransaction((limit != null) ? new Limited(limit) : null);
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

	/**
	 * Defines a transaction that does not wait for long for the network.
	 */
	private static final class Limited extends DefaultTransactionDefinition {

		private final Duration limit;

		private Limited(Duration limit) {
			this.limit = limit;
		}

	}

}
