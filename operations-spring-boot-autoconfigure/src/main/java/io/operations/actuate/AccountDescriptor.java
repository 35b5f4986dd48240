package io.operations.actuate;

import java.time.Duration;

import io.operations.OperationsActivity;
import org.jspecify.annotations.Nullable;

/**
 * Describes the waits of a client in the memory of this instance, and the client's calls.
 * Each figure that has a bound stands beside it.
 *
 * @param awaited the number of awaited operations
 * @param waits the number of callers that wait
 * @param maxWaits the maximum number of callers that wait
 * @param oldest the age of the oldest wait
 * @param stuck the number of awaited operations that have been running for unusually long
 * compared with others of their kind
 * @param backlogAge the longest time by which a poll is overdue
 * @param queued the number of calls in the queue
 * @param maxQueued the maximum number of fetches in the queue
 * @param retrying the number of fetches that wait for their next attempt; the maximum is
 * that of the queue
 * @param inFlight the number of calls in flight
 * @param inFlightLimit the current maximum number of calls in flight
 * @param maxInFlight the maximum number of calls in flight while the server does not
 * throttle
 * @param pausedFor the rest of the pause in which the client sends no requests, zero
 * without one
 * @param pausedBy {@code server} or {@code operator}, {@code null} if the client does not
 * pause
 * @param serverUnavailable whether the server is unavailable to this instance or rejects
 * its credentials; the passive health is then DOWN
 * @param unavailableFor the time since the first of the failed requests, zero if the
 * server is available
 * @param rate how many requests per second this instance may send at present
 * @param requestsPerSecond how many requests per second this instance sends, on average
 * of the last ten seconds or so
 * @param instances the number of instances that share the rate
 * @param budgetUnavailable whether the store of the shared rate is unavailable
 * @since 0.1.0
 */
public record AccountDescriptor(int awaited, int waits, int maxWaits, Duration oldest, int stuck, Duration backlogAge,
		int queued, int maxQueued, int retrying, int inFlight, int inFlightLimit, int maxInFlight, Duration pausedFor,
		@Nullable String pausedBy, boolean serverUnavailable, Duration unavailableFor, double rate,
		double requestsPerSecond, int instances, boolean budgetUnavailable) {

	private static final double PRECISION = 1000;

	static AccountDescriptor of(OperationsActivity activity) {
		return new AccountDescriptor(activity.awaitedOperations(), activity.waits(), activity.maxWaits(),
				activity.oldestWait(), activity.stuck(), activity.backlogAge(), activity.queued(), activity.maxQueued(),
				activity.retrying(), activity.inFlight(), activity.inFlightLimit(), activity.maxInFlight(),
				activity.paused(), activity.pausedBy(), activity.isServerUnavailable(), activity.unavailableFor(),
				rounded(activity.permitsPerSecond()), rounded(activity.requestsPerSecond()), activity.instances(),
				activity.isBudgetUnavailable());
	}

	private static double rounded(double number) {
		return Math.round(number * PRECISION) / PRECISION;
	}

}
