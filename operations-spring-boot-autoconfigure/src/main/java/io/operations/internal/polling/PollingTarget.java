package io.operations.internal.polling;

import java.time.Duration;
import java.util.Map;

import io.operations.AcceptedOperation;
import org.jspecify.annotations.Nullable;

/**
 * Describes an operation that a caller wants to wait for or to track.
 *
 * @param operationId the operation's id
 * @param kind the kind of the operation, {@code null} if it is unknown
 * @param retryAfter the shortest time to the first poll, {@code null} if there is none
 * @param accepted whether the server accepted the operation just now, so that it is as
 * old as the wait
 * @param related the related ids that the response to the write named; they complete the
 * responses to polls
 * @since 0.1.0
 */
public record PollingTarget(String operationId, @Nullable String kind, @Nullable Duration retryAfter, boolean accepted,
		Map<String, String> related) {

	public PollingTarget {
		// A wait keeps the map for long. An immutable copy of no or one entry is small.
		related = Map.copyOf(related);
	}

	/**
	 * Create a target without related ids.
	 * @param operationId the operation's id
	 * @param kind the kind of the operation, {@code null} if it is unknown
	 * @param retryAfter the shortest time to the first poll, {@code null} if there is
	 * none
	 * @param accepted whether the server accepted the operation just now
	 */
	public PollingTarget(String operationId, @Nullable String kind, @Nullable Duration retryAfter, boolean accepted) {
		this(operationId, kind, retryAfter, accepted, Map.of());
	}

	/**
	 * Return the target of an operation of which only the id is known.
	 * @param operationId the operation's id
	 * @return the target
	 */
	public static PollingTarget of(String operationId) {
		return new PollingTarget(operationId, null, null, false);
	}

	/**
	 * Return the target of an operation of which the id and the kind are known.
	 * @param operationId the operation's id
	 * @param kind the kind of the operation
	 * @return the target
	 */
	public static PollingTarget of(String operationId, String kind) {
		return new PollingTarget(operationId, kind, null, false);
	}

	/**
	 * Return the target of an operation that a write started just now.
	 * @param accepted the operation as the response to the write describes it
	 * @return the target
	 */
	public static PollingTarget of(AcceptedOperation accepted) {
		String kind = accepted.kind();
		if (kind == null && !accepted.related().isEmpty()) {
			kind = Kinds.of(accepted.related());
		}
		return new PollingTarget(accepted.id(), kind, accepted.retryAfter(), true, accepted.related());
	}

}
