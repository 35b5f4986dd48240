package io.operations.resilience.jdbc;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.operations.resilience.BudgetStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Shares the rate of an account among all instances in a database: PostgreSQL, or H2 to
 * try the library out. One statement reserves permits, by the clock of the database.
 * <p>
 * The store has its own daemon thread. It never uses the connection or the transaction of
 * a caller, because a reservation must be committed at once.
 *
 * @since 0.1.0
 */
public final class JdbcBudgetStore implements BudgetStore, AutoCloseable {

	// The database ends a statement after one second. If it does not answer, this ends
	// it.
	private static final Duration ANSWER = Duration.ofSeconds(2);

	// Rolled back because of a conflict, or because two inserted the same row at once.
	private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "23505");

	// The statement was cancelled, or waited too long for a lock. Its repetition would
	// wait again.
	private static final Set<String> HELD_UP = Set.of("57014", "55P03");

	private static final Log logger = LogFactory.getLog(JdbcBudgetStore.class);

	// A class of SQLStates.
	private static final String CREDENTIALS = "28";

	// The server cannot be reached, or stops or starts.
	private static final Set<String> AWAY = Set.of("08", "57");

	// So many statements are borrowed before the next attempt to connect. Attempts with
	// wrong credentials may lock the account of the database.
	private static final int BORROWINGS = 20;

	private final Map<String, Integer> othersAtStart = new HashMap<>();

	private final ExecutorService thread;

	private final String instance = UUID.randomUUID().toString();

	private final DataSource dataSource;

	private final Supplier<@Nullable DataSource> own;

	private final BudgetStatements statements;

	private final BudgetStatements.Names names;

	// Only the thread uses it.
	private @Nullable Connection kept;

	// The fields below are used by the constructor, and then by the thread only.
	private boolean connected;

	private int failures;

	private int borrowings;

	private boolean explained;

	private JdbcBudgetStore(DataSource dataSource, Supplier<@Nullable DataSource> own, String prefix)
			throws SQLException {
		this.dataSource = dataSource;
		this.own = own;
		this.names = new BudgetStatements.Names(prefix);
		BudgetStatements found = openedByItself();
		if (found == null) {
			try (Connection borrowed = dataSource.getConnection()) {
				found = opened(borrowed);
			}
			if (!this.explained) {
				this.explained = true;
				logger.info("The shared rate limit borrows a connection of the pool for each statement, because the"
						+ " library does not know how to open its own with all settings of the pool. Leave one"
						+ " connection of the pool free for it.");
			}
		}
		else {
			logger.info("The shared rate limit has its own connection to the database, beside the pool.");
		}
		this.statements = found;
		this.thread = Executors.newSingleThreadExecutor((task) -> {
			Thread started = new Thread(task, "operations-budget");
			started.setDaemon(true);
			return started;
		});
	}

	private @Nullable BudgetStatements openedByItself() throws SQLException {
		Connection connection = connect(true);
		if (connection == null) {
			return null;
		}
		this.kept = connection;
		try {
			return opened(connection);
		}
		catch (SQLException ex) {
			closeKept();
			borrow(ex);
			return null;
		}
	}

	private BudgetStatements opened(Connection connection) throws SQLException {
		BudgetStatements found = BudgetStatements.of(connection);
		found.check(connection, this.names);
		this.othersAtStart.putAll(found.instances(connection, this.names));
		return found;
	}

	/**
	 * Open the store, and check that its tables exist.
	 * @param dataSource the database
	 * @param own supplies a {@code DataSource} without a pool for the same database each
	 * time that the store opens a connection, so that it has the credentials of that
	 * moment. The store keeps the connection. If the supplier returns {@code null}, or
	 * while the database rejects the connection, the store borrows a connection of the
	 * first {@code DataSource} for each statement.
	 * @param tablePrefix the prefix of the names of the tables; a schema and a dot may
	 * precede it
	 * @return the store
	 * @throws SQLException if the database cannot be reached or is not supported, or if a
	 * table is missing or lacks a column
	 */
	public static JdbcBudgetStore open(DataSource dataSource, Supplier<@Nullable DataSource> own, String tablePrefix)
			throws SQLException {
		return new JdbcBudgetStore(dataSource, own, tablePrefix);
	}

	/**
	 * Return the location of the script that creates the tables with their default names.
	 * @param dataSource the database
	 * @return the location of a class path resource
	 * @throws SQLException if the database cannot be reached or is not supported
	 */
	public static String schemaLocation(DataSource dataSource) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			return "classpath:" + BudgetStatements.of(connection).schema();
		}
	}

	@Override
	public Mono<Reservation> reserve(String client, int permits, Duration duration, Duration longestDebt) {
		return call((connection) -> this.statements.reserve(connection, this.names, client, duration, longestDebt));
	}

	@Override
	public Mono<Others> report(String client, boolean sending) {
		return call((connection) -> this.statements.report(connection, this.names, client, this.instance, sending));
	}

	@Override
	public int othersAtStart(String client) {
		return this.othersAtStart.getOrDefault(client, 0);
	}

	@Override
	public Mono<Void> pause(String client, Duration pause) {
		return call((connection) -> {
			this.statements.pause(connection, this.names, client, pause);
			return null;
		});
	}

	@Override
	public Mono<Void> leave(String client) {
		return call((connection) -> {
			this.statements.leave(connection, this.names, client, this.instance);
			return null;
		});
	}

	// A caller that no longer waits does not interrupt the statement: H2 would close a
	// file that a thread is interrupted in.
	private <T> Mono<T> call(Work<T> work) {
		return Mono.create((sink) -> {
			AtomicBoolean unwanted = new AtomicBoolean();
			sink.onDispose(() -> unwanted.set(true));
			try {
				this.thread.execute(() -> {
					if (unwanted.get()) {
						return;
					}
					try {
						sink.success(run(work));
					}
					catch (SQLException | RuntimeException ex) {
						sink.error(ex);
					}
				});
			}
			catch (RejectedExecutionException ex) {
				sink.error(ex);
			}
		});
	}

	private <T> @Nullable T run(Work<T> work) throws SQLException {
		Connection connection = this.kept;
		if (connection != null) {
			try {
				return twiceAfterConflict(connection, work);
			}
			catch (SQLException ex) {
				if (isOneOf(HELD_UP, ex)) {
					throw ex;
				}
				// The server closed it before the statement, unless it did not answer.
				closeKept();
				if (ex.getCause() instanceof SocketTimeoutException) {
					throw ex;
				}
			}
		}
		connection = connect(false);
		if (connection == null) {
			return runBorrowed(work);
		}
		this.kept = connection;
		try {
			return twiceAfterConflict(connection, work);
		}
		catch (SQLException | RuntimeException ex) {
			closeKept();
			throw ex;
		}
	}

	// If the store cannot connect while the pool perhaps can, it borrows for a while.
	private @Nullable Connection connect(boolean isStarting) throws SQLException {
		if (this.borrowings > 0) {
			this.borrowings--;
			return null;
		}
		DataSource database = this.own.get();
		if (database == null) {
			return null;
		}
		try {
			Connection connection = prepared(database.getConnection());
			this.connected = true;
			this.failures = 0;
			return connection;
		}
		catch (SQLException ex) {
			this.failures++;
			String kind = (ex.getSQLState() != null) ? ex.getSQLState().replaceFirst("(?<=..).*", "") : "";
			// The pool cannot reach the database either, and would keep the thread for
			// longer.
			boolean isAway = this.connected && AWAY.contains(kind);
			if (!isStarting && !CREDENTIALS.equals(kind) && (this.failures < 2 || isAway)) {
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
		try (Connection connection = this.dataSource.getConnection()) {
			boolean autoCommit = connection.getAutoCommit();
			int isolation = connection.getTransactionIsolation();
			Integer timeout = networkTimeout(connection);
			try {
				return twiceAfterConflict(prepared(connection), work);
			}
			finally {
				giveBack(connection, autoCommit, isolation, timeout);
			}
		}
	}

	private static @Nullable Integer networkTimeout(Connection connection) throws SQLException {
		try {
			return connection.getNetworkTimeout();
		}
		catch (SQLFeatureNotSupportedException ex) {
			return null;
		}
	}

	// Not every pool resets the settings of a connection.
	private static void giveBack(Connection connection, boolean autoCommit, int isolation, @Nullable Integer timeout)
			throws SQLException {
		if (connection.isClosed()) {
			return;
		}
		try {
			if (isolation != Connection.TRANSACTION_READ_COMMITTED) {
				connection.setTransactionIsolation(isolation);
			}
			if (!autoCommit) {
				connection.setAutoCommit(false);
			}
			if (timeout != null) {
				connection.setNetworkTimeout(Runnable::run, timeout);
			}
		}
		catch (SQLException ex) {
			// The pool must not lend it again with these settings.
			connection.abort(Runnable::run);
		}
	}

	private static Connection prepared(Connection connection) throws SQLException {
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
			// Without a network there is no need for it.
			return connection;
		}
		catch (SQLException | RuntimeException ex) {
			connection.close();
			throw ex;
		}
		return connection;
	}

	private static <T> @Nullable T twiceAfterConflict(Connection connection, Work<T> work) throws SQLException {
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

	private void closeKept() {
		Connection connection = this.kept;
		this.kept = null;
		if (connection != null) {
			try {
				connection.close();
			}
			catch (SQLException | RuntimeException ex) {
				// Nobody uses it any more.
			}
		}
	}

	/**
	 * Close the store. It waits up to one second for the statements that report that this
	 * instance has stopped.
	 */
	@Override
	public void close() {
		if (this.thread.isShutdown()) {
			return;
		}
		this.thread.execute(this::closeKept);
		this.thread.shutdown();
		try {
			this.thread.awaitTermination(1, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * What is done on a connection.
	 *
	 * @param <T> the type of its result
	 */
	private interface Work<T> {

		@Nullable T on(Connection connection) throws SQLException;

	}

}
