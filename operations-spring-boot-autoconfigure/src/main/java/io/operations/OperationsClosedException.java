package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * The template was closed, as it is when the application shuts down: waits end and
 * nothing more is sent. The operation itself is not touched.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsClosedException extends OperationsException {

	/**
	 * Create the exception.
	 * @param client the name of the template
	 * @param operationId the operation's id, where there is one
	 */
	public OperationsClosedException(String client, @Nullable String operationId) {
		super("The operations client '" + client + "' was closed. "
				+ ((operationId != null)
						? "It no longer fetches or polls operation '" + OperationsErrorResponse.printable(operationId)
								+ "', which may still be running: await it again after the restart."
						: "It sends no further requests."),
				null, operationId, null);
	}

}
