package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the server cannot answer the request. Possible causes are a status of 5xx,
 * 408 or 425, a connection that fails or breaks, a timeout, a proxy that requires
 * credentials (407), and an {@link Error} in this application. Only the {@link Error} is
 * not transient.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsUnavailableException extends OperationsException {

	/**
	 * Create the exception for a response of the server.
	 * @param message what happened
	 * @param operationId the operation's id; {@code null} if there is none
	 * @param response what the server answered
	 */
	public OperationsUnavailableException(String message, @Nullable String operationId,
			OperationsErrorResponse response) {
		super(message, null, operationId, response);
	}

	/**
	 * Create the exception for a request that failed without a response.
	 * @param message what happened
	 * @param operationId the operation's id; {@code null} if there is none
	 * @param cause why the request failed
	 */
	public OperationsUnavailableException(String message, @Nullable String operationId, Throwable cause) {
		super(message, cause, operationId, null);
	}

	/**
	 * Create the exception for an {@link Error} that ended a request.
	 * @param operationId the operation's id
	 * @param error the error
	 * @return the exception, which is not transient
	 */
	public static OperationsUnavailableException broken(String operationId, Error error) {
		return new OperationsUnavailableException("An error in this application ended the request for operation '"
				+ OperationsErrorResponse.printable(operationId) + "': "
				+ OperationsErrorResponse.printable(error.toString())
				+ ". A retry does not help: fix the class path, the memory settings or the code that the error"
				+ " is about.", operationId, error);
	}

	/**
	 * Return whether the server may answer the same request later.
	 * @return {@code false} if an {@link Error} in this application is the cause
	 */
	@Override
	public boolean isTransient() {
		return !(getCause() instanceof Error);
	}

}
