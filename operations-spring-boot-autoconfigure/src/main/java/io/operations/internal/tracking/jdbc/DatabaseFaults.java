package io.operations.internal.tracking.jdbc;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionSystemException;

/**
 * Classifies the faults of calls to the database.
 */
final class DatabaseFaults {

	private static final String CONFLICT = "40";

	// Connection lost, resources exhausted, shut down, rolled back because of a conflict.
	private static final Set<String> UNAVAILABLE = Set.of("08", "53", "57", CONFLICT);

	// After a failover the address may lead to a read-only server for a while.
	private static final String READ_ONLY = "25006";

	// Statements that follow a conflict fail with this state. db-scheduler may hide the
	// conflict.
	private static final String ABORTED = "25P02";

	// The process paused for longer than TrackingDialect allows, so the server has ended
	// its transaction.
	private static final String ABANDONED = "25P03";

	// PostgreSQL's lock_timeout.
	private static final String LOCKED = "55P03";

	private static final int CLOSED_H2_DATABASE = 90098;

	// The driver's exception for a connection that is closed.
	private static final String NO_CONNECTION = "08003";

	// HikariCP's exception with this message has no SQLState.
	private static final String CLOSED = "Connection is closed";

	// A chain of causes may contain a cycle.
	private static final int LONGEST_CHAIN = 20;

	private DatabaseFaults() {
	}

	/**
	 * Return whether a fault means that the database is unavailable, or cannot serve a
	 * call at the moment.
	 * @param fault the fault
	 * @return whether the same call may succeed later
	 */
	static boolean isUnavailable(Throwable fault) {
		return anyCause(fault, DatabaseFaults::meansUnavailable);
	}

	private static boolean meansUnavailable(Throwable cause) {
		return cause instanceof TransientDataAccessException || cause instanceof RecoverableDataAccessException
				|| cause instanceof DataAccessResourceFailureException
				|| cause instanceof CannotCreateTransactionException || cause instanceof CommitFailedException
				|| (cause instanceof TransactionSystemException && hasNoState(cause))
				|| (cause instanceof SQLException sql && meansUnavailable(sql));
	}

	private static boolean meansUnavailable(SQLException fault) {
		return fault instanceof SQLTransientException || fault instanceof SQLRecoverableException
				|| fault instanceof SQLNonTransientConnectionException || fault.getErrorCode() == CLOSED_H2_DATABASE
				|| isClosed(fault) || UNAVAILABLE.contains(stateClass(fault)) || READ_ONLY.equals(fault.getSQLState())
				|| ABANDONED.equals(fault.getSQLState());
	}

	// If a database refuses a commit, the exception has an SQLState. If the driver or the
	// pool has given the connection up, it has none.
	private static boolean hasNoState(Throwable fault) {
		return sqlExceptions(fault).findFirst().map((sql) -> stateClass(sql).isEmpty()).orElse(false);
	}

	/**
	 * Return whether the database has rolled a transaction back because of a conflict, or
	 * because the process paused. Both are retried as an outage is, but the database is
	 * available.
	 * @param fault the fault
	 * @return whether the same transaction may succeed at once
	 */
	static boolean isConflict(Throwable fault) {
		return anyCause(fault,
				(cause) -> cause instanceof ConcurrencyFailureException
						|| (cause instanceof SQLException sql && (CONFLICT.equals(stateClass(sql))
								|| ABORTED.equals(sql.getSQLState()) || ABANDONED.equals(sql.getSQLState()))));
	}

	/**
	 * Return whether a statement or a commit found its connection closed. Nothing was
	 * sent then. An earlier fault may have closed it, which db-scheduler may hide.
	 * @param fault the fault
	 * @return whether the same transaction may succeed on another connection
	 */
	static boolean isClosed(Throwable fault) {
		Stream<SQLException> own = ownCauses(fault).filter(SQLException.class::isInstance)
			.map(SQLException.class::cast);
		return own.findFirst().filter(DatabaseFaults::isClosed).isPresent();
	}

	private static boolean isClosed(SQLException fault) {
		String state = fault.getSQLState();
		return NO_CONNECTION.equals(state) || (state == null && CLOSED.equals(fault.getMessage()));
	}

	/**
	 * Return whether a statement has waited too long for a row that another transaction
	 * has locked.
	 * @param fault the fault
	 * @return whether an immediate repetition would wait as long
	 */
	static boolean isLocked(Throwable fault) {
		return anyCause(fault, (cause) -> cause instanceof SQLException sql && LOCKED.equals(sql.getSQLState()));
	}

	/**
	 * Return the first SQLState among the causes of a fault.
	 * @param fault the fault
	 * @return the state, {@code null} if there is none
	 */
	static @Nullable String state(Throwable fault) {
		return sqlExceptions(fault).map(SQLException::getSQLState).filter(Objects::nonNull).findFirst().orElse(null);
	}

	/**
	 * Return the exceptions of the driver among the causes of a fault.
	 * @param fault the fault
	 * @return the exceptions, the outermost first
	 */
	static Stream<SQLException> sqlExceptions(Throwable fault) {
		return causes(fault).filter(SQLException.class::isInstance).map(SQLException.class::cast);
	}

	private static Stream<Throwable> causes(Throwable fault) {
		return Stream.<Throwable>iterate(fault, Objects::nonNull, Throwable::getCause).limit(LONGEST_CHAIN);
	}

	private static boolean anyCause(Throwable fault, Predicate<Throwable> condition) {
		return ownCauses(fault).anyMatch(condition);
	}

	private static Stream<Throwable> ownCauses(Throwable fault) {
		return causes(fault).takeWhile((cause) -> !(cause instanceof ForeignFaultException));
	}

	private static String stateClass(SQLException fault) {
		String state = fault.getSQLState();
		return (state != null && state.length() >= 2) ? state.substring(0, 2) : "";
	}

	/**
	 * Thrown if a transaction of the library could not be committed, or if the database
	 * has not confirmed its commit. The library may repeat the transaction: each of its
	 * changes fits one version of a row only.
	 */
	@SuppressWarnings("serial")
	static final class CommitFailedException extends TransactionException {

		CommitFailedException(RuntimeException cause) {
			super("A transaction of the library could not be committed", cause);
		}

	}

	/**
	 * Wraps a fault that does not come from this database, even if it looks like a fault
	 * of this database.
	 */
	@SuppressWarnings("serial")
	static final class ForeignFaultException extends RuntimeException {

		private final RuntimeException fault;

		ForeignFaultException(RuntimeException fault) {
			super(fault);
			this.fault = fault;
		}

		RuntimeException fault() {
			return this.fault;
		}

	}

}
