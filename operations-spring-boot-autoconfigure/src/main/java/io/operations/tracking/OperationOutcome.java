package io.operations.tracking;

import java.util.Map;

import io.operations.Operation;
import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

/**
 * How a tracked operation ended. Given to each {@link OperationOutcomeHandler}, and
 * published as an application event.
 *
 * @param operationId the operation's id
 * @param type how it ended
 * @param operation the operation as last seen, {@code null} if it was never seen
 * @param attributes what it was handed over with
 * @param attempt which attempt to deliver this outcome it is: more than 1 tells that an
 * earlier one failed, or that it is not known how it ended
 * @param lastFault why the last poll failed, of an operation that expired or timed out
 * @since 0.1.0
 */
public record OperationOutcome(String operationId, Type type, @Nullable Operation operation,
		Map<String, String> attributes, int attempt, @Nullable String lastFault) {

	/**
	 * The ways to end.
	 */
	public enum Type {

		/**
		 * The operation ended well.
		 */
		COMPLETED,

		/**
		 * The operation ended with an error, which it carries.
		 */
		FAILED,

		/**
		 * The operation ended before its work was done.
		 */
		CANCELLED,

		/**
		 * The endpoint does not know the operation any more, and said so twice at least
		 * five seconds apart, or has not come to know it within a minute: how it ended
		 * cannot be learned.
		 */
		EXPIRED,

		/**
		 * The deadline passed. The operation may still be running.
		 */
		TIMED_OUT;

		static Type of(OperationStatus status) {
			return switch (status) {
				case COMPLETED -> COMPLETED;
				case FAILED -> FAILED;
				case CANCELLED -> CANCELLED;
				default -> throw new IllegalArgumentException("'status' must be terminal, not " + status);
			};
		}

	}

}
