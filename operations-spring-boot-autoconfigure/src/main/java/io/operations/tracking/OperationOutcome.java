package io.operations.tracking;

import java.util.Map;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Describes how a tracked operation ended. The library passes it to each
 * {@link OperationOutcomeHandler} and publishes it as an application event.
 *
 * @param client the name of the client that tracked the operation
 * @param operationId the operation's id
 * @param type how the operation ended
 * @param operation the operation as the server last returned it, {@code null} if no poll
 * returned it
 * @param attributes the attributes that the application passed to {@code track}
 * @param attempt the number of this attempt to deliver the outcome, from 1. If it is
 * greater than 1, an earlier attempt failed or was interrupted, and may have had effects.
 * @param lastFault why the last poll failed, for an operation that expired or timed out,
 * {@code null} if it did not fail
 * @since 0.1.0
 */
public record OperationOutcome(String client, String operationId, Type type, @Nullable Operation operation,
		Map<String, String> attributes, int attempt, @Nullable String lastFault) {

	/**
	 * The ways in which a tracked operation ends.
	 */
	public enum Type {

		/**
		 * The operation succeeded.
		 */
		COMPLETED,

		/**
		 * The operation failed. {@link OperationOutcome#operation()} contains the error.
		 */
		FAILED,

		/**
		 * The operation was cancelled before it was done.
		 */
		CANCELLED,

		/**
		 * The server answers 404, so the result of the operation cannot be determined. If
		 * a poll has seen the operation before, this takes two 404s that are at least
		 * five seconds apart. If no poll has seen it, this takes a 404 a minute or more
		 * after the tracking began.
		 */
		EXPIRED,

		/**
		 * The deadline passed before the operation ended. The operation may still be
		 * running on the server.
		 */
		TIMED_OUT

	}

}
