package io.operations;

import org.springframework.http.ProblemDetail;

/**
 * A wait ended because the operation FAILED.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationFailedException extends OperationsException {

	private final Operation operation;

	/**
	 * Create the exception.
	 * @param operation the operation as it ended
	 */
	public OperationFailedException(Operation operation) {
		super("Operation '" + OperationsErrorResponse.printable(operation.id()) + "' failed" + describe(operation),
				null, operation.id(), null);
		this.operation = operation;
	}

	/**
	 * Return the operation as it ended.
	 * @return the operation
	 */
	public Operation getOperation() {
		return this.operation;
	}

	private static String describe(Operation operation) {
		ProblemDetail error = operation.error();
		if (error == null) {
			return "";
		}
		String text = (error.getDetail() != null) ? error.getDetail() : error.getTitle();
		return (text != null) ? ": " + OperationsErrorResponse.printable(text) : "";
	}

}
