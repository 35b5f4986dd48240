package io.operations.internal.resilience.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Holds the settings that a connection had before the budget store changed them.
 *
 * @param autoCommit whether it was in auto-commit mode
 * @param isolation its isolation level
 * @param networkTimeout the time in milliseconds for which it waited for an answer; 0 for
 * no limit, {@code null} if the driver does not support a limit
 */
record ConnectionSettings(boolean autoCommit, int isolation, @Nullable Integer networkTimeout) {

	// The database ends a statement after one second. If the database does not answer,
	// the statement fails after this time.
	private static final Duration ANSWER = Duration.ofSeconds(2);

	/**
	 * Read the settings of a connection.
	 * @param connection the connection
	 * @return its settings
	 * @throws SQLException if the connection is closed
	 */
	static ConnectionSettings of(Connection connection) throws SQLException {
		return new ConnectionSettings(connection.getAutoCommit(), connection.getTransactionIsolation(),
				networkTimeout(connection));
	}

	private static @Nullable Integer networkTimeout(Connection connection) throws SQLException {
		try {
			return connection.getNetworkTimeout();
		}
		catch (SQLFeatureNotSupportedException ex) {
			return null;
		}
	}

	/**
	 * Prepare a connection for the statements of the store: auto-commit mode, READ
	 * COMMITTED, and a limit of two seconds for each answer. If that fails, the
	 * connection is closed.
	 * @param connection the connection
	 * @return the same connection
	 * @throws SQLException if the connection rejects a setting
	 */
	static Connection prepare(Connection connection) throws SQLException {
		try {
			if (!connection.getAutoCommit()) {
				connection.setAutoCommit(true);
			}
			if (connection.getTransactionIsolation() != Connection.TRANSACTION_READ_COMMITTED) {
				connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
			}
			connection.setNetworkTimeout(Runnable::run, (int) ANSWER.toMillis());
		}
		catch (SQLFeatureNotSupportedException ex) {
			// Without a network, the connection needs no limit.
			return connection;
		}
		catch (SQLException | RuntimeException ex) {
			connection.close();
			throw ex;
		}
		return connection;
	}

	/**
	 * Restore these settings before the connection returns to its pool. Not every pool
	 * does so.
	 * @param connection the connection
	 * @throws SQLException if the connection cannot be closed after a fault
	 */
	void restore(Connection connection) throws SQLException {
		if (connection.isClosed()) {
			return;
		}
		try {
			if (this.isolation != Connection.TRANSACTION_READ_COMMITTED) {
				connection.setTransactionIsolation(this.isolation);
			}
			if (!this.autoCommit) {
				connection.setAutoCommit(false);
			}
			if (this.networkTimeout != null) {
				connection.setNetworkTimeout(Runnable::run, this.networkTimeout);
			}
		}
		catch (SQLException ex) {
			// The pool must not lend it again with these settings.
			connection.abort(Runnable::run);
		}
	}

}
