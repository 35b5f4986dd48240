package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the server reports success but its response is not an operation. The body
 * may be empty, too large or not a JSON object, it may lack a status, or the status code
 * may be another one than 200. The message shows the media type and the first 200
 * characters of the body, escaped. A poll also treats a response as malformed if it names
 * another operation; the message then shows both ids.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public non-sealed class MalformedOperationException extends OperationsException {

	private final boolean ofAnotherProduct;

	/**
	 * Create the exception.
	 * @param message what the server sent instead of an operation
	 * @param cause why the response could not be read; {@code null} if nothing was thrown
	 * @param operationId the operation's id; {@code null} if there is none
	 * @param response the status and the request id of the response; {@code null} if they
	 * are not known
	 */
	public MalformedOperationException(String message, @Nullable Throwable cause, @Nullable String operationId,
			@Nullable OperationsErrorResponse response) {
		this(message, cause, operationId, response, false);
	}

	/**
	 * Create the exception.
	 * @param message what the server sent instead of an operation
	 * @param cause why the response could not be read; {@code null} if nothing was thrown
	 * @param operationId the operation's id; {@code null} if there is none
	 * @param response the status and the request id of the response; {@code null} if they
	 * are not known
	 * @param ofAnotherProduct whether the response is an operation of another product
	 */
	public MalformedOperationException(String message, @Nullable Throwable cause, @Nullable String operationId,
			@Nullable OperationsErrorResponse response, boolean ofAnotherProduct) {
		super(message, cause, operationId, response);
		this.ofAnotherProduct = ofAnotherProduct;
	}

	/**
	 * Return whether the response is an operation in the form of another product than the
	 * client's. The message then names the products that have this form.
	 * @return {@code true} if the client most probably has the wrong product
	 */
	public boolean isOfAnotherProduct() {
		return this.ofAnotherProduct;
	}

	@Override
	public boolean isTransient() {
		return true;
	}

}
