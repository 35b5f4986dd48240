package io.operations.actuate;

import java.time.Duration;

import io.operations.OperationsActivity;
import org.jspecify.annotations.Nullable;

/**
 * Describes the waits of a client in the memory of this instance, and the client's calls.
 *
 * @param awaited the number of awaited operations
 * @param oldest the age of the oldest wait
 * @param stuck the number of awaited operations that have been running for unusually long
 * compared with others of their kind
 * @param backlogAge the longest time by which a poll is overdue
 * @param queued the number of calls in the queue
 * @param inFlight the number of calls in flight
 * @param inFlightLimit the current maximum number of calls in flight
 * @param pausedBy {@code server} or {@code operator}, {@code null} if the client does not
 * pause
 * @since 0.1.0
 */
public record WaitsDescriptor(int awaited, Duration oldest, int stuck, Duration backlogAge, int queued, int inFlight,
		int inFlightLimit, @Nullable String pausedBy) {

	static WaitsDescriptor of(OperationsActivity activity) {
		return new WaitsDescriptor(activity.awaitedOperations(), activity.oldestWait(), activity.stuck(),
				activity.backlogAge(), activity.queued(), activity.inFlight(), activity.inFlightLimit(),
				activity.pausedBy());
	}

}
