package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a wait ends because the operation is FAILED.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationFailedException extends OperationsException {

	private final Operation operation;

	private final @Nullable String requestId;

	/**
	 * Create the exception.
	 * @param operation the operation in its final status
	 * @param requestId the {@code Twilio-Request-Id} of the response that reported the
	 * final status; {@code null} if the server sent none
	 */
	public OperationFailedException(Operation operation, @Nullable String requestId) {
		super("Operation '" + OperationsErrorResponse.printable(operation.id()) + "' failed"
				+ ErrorText.sentence(operation.errorText().map((text) -> ": " + text).orElse("")), null, operation.id(),
				null);
		this.operation = operation;
		this.requestId = requestId;
	}

	@Override
	public @Nullable String getRequestId() {
		return this.requestId;
	}

	/**
	 * Return the operation in its final status.
	 * @return the operation
	 */
	public Operation getOperation() {
		return this.operation;
	}

}
