package io.operations;

import java.time.Duration;

import io.operations.internal.KeyPrefix;
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
	 * Return the prefix of the configuration keys of the client, for messages.
	 * @return the prefix, without a dot at its end
	 */
	default String keyPrefix() {
		return KeyPrefix.DEFAULT;
	}

	/**
	 * Return the prefix of the configuration keys of the client that owns the rate limit.
	 * It differs from {@link #keyPrefix()} if this client shares the rate limit of
	 * another one.
	 * @return the prefix, without a dot at its end
	 */
	default String rateLimitKeyPrefix() {
		return keyPrefix();
	}

	/**
	 * Return how many requests are queued.
	 * @return the number of requests
	 */
	int queued();

	/**
	 * Return how many fetches and writes wait for their next attempt. The property
	 * {@code operations.rate-limit.max-queued} limits them, too.
	 * @return the number of fetches and writes
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
	 * Return how many requests may be queued, and how many fetches may wait for their
	 * next attempt: the property {@code operations.rate-limit.max-queued}.
	 * @return the maximum, {@code Integer.MAX_VALUE} if there is none
	 */
	default int maxQueued() {
		return Integer.MAX_VALUE;
	}

	/**
	 * Return how many requests may be in flight while the server does not throttle the
	 * account: the property {@code operations.rate-limit.max-in-flight}.
	 * @return the maximum, {@code Integer.MAX_VALUE} if there is none
	 */
	default int maxInFlight() {
		return Integer.MAX_VALUE;
	}

	/**
	 * Return how many requests per second this instance may send at present. If instances
	 * share the rate, this is the share of this instance.
	 * @return the rate, infinite if there is no limit
	 */
	default double permitsPerSecond() {
		return Double.POSITIVE_INFINITY;
	}

	/**
	 * Return how many requests per second this instance sends.
	 * @return the average of the last ten seconds or so
	 */
	default double requestsPerSecond() {
		return 0;
	}

	/**
	 * Return how much longer the client pauses because the account is full, or because an
	 * operator has paused it.
	 * @return the time; zero if the client does not pause
	 */
	default Duration paused() {
		return Duration.ZERO;
	}

	/**
	 * Return who began the pause of the client.
	 * @return {@code server} if the account is full, {@code operator} if an operator has
	 * paused the client, {@code null} if the client does not pause
	 */
	default @Nullable String pausedBy() {
		return paused().isZero() ? null : "server";
	}

	/**
	 * Return how many permits of the rate that all instances share this instance has
	 * reserved and not used.
	 * @return the number of permits; 0 if each instance has its own rate
	 */
	default int permits() {
		return 0;
	}

	/**
	 * Return how long a request waits for the next permit of the shared rate.
	 * @return the time; zero if a permit is there, none is reserved, or each instance has
	 * its own rate
	 */
	default Duration untilPermit() {
		return Duration.ZERO;
	}

	/**
	 * Return how many instances share the rate.
	 * @return the number of instances seen last, including this one; 1 if each instance
	 * has its own rate
	 */
	default int instances() {
		return 1;
	}

	/**
	 * Return whether the store of the shared rate is unavailable. This instance then
	 * sends the rate divided by the number of instances seen last.
	 * @return {@code true} from the first failure until the store answers
	 */
	default boolean isBudgetUnavailable() {
		return false;
	}

	/**
	 * Return whether the server is unavailable at present: three consecutive requests,
	 * fetches and polls alike, got no usable response, or the server rejected the
	 * credentials of one request.
	 * @return {@code true} until the server answers a request; after a rejection, until
	 * the server accepts the credentials
	 */
	boolean isServerUnavailable();

	/**
	 * Return how long the server has been unavailable.
	 * @return the time since the first of the failed requests; zero if the server is
	 * available
	 */
	default Duration unavailableFor() {
		return Duration.ZERO;
	}

	/**
	 * Return whether the server has rejected the credentials. The server then also counts
	 * as unavailable.
	 * @return {@code true} from the first rejection until the server accepts the
	 * credentials
	 */
	default boolean areCredentialsRejected() {
		return false;
	}

	/**
	 * Return how many operations are awaited.
	 * @return the number of operations
	 */
	int awaitedOperations();

	/**
	 * Return how many callers wait for an operation. The property
	 * {@code operations.polling.max-waits} limits them.
	 * @return the number of callers
	 */
	int waits();

	/**
	 * Return how many callers may wait for an operation: the property
	 * {@code operations.polling.max-waits}.
	 * @return the maximum, {@code Integer.MAX_VALUE} if there is none
	 */
	default int maxWaits() {
		return Integer.MAX_VALUE;
	}

	/**
	 * Return for how many kinds of operations the client knows how long they take.
	 * @return the number of kinds
	 */
	int kinds();

	/**
	 * Return for how many kinds of operations the client can know how long they take. All
	 * further kinds share the last one.
	 * @return the maximum, {@code Integer.MAX_VALUE} if there is none
	 */
	default int maxKinds() {
		return Integer.MAX_VALUE;
	}

	/**
	 * Return how many of the awaited operations are stuck: they have been running for
	 * unusually long compared with others of their kind.
	 * @return the number of operations
	 */
	int stuck();

	/**
	 * Return how long the most overdue poll of a wait has been overdue.
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
