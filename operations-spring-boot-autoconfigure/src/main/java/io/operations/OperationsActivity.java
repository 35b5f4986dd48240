package io.operations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Reports what a client is doing at the moment. All methods are cheap and may be called
 * at any time from any thread.
 *
 * @since 0.1.0
 */
public interface OperationsActivity {

	/**
	 * How many consecutive requests must fail before an outage begins. The number is that
	 * of the default attempts of one fetch.
	 */
	int FAULTS_IN_A_ROW = 3;

	/**
	 * Return how many requests are queued.
	 * @return the number of requests
	 */
	int queued();

	/**
	 * Return how many fetches wait for their next attempt. The property
	 * {@code operations.rate-limit.max-queued} limits them, too.
	 * @return the number of fetches
	 */
	int retrying();

	/**
	 * Return how many requests are in flight.
	 * @return the number of requests
	 */
	int inFlight();

	/**
	 * Return how many requests may be in flight at present. While the server throttles
	 * the account, the number is lower than {@code operations.rate-limit.max-in-flight}.
	 * @return the number of requests
	 */
	int inFlightLimit();

	/**
	 * Return whether the server is unavailable at present: three consecutive requests,
	 * fetches and polls alike, got no usable response, or the server rejected the
	 * credentials of one request.
	 * @return {@code true} until the server answers a request; after a rejection, until
	 * the server accepts the credentials
	 */
	boolean isEndpointAway();

	/**
	 * Return how many operations are awaited.
	 * @return the number of operations
	 */
	int waiting();

	/**
	 * Return how many callers wait for an operation. The property
	 * {@code operations.polling.max-waiting} limits them.
	 * @return the number of callers
	 */
	int waiters();

	/**
	 * Return for how many kinds of operations the client knows how long they take.
	 * @return the number of kinds
	 */
	int kinds();

	/**
	 * Return how many of the awaited operations are stuck: they have been running for
	 * unusually long compared with others of their kind.
	 * @return the number of operations
	 */
	int stuck();

	/**
	 * Return how long the most overdue poll has been overdue.
	 * @return the time; zero if no poll is overdue
	 */
	Duration backlogAge();

	/**
	 * Return how many of the awaited operations were last seen with a given status.
	 * @param status the status; {@code null} for operations that no poll has seen yet
	 * @return the number of operations
	 */
	int waiting(@Nullable OperationStatus status);

	/**
	 * Return the age of the oldest wait.
	 * @return its age; zero if there is no wait
	 */
	Duration oldestWait();

}
