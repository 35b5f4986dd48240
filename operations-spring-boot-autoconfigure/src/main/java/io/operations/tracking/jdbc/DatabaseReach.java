package io.operations.tracking.jdbc;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.operations.tracking.TrackingListener;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionSystemException;

/**
 * Knows whether the database can be reached. Notifies the listener once when it cannot be
 * reached and once when it can again. Retries calls that must succeed.
 */
final class DatabaseReach {

	private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

	private static final String CONFLICT = "40";

	// Connection lost, resources exhausted, shut down, rolled back because of a conflict.
	private static final Set<String> STATES = Set.of("08", "53", "57", CONFLICT);

	// After a failover the address may lead to a read-only server for a while.
	private static final String READ_ONLY = "25006";

	// Reported by statements that follow a conflict, which db-scheduler may hide.
	private static final String ABORTED = "25P02";

	// PostgreSQL's lock_timeout.
	private static final String LOCKED = "55P03";

	private static final int CLOSED_H2_DATABASE = 90098;

	private static final int DEPTH = 20;

	// Some calls succeed while connections are cut again and again. All that is one
	// episode, which is reported once.
	private static final Duration BETWEEN_EPISODES = Duration.ofMinutes(1);

	// An outage that begins soon after another one is reported if it lasts this long.
	private static final Duration LASTING = Duration.ofSeconds(10);

	// HikariCP waits for up to 5 s between two attempts to connect.
	private static final Duration BETWEEN_CONNECTS = Duration.ofSeconds(5);

	private static final Duration LONG_WAIT = Duration.ofSeconds(1);

	// HikariCP gives this message no state.
	private static final String CLOSED = "Connection is closed";

	private volatile @Nullable Long lostAt;

	// Guarded by "this".
	private @Nullable Long regainedAt;

	// When the call began that failed first. A pool may let it wait for long. Guarded by
	// "this".
	private long awaySince;

	// How long the last outage was that matters, and when it ended. Guarded by "this".
	private long away;

	private long backAt;

	// Guarded by "this".
	private boolean reported;

	private final Set<Thread> repeating = Collections.synchronizedSet(new HashSet<>());

	private final Scheduler scheduler;

	private final TrackingListener listener;

	private volatile CountDownLatch stopping = new CountDownLatch(1);

	private volatile Runnable onRegained = () -> {
	};

	DatabaseReach(Scheduler scheduler, TrackingListener listener) {
		this.scheduler = scheduler;
		this.listener = listener;
	}

	void onRegained(Runnable action) {
		this.onRegained = action;
	}

	void start() {
		this.stopping = new CountDownLatch(1);
	}

	/**
	 * Let calls that are repeated end. If the database cannot be reached, interrupt them:
	 * a pool may let them wait for a connection for long.
	 */
	void stop() {
		this.stopping.countDown();
		if (isLost()) {
			synchronized (this.repeating) {
				this.repeating.forEach(Thread::interrupt);
			}
		}
	}

	/**
	 * Return whether a fault is to be expected because the store stops without a
	 * database.
	 * @param fault the fault
	 * @return {@code true} if nobody can do anything about it
	 */
	boolean isEndOf(Throwable fault) {
		return this.stopping.getCount() == 0 && isAway(fault);
	}

	boolean isLost() {
		return this.lostAt != null;
	}

	/**
	 * Return whether there was no outage of the database for some time. An outage that
	 * was shorter than half of that time does not count. After a longer one, the pools of
	 * other instances get the time to connect.
	 * @param time the time
	 * @return whether the database can be reached and could be during that time
	 */
	synchronized boolean hasBeenReachedFor(Duration time) {
		return this.lostAt == null
				&& (this.away < time.toNanos() / 2 || nanos() - this.backAt >= time.plus(BETWEEN_CONNECTS).toNanos());
	}

	/**
	 * Note that a call has received a connection. If it waited for long, the pool had
	 * none because of an outage, and the call would have failed otherwise.
	 * @param began when the call began
	 */
	synchronized void connected(long began) {
		long now = nanos();
		if (this.lostAt == null && now - began >= LONG_WAIT.toNanos()) {
			noteLength(now - began, now);
		}
	}

	/**
	 * Make a call, and repeat it while the database cannot be reached. Throws the
	 * exception of the call if it has another cause, or if the store is stopped.
	 * @param name the name of the call for the listener
	 * @param action the call
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T untilReached(String name, Supplier<@Nullable T> action) {
		Thread thread = Thread.currentThread();
		this.repeating.add(thread);
		try {
			return repeat(name, action);
		}
		finally {
			synchronized (this.repeating) {
				this.repeating.remove(thread);
			}
		}
	}

	private <T> @Nullable T repeat(String name, Supplier<@Nullable T> action) {
		while (true) {
			try {
				return once(name, action);
			}
			catch (RuntimeException ex) {
				if (!isAway(ex) || isOver()) {
					throw ex;
				}
			}
		}
	}

	private boolean isOver() {
		try {
			return this.stopping.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return true;
		}
	}

	/**
	 * Make a call once.
	 * @param name the name of the call for the listener
	 * @param action the call
	 * @param <T> the type of its result
	 * @return its result
	 */
	<T> @Nullable T once(String name, Supplier<@Nullable T> action) {
		long began = nanos();
		Throwable fault = null;
		try {
			return action.get();
		}
		catch (RuntimeException | Error ex) {
			fault = ex;
			throw ex;
		}
		finally {
			this.listener.stored(name, Duration.ofNanos(nanos() - began), fault);
			note(fault, began);
		}
	}

