package io.operations.polling;

import java.util.Optional;

import io.operations.MalformedOperationException;
import io.operations.OperationSnapshot;
import io.operations.OperationsErrorResponse;
import org.jspecify.annotations.Nullable;

/**
 * An answer that names another operation than was asked for. It says nothing of the
 * operation that somebody waits for, whatever status it has.
 */
@SuppressWarnings("serial")
final class OtherOperationException extends MalformedOperationException {

	private OtherOperationException(String message, String operationId, OperationsErrorResponse response) {
		super(message, null, operationId, response);
	}

	/**
	 * Return the fault of an answer that names another operation.
	 * @param operationId the id that was asked for
	 * @param answer the answer
	 * @return the fault, {@code null} if the answer names the operation or none
	 */
	static @Nullable OtherOperationException in(String operationId, OperationSnapshot answer) {
		Optional<String> other = answer.operation().answeredId();
		if (other.isEmpty()) {
			return null;
		}
		OperationsErrorResponse response = new OperationsErrorResponse(200, null, null, answer.requestId(),
				answer.retryAfter(), answer.concurrentRequests());
		return new OtherOperationException("Operation '" + OperationsErrorResponse.printable(operationId)
				+ "' was asked for, but the answer (" + response.describe() + ") names operation '"
				+ OperationsErrorResponse.printable(other.get()) + "', so it is passed by. Check operations.path, and"
				+ " the proxies and caches between here and operations.base-url.", operationId, response);
	}

}
