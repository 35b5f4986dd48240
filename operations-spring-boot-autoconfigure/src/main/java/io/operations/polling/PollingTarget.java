package io.operations.polling;

import java.time.Duration;
import java.util.Map;

import io.operations.AcceptedOperation;
import org.jspecify.annotations.Nullable;

/**
 * What to wait for.
 *
 * @param operationId the operation's id
 * @param kind what the operation is about, if that is known
 * @param retryAfter how long to wait at least before the first poll
 * @param accepted whether the operation was accepted just now, so that it is as old as
 * the wait
 * @param related the related ids that the write's answer told, for what polls leave out
 * @since 0.1.0
 */
public record PollingTarget(String operationId, @Nullable String kind, @Nullable Duration retryAfter, boolean accepted,
		Map<String, String> related) {

	public PollingTarget {
		// A wait keeps it for long, and most have one id or none.
		related = Map.copyOf(related);
	}

	/**
	 * Create a target of which no related ids are known.
	 * @param operationId the operation's id
	 * @param kind what the operation is about, if that is known
	 * @param retryAfter how long to wait at least before the first poll
	 * @param accepted whether the operation was accepted just now
	 */
	public PollingTarget(String operationId, @Nullable String kind, @Nullable Duration retryAfter, boolean accepted) {
		this(operationId, kind, retryAfter, accepted, Map.of());
	}

	/**
	 * Return an operation of which nothing but its id is known.
	 * @param operationId the operation's id
	 * @return the target
	 */
	public static PollingTarget of(String operationId) {
		return new PollingTarget(operationId, null, null, false);
	}

	/**
	 * Return an operation of which its id is known and what it is about.
	 * @param operationId the operation's id
	 * @param kind what it is about
	 * @return the target
	 */
	public static PollingTarget of(String operationId, String kind) {
		return new PollingTarget(operationId, kind, null, false);
	}

	/**
	 * Return the operation that a write started just now.
	 * @param accepted what the write's answer told
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
