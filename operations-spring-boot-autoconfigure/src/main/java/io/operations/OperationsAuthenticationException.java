package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * The server refused the credentials (401) or what they are allowed to do (403).
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsAuthenticationException extends OperationsException {

	/**
	 * Create the exception.
	 * @param message what happened and what to do
	 * @param operationId the operation's id, where there is one
	 * @param response what the server told, where it did
	 */
	public OperationsAuthenticationException(String message, @Nullable String operationId,
			@Nullable OperationsErrorResponse response) {
		super(message, null, operationId, response);
	}

}
