package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the server rejects the credentials (401) or the credentials lack the
 * permission for the request (403).
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsAuthenticationException extends OperationsException {

	/**
	 * Create the exception.
	 * @param message what happened and what to do
	 * @param operationId the operation's id; {@code null} if there is none
	 * @param response what the server answered; {@code null} if there was no response
	 */
	public OperationsAuthenticationException(String message, @Nullable String operationId,
			@Nullable OperationsErrorResponse response) {
		super(message, null, operationId, response);
	}

}