	private void note(@Nullable Throwable fault, long began) {
		if (fault == null) {
			if (this.lostAt != null) {
				regained();
			}
		}
		else if (isAway(fault) && !isConflict(fault) && isToReport(began)) {
			this.listener.storeLost(fault);
		}
	}

	private void regained() {
		Long lost;
		boolean report;
		synchronized (this) {
			lost = this.lostAt;
			report = this.reported;
			this.lostAt = null;
			this.reported = false;
			this.regainedAt = nanos();
			noteLength(this.regainedAt - this.awaySince, this.regainedAt);
		}
		if (lost == null) {
			return;
		}
		if (report) {
			this.listener.storeRegained(Duration.ofNanos(nanos() - lost));
		}
		this.onRegained.run();
	}

	// A short outage does not hide a long one shortly before.
	private void noteLength(long length, long now) {
		if (length >= this.away || now - this.backAt >= 2 * this.away) {
			this.away = length;
			this.backAt = now;
		}
	}

	private synchronized boolean isToReport(long began) {
		long now = nanos();
		Long lost = this.lostAt;
		boolean report;
		if (lost == null) {
			this.lostAt = now;
			this.awaySince = began;
			report = this.regainedAt == null || now - this.regainedAt > BETWEEN_EPISODES.toNanos();
		}
		else {
			report = !this.reported && now - lost >= LASTING.toNanos();
		}
		this.reported |= report;
		return report;
	}

	/**
	 * Return whether a fault means that the database cannot be reached or cannot serve a
	 * call at the moment.
	 * @param fault the fault
	 * @return whether the same call may succeed later
	 */
	static boolean isAway(Throwable fault) {
		return anyCause(fault,
				(cause) -> cause instanceof TransientDataAccessException
						|| cause instanceof RecoverableDataAccessException
						|| cause instanceof DataAccessResourceFailureException
						|| cause instanceof CannotCreateTransactionException || cause instanceof CommitFailedException
						|| (cause instanceof TransactionSystemException && hasNoState(cause))
						|| (cause instanceof SQLException sql && isAway(sql)));
	}

	// A conflict is retried in the same way, but the database can be reached.
	static boolean isConflict(Throwable fault) {
		return anyCause(fault,
				(cause) -> cause instanceof ConcurrencyFailureException || (cause instanceof SQLException sql
						&& (CONFLICT.equals(stateClass(sql)) || ABORTED.equals(sql.getSQLState()))));
	}

	// Another transaction holds a row for long. To try again at once would be in vain.
	static boolean isLocked(Throwable fault) {
		return anyCause(fault, (cause) -> cause instanceof SQLException sql && LOCKED.equals(sql.getSQLState()));
	}

	private static boolean anyCause(Throwable fault, Predicate<Throwable> condition) {
		Throwable cause = fault;
		for (int i = 0; cause != null && i < DEPTH && !(cause instanceof ForeignFaultException); i++) {
			if (condition.test(cause)) {
				return true;
			}
			cause = cause.getCause();
		}
		return false;
	}

	// A commit that a database refuses has a state, but one on a connection that the
	// driver or the pool has given up has not.
	private static boolean hasNoState(Throwable fault) {
		Throwable cause = fault;
		for (int i = 0; cause != null && i < DEPTH; i++) {
			if (cause instanceof SQLException sql) {
				return stateClass(sql).isEmpty();
			}
			cause = cause.getCause();
		}
		return false;
	}

	private static boolean isAway(SQLException fault) {
		return fault instanceof SQLTransientException || fault instanceof SQLRecoverableException
				|| fault instanceof SQLNonTransientConnectionException || fault.getErrorCode() == CLOSED_H2_DATABASE
				|| (fault.getSQLState() == null && CLOSED.equals(fault.getMessage()))
				|| STATES.contains(stateClass(fault)) || READ_ONLY.equals(fault.getSQLState());
	}

	private static String stateClass(SQLException fault) {
		String state = fault.getSQLState();
		return (state != null && state.length() >= 2) ? state.substring(0, 2) : "";
	}

	/**
	 * Return the time for a later call of {@link #connected}.
	 * @return the time
	 */
	long nanos() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * A transaction of the library could not be committed, or nobody knows whether it
	 * was. The library may repeat it: each of its changes fits one version of a row only.
	 */
	@SuppressWarnings("serial")
	static final class CommitFailedException extends TransactionException {

		CommitFailedException(RuntimeException cause) {
			super("A transaction of the library could not be committed", cause);
		}

	}

	/**
	 * Wraps a fault that does not come from this database, even if it looks like it.
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
