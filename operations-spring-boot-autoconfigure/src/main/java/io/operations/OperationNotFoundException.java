package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * The server knows no such operation (404): the id is unknown, another account's, or of
 * an operation that has expired. Says nothing of whether the operation succeeded.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationNotFoundException extends OperationsException {

	/**
	 * Create the exception.
	 * @param message what happened and what to do
	 * @param operationId the operation's id, where there is one
	 * @param response what the server told, where it did
	 */
	public OperationNotFoundException(String message, @Nullable String operationId,
			@Nullable OperationsErrorResponse response) {
		super(message, null, operationId, response);
	}

}
