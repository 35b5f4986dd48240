package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * The server knows no such operation (404): the id is unknown, another account's, or of
 * an operation that has expired. Says nothing of whether the operation succeeded.
 * <p>
 * A fetch fails with the first such answer. A wait may have asked a place that lags
 * behind. It fails
 * <ul>
 * <li>at once, if all that the caller gave is an id;</li>
 * <li>with the first such answer a minute after it began, if it is for an
 * {@link AcceptedOperation};</li>
 * <li>with the second of two such answers, at least five seconds after the first, once
 * the operation was seen.</li>
 * </ul>
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationNotFoundException extends OperationsException {

	/**
	 * Create the exception.
	 * @param message what happened and what to do
	 * @param operationId the operation's id, where there is one
	 * @param response what the server told, where it did
	 */
	public OperationNotFoundException(String message, @Nullable String operationId,
			@Nullable OperationsErrorResponse response) {
		super(message, null, operationId, response);
	}

}
