package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the template is closed, usually because the application shuts down. A
 * closed template ends its waits and sends no further requests. The operation itself is
 * not affected.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsClosedException extends OperationsException {

	/**
	 * Create the exception.
	 * @param client the name of the template
	 * @param operationId the operation's id; {@code null} if there is none
	 */
	public OperationsClosedException(String client, @Nullable String operationId) {
		super("The operations client '" + client + "' was closed. "
				+ ((operationId != null)
						? "It no longer fetches or polls operation '" + OperationsErrorResponse.printable(operationId)
								+ "', which may still be running: await it again after the restart."
						: "It sends no further requests."),
				null, operationId, null);
	}

	OperationsClosedException(String message) {
		super(message, null, null, null);
	}

}
