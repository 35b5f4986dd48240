package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the server does not know the operation (404). The id is unknown, it belongs
 * to another account, or the operation has expired. The exception does not say whether
 * the operation succeeded.
 * <p>
 * A fetch fails with the first 404. A wait tolerates that a replica of the server may lag
 * behind. It fails
 * <ul>
 * <li>with the first 404, if the caller passed only an id and no poll has seen the
 * operation;</li>
 * <li>with the first 404 that arrives a minute or more after the wait began, if the
 * caller passed an {@link AcceptedOperation};</li>
 * <li>with a 404 that arrives five seconds or more after the first 404 in a row, if a
 * poll has already seen the operation.</li>
 * </ul>
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationNotFoundException extends OperationsException {

	/**
	 * Create the exception.
	 * @param message what happened and what to do
	 * @param operationId the operation's id; {@code null} if there is none
	 * @param response what the server answered; {@code null} if there was no response
	 */
	public OperationNotFoundException(String message, @Nullable String operationId,
			@Nullable OperationsErrorResponse response) {
		super(message, null, operationId, response);
	}

}
