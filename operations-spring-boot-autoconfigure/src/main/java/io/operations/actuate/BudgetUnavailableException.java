package io.operations.actuate;

import io.operations.OperationsErrorResponse;

/**
 * Thrown when the store of the shared rate limit does not answer, so that an operator can
 * neither pause nor resume a client in all instances.
 */
@SuppressWarnings("serial")
final class BudgetUnavailableException extends RuntimeException {

	BudgetUnavailableException(Throwable cause) {
		super("The database of the shared rate limit did not answer in time. Whether the change took effect is not"
				+ " known: see 'pausedFor' of the endpoint in a few seconds. Check the database, and try again. The cause is: "
				+ OperationsErrorResponse.printable(cause.toString()), cause);
	}

}
