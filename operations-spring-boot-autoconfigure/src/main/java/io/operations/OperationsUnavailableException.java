package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * The endpoint could not answer: a status of 5xx, 408 or 425, a connection that failed or
 * broke, or no answer in time.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsUnavailableException extends OperationsException {

	/**
	 * Create the exception for an answer of the server.
	 * @param message what happened
	 * @param operationId the operation's id, where there is one
	 * @param response what the server told
	 */
	public OperationsUnavailableException(String message, @Nullable String operationId,
			OperationsErrorResponse response) {
		super(message, null, operationId, response);
	}

	/**
	 * Create the exception for an exchange that failed.
	 * @param message what happened
	 * @param operationId the operation's id, where there is one
	 * @param cause why the exchange failed
	 */
	public OperationsUnavailableException(String message, @Nullable String operationId, Throwable cause) {
		super(message, cause, operationId, null);
	}

	@Override
	public boolean isTransient() {
		return true;
	}

}
