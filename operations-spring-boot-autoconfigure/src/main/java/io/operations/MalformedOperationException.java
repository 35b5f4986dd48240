package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * An answer of success that is no operation: another media type, broken JSON, nothing at
 * all, or more than may be read. The message shows its media type and first 200
 * characters, escaped. To a poll also an answer that names another operation: the message
 * shows both ids.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public non-sealed class MalformedOperationException extends OperationsException {

	/**
	 * Create the exception.
	 * @param message what came instead of an operation
	 * @param cause why it could not be read, if something was thrown
	 * @param operationId the operation's id, where there is one
	 * @param response the answer's status and request id
	 */
	public MalformedOperationException(String message, @Nullable Throwable cause, @Nullable String operationId,
			@Nullable OperationsErrorResponse response) {
		super(message, cause, operationId, response);
	}

	@Override
	public boolean isTransient() {
		return true;
	}

}
