package io.operations.internal.resilience.jdbc;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Supplies the connection on which the budget store runs its statements. The store keeps
 * its own connection beside the pool. If it cannot open one, it borrows a connection from
 * the pool for each statement, and tries again later. Not thread-safe.
 */
final class BudgetConnections {

	private static final Log logger = LogFactory.getLog(BudgetConnections.class);

	// The database rolled the transaction back because of a conflict, or because two
	// instances inserted the same row at the same time.
	private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "23505");

	// The statement was cancelled, or waited too long for a lock. Its repetition would
	// wait again.
	private static final Set<String> BLOCKED = Set.of("57014", "55P03");

	// The class of SQLStates for rejected credentials.
	private static final String CREDENTIALS = "28";

	// Classes of SQLStates: the server is unreachable, stops or starts.
	private static final Set<String> UNAVAILABLE = Set.of("08", "57");

	// This many statements use borrowed connections before the store tries to connect
	// again. Attempts with wrong credentials may lock the account of the database.
	private static final int BORROWINGS = 20;

	private final DataSource pool;

	private final Supplier<@Nullable DataSource> unpooled;

	private @Nullable Connection own;

	private boolean connected;

	private int failures;

	private int borrowings;

	private boolean explained;

	/**
	 * Create the connections.
	 * @param pool the database, from which the store borrows connections
	 * @param unpooled supplies a {@code DataSource} for the store's own connection, or
	 * {@code null} if there is none
	 */
	BudgetConnections(DataSource pool, Supplier<@Nullable DataSource> unpooled) {
		this.pool = pool;
		this.unpooled = unpooled;
	}

	/**
	 * Run the first statements, and report which kind of connection the store uses.
	 * @param work the statements
	 * @param <T> the type of their result
	 * @return their result
	 * @throws SQLException if the database is unavailable or rejects the statements
	 */
	<T> @Nullable T open(Work<T> work) throws SQLException {
		Connection connection = connect(true);
		if (connection != null) {
			this.own = connection;
			try {
				T result = work.on(connection);
				logger.info("The shared rate limit has its own connection to the database, beside the pool.");
				return result;
			}
			catch (SQLException ex) {
				close();
				borrow(ex);
			}
		}
		T result;
		try (Connection borrowed = this.pool.getConnection()) {
			result = work.on(borrowed);
		}
		if (!this.explained) {
			this.explained = true;
			logger.info("The shared rate limit borrows a connection of the pool for each statement, because the"
					+ " library does not know how to open its own with all settings of the pool. Leave one"
					+ " connection of the pool free for it.");
		}
		return result;
	}

	/**
	 * Run statements. The statements are repeated once after a conflict, or if the server
	 * closed the connection before they began.
	 * @param work the statements
	 * @param <T> the type of their result
	 * @return their result
	 * @throws SQLException if the database is unavailable or rejects the statements
	 */
	<T> @Nullable T run(Work<T> work) throws SQLException {
		Connection connection = this.own;
		if (connection != null) {
			try {
				return repeatAfterConflict(connection, work);
			}
			catch (SQLException ex) {
				if (isOneOf(BLOCKED, ex)) {
					throw ex;
				}
				// Unless it did not answer, the server closed the connection before the
				// statement.
				close();
				if (ex.getCause() instanceof SocketTimeoutException) {
					throw ex;
				}
			}
		}
		connection = connect(false);
		if (connection == null) {
			return runBorrowed(work);
		}
		this.own = connection;
		try {
			return repeatAfterConflict(connection, work);
		}
		catch (SQLException | RuntimeException ex) {
			close();
			throw ex;
		}
	}

	// If the store cannot connect, the pool perhaps can. So the store borrows connections
	// for a while.
	private @Nullable Connection connect(boolean isStarting) throws SQLException {
		if (this.borrowings > 0) {
			this.borrowings--;
			return null;
		}
		DataSource database = this.unpooled.get();
		if (database == null) {
			return null;
		}
		try {
			Connection connection = ConnectionSettings.prepare(database.getConnection());
			this.connected = true;
			this.failures = 0;
			return connection;
		}
		catch (SQLException ex) {
			this.failures++;
			String kind = (ex.getSQLState() != null) ? ex.getSQLState().replaceFirst("(?<=..).*", "") : "";
			// If the database is unavailable, the pool cannot connect either, and would
			// block the thread for longer.
			boolean isUnavailable = this.connected && UNAVAILABLE.contains(kind);
			if (!isStarting && !CREDENTIALS.equals(kind) && (this.failures < 2 || isUnavailable)) {
				throw ex;
			}
			borrow(ex);
			return null;
		}
	}

	private void borrow(SQLException cause) {
		this.borrowings = BORROWINGS;
		if (!this.explained) {
			this.explained = true;
			logger.info("The shared rate limit borrows connections of the pool, because it cannot open its own. It"
					+ " tries again now and then. Check the credentials, and the limit of connections of the"
					+ " database. The cause is: " + cause);
		}
	}

	private <T> @Nullable T runBorrowed(Work<T> work) throws SQLException {
		try (Connection connection = this.pool.getConnection()) {
			ConnectionSettings settings = ConnectionSettings.of(connection);
			try {
				return repeatAfterConflict(ConnectionSettings.prepare(connection), work);
			}
			finally {
				settings.restore(connection);
			}
		}
	}

	private static <T> @Nullable T repeatAfterConflict(Connection connection, Work<T> work) throws SQLException {
		try {
			return work.on(connection);
		}
		catch (SQLException ex) {
			if (!isOneOf(CONFLICTS, ex)) {
				throw ex;
			}
			return work.on(connection);
		}
	}

	private static boolean isOneOf(Set<String> states, SQLException fault) {
		return fault.getSQLState() != null && states.contains(fault.getSQLState());
	}

	/**
	 * Close the store's own connection. The next statements open another one.
	 */
	void close() {
		Connection connection = this.own;
		this.own = null;
		if (connection != null) {
			try {
				connection.close();
			}
			catch (SQLException | RuntimeException ex) {
				// Nobody uses this connection any more.
			}
		}
	}

	/**
	 * Runs statements on a connection.
	 *
	 * @param <T> the type of the result
	 */
	interface Work<T> {

		@Nullable T on(Connection connection) throws SQLException;

	}

}
