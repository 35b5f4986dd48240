package io.operations;

/**
 * A wait ended because the operation was CANCELLED.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationCancelledException extends OperationsException {

	private final Operation operation;

	/**
	 * Create the exception.
	 * @param operation the operation as it ended
	 */
	public OperationCancelledException(Operation operation) {
		super("Operation '" + OperationsErrorResponse.printable(operation.id()) + "' was cancelled", null,
				operation.id(), null);
		this.operation = operation;
	}

	/**
	 * Return the operation as it ended.
	 * @return the operation
	 */
	public Operation getOperation() {
		return this.operation;
	}

}
