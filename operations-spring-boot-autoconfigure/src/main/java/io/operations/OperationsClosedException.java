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
		super("The operations client '" + client + "' was closed"
				+ ((operationId != null) ? ", operation '" + OperationsErrorResponse.printable(operationId)
						+ "' is no longer waited for and may still be running." : "."),
				null, operationId, null);
	}

}
