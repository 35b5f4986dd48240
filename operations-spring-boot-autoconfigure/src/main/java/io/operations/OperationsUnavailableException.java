package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * The endpoint could not answer: a status of 5xx, 408 or 425, a connection that failed or
 * broke, no answer in time, a proxy that lets nothing through (407), or an {@link Error}
 * in this application, which is the only one that is not transient.
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

	/**
	 * Create the exception for an error of the JVM that ended an exchange.
	 * @param operationId the operation's id
	 * @param error the error
	 * @return the exception, not transient
	 */
	public static OperationsUnavailableException broken(String operationId, Error error) {
		return new OperationsUnavailableException(
				"An error in this application ended the request for operation '"
						+ OperationsErrorResponse.printable(operationId) + "': "
						+ OperationsErrorResponse.printable(error.toString())
						+ ". A retry does not help: fix the class path, the memory settings or the code that the error"
						+ " is about.",
				operationId, error);
	}

	/**
	 * Return whether the endpoint may answer later.
	 * @return {@code false} if an {@link Error} in this application is the cause
	 */
	@Override
	public boolean isTransient() {
		return !(getCause() instanceof Error);
	}

}
