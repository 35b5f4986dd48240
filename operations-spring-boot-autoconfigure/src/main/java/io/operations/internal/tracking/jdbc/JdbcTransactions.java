package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;

/**
 * Runs the library's own work in transactions of the database. The work takes part in the
 * application's transaction that is active on the thread, or else runs in a transaction
 * of the library.
 */
final class JdbcTransactions {

	private static final int MOST_TRIES = 5;

	private static final Duration SHORTEST_PAUSE = Duration.ofMillis(5);

	private final PreparedStatements preparedStatements = new PreparedStatements();

	private final OwnTransactionManager own;

	private final ThreadTransaction ofThread;

	private final JdbcClient jdbc;

	private final @Nullable String bound;

	private final Predicate<Duration> pauses;

	JdbcTransactions(OwnDataSource dataSource, TransactionManagers managers, TrackingDialect dialect) {
		this(dataSource, managers, dialect, JdbcTransactions::sleep);
	}

	/**
	 * Create the transactions.
	 * @param dataSource the database as the library uses it
	 * @param managers the application's transaction managers
	 * @param dialect the dialect of the database
	 * @param pauses waits for the given time, and returns {@code false} if it was
	 * interrupted
	 */
	JdbcTransactions(OwnDataSource dataSource, TransactionManagers managers, TrackingDialect dialect,
			Predicate<Duration> pauses) {
		this.own = new OwnTransactionManager(dataSource);
		this.ofThread = new ThreadTransaction(dataSource, this.own, managers);
		this.jdbc = JdbcClient.create(dataSource);
		this.bound = dialect.bounded().isEmpty() ? null : "SELECT 1" + dialect.bounded();
		this.pauses = pauses;
	}

	/**
	 * Return the transaction that is active on the current thread.
	 * @return the transaction
	 */
	ThreadTransaction ofThread() {
		return this.ofThread;
	}

	PreparedStatements preparedStatements() {
		return this.preparedStatements;
	}

	/**
	 * Do the library's own work in the transaction of the thread or, if there is none, in
	 * a new transaction. A new transaction is repeated after a pause if the database
	 * rolls it back because of a conflict, or if its connection was closed before the
	 * commit.
	 * @param action the work
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T in(Supplier<@Nullable T> action) {
		return in(null, action);
	}

	/**
	 * Do the library's own work, but give up when the network does not answer. After a
	 * failover, the network may drop packets for a long time without an error.
	 * @param limit the time after which a statement fails that is not answered,
	 * {@code null} for the limit of all connections of the library
	 * @param action the work
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T in(@Nullable Duration limit, Supplier<@Nullable T> action) {
		try {
			return this.ofThread.isActive() ? action.get() : inNewTransaction(limit, action);
		}
		catch (RuntimeException ex) {
			this.preparedStatements.check(ex);
			throw ex;
		}
	}

	/**
	 * Do the library's own work as {@link #in(Supplier)} does. PostgreSQL ends a new
	 * transaction if this process is suspended or lost before the commit. Otherwise no
	 * other instance could use the rows that the transaction has locked. A transaction of
	 * the application keeps the application's own bounds.
	 * @param action the work, which takes less than two seconds between two statements
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T inBounded(Supplier<@Nullable T> action) {
		return inBounded(null, action);
	}

	/**
	 * Do the library's own work as {@link #in(Duration, Supplier)} does, in a transaction
	 * that PostgreSQL ends if this process is suspended or lost before the commit.
	 * @param limit the time after which a statement fails that is not answered,
	 * {@code null} for the limit of all connections of the library
	 * @param action the work, which takes less than two seconds between two statements
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T inBounded(@Nullable Duration limit, Supplier<@Nullable T> action) {
		if (this.bound == null || this.ofThread.isActive()) {
			return in(limit, action);
		}
		return in(limit, () -> {
			this.jdbc.sql(this.bound).query().singleValue();
			return action.get();
		});
	}

	private <T> @Nullable T inNewTransaction(@Nullable Duration limit, Supplier<@Nullable T> action) {
		int tries = 1;
		while (true) {
			// An outage that prevents the beginning is reported at once.
			TransactionStatus status = this.own.begin(limit);
			try {
				return run(this.own, status, action);
			}
			catch (RuntimeException ex) {
				if (tries == MOST_TRIES || !mayRepeat(ex) || !this.pauses.test(pause(tries))) {
					throw ex;
				}
				tries++;
			}
		}
	}

	private static boolean mayRepeat(RuntimeException fault) {
		return (DatabaseFaults.isConflict(fault) && !DatabaseFaults.isLocked(fault)) || DatabaseFaults.isClosed(fault);
	}

	// The pause is random: two transactions that conflicted would conflict again if both
	// began again at the same time.
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
	 * Do some work in a transaction that has begun, and commit it. If the work throws an
	 * exception, roll it back.
	 * @param manager the manager of the transaction
	 * @param status the transaction
	 * @param action the work
	 * @param <T> the type of its result
	 * @return its result
	 */
	static <T> @Nullable T run(PlatformTransactionManager manager, TransactionStatus status,
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

}
