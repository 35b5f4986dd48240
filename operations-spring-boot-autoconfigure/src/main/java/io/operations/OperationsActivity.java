package io.operations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What a client is doing right now. Cheap to read, at any time, from any thread.
 *
 * @since 0.1.0
 */
public interface OperationsActivity {

	/**
	 * How many attempts must fail one after another before the endpoint is away: one
	 * fetch with its default three attempts.
	 */
	int FAULTS_IN_A_ROW = 3;

	/**
	 * Return how many calls wait to be admitted.
	 * @return the number of calls
	 */
	int queued();

	/**
	 * Return how many fetches wait for their next attempt, what
	 * {@code operations.rate-limit.max-queued} bounds, too.
	 * @return the number of fetches
	 */
	int retrying();

	/**
	 * Return how many calls are under way.
	 * @return the number of calls
	 */
	int inFlight();

	/**
	 * Return how many calls may be under way at present: fewer than is set while the
	 * server refuses some because there are too many.
	 * @return the number of calls
	 */
	int inFlightLimit();

	/**
	 * Return whether the endpoint is of no use at present: three attempts in a row, of
	 * fetches and polls alike, brought no answer, or it refused the credentials.
	 * @return {@code true} until an attempt brings an answer, after a refusal one that
	 * accepts the credentials
	 */
	boolean isEndpointAway();

	/**
	 * Return how many operations are waited for.
	 * @return the number of operations
	 */
	int waiting();

	/**
	 * Return how many callers wait for them, what {@code operations.polling.max-waiting}
	 * bounds.
	 * @return the number of callers
	 */
	int waiters();

	/**
	 * Return of how many kinds of operations it is known how long they take.
	 * @return the number of kinds
	 */
	int kinds();

	/**
	 * Return how many of the operations that are waited for are older than such
	 * operations ever get.
	 * @return the number of operations
	 */
	int stuck();

	/**
	 * Return for how long the poll that is due first has been so.
	 * @return the time, zero if none is overdue
	 */
	Duration backlogAge();

	/**
	 * Return how many operations are waited for that were last seen with a status.
	 * @param status the status, {@code null} for operations that were not seen yet
	 * @return the number of operations
	 */
	int waiting(@Nullable OperationStatus status);

	/**
	 * Return the age of the oldest wait.
	 * @return its age, zero if there is none
	 */
	Duration oldestWait();

}
