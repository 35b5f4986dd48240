package io.operations.internal.client;

/**
 * Thrown when a response is an operation in the format of another product.
 */
@SuppressWarnings("serial")
final class OtherFormatException extends RuntimeException {

	private final String clause;

	OtherFormatException(String clause) {
		super(clause, null, false, false);
		this.clause = clause;
	}

	/**
	 * Return why the response is not an operation of the expected product.
	 * @return a clause that follows "which is not an operation"
	 */
	String clause() {
		return this.clause;
	}

}
