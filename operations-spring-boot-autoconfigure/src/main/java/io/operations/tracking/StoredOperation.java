package io.operations.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Represents a tracked operation as a {@link TrackingStore} keeps it. A store keeps all
 * components and changes none. Immutable.
 *
 * @param operation the operation as applications see it
 * @param progress what only the library needs to continue with the operation
 * @param version the version, which each change increments. An operation that is
 * forgotten and tracked again begins with a higher version.
 * @since 0.1.0
 */
public record StoredOperation(TrackedOperation operation, Progress progress, long version) {

	/**
	 * Return the operation's id.
	 * @return the id
	 */
	public String id() {
		return this.operation.id();
	}

	/**
	 * Return whether the store must remove this operation in a call of
	 * {@link TrackingStore#removeDelivered(Instant)}.
	 * @param time the time of the call
	 * @return whether the outcome was delivered and the operation ended before that time
	 */
	public boolean isDeliveredBefore(Instant time) {
		Instant ended = this.operation.endedAt();
		return this.operation.state() == TrackingState.DELIVERED && ended != null && ended.isBefore(time);
	}

	/**
	 * Contains what only the library needs to continue with the operation after a
	 * restart.
	 *
	 * @param timeout the time after which the operation times out. It counts from the
	 * moment at which the application handed the operation over. If the operation is
	 * scheduled for later, it counts from the first response that is not SCHEDULED.
	 * @param accepted whether the response to the write was known when the tracking began
	 * @param created when the operation began to run, by the clock of the instance, as
	 * far as known
	 * @param learned the age up to which the schedule has learned that the operation ran,
	 * {@code null} if it has learned nothing from this operation
	 * @param notFoundSince the time of the first 404 since the operation was last seen,
	 * {@code null} if there was none
	 * @param related the related ids that the response to the write named
	 * @param forgiven how many attempts to deliver do not count towards the maximum
	 * because the outcome is redelivered
	 * @param traceparent the span in which the application began to track the operation,
	 * in the form of the header {@code traceparent} of the W3C: 55 characters.
	 * {@code null} if there is none or it was not sampled
	 */
	public record Progress(Duration timeout, boolean accepted, Instant created, @Nullable Duration learned,
			@Nullable Instant notFoundSince, Map<String, String> related, int forgiven, @Nullable String traceparent) {
	}

}
