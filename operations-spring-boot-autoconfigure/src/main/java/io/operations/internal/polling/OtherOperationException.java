package io.operations.internal.polling;

import java.util.Optional;

import io.operations.MalformedOperationException;
import io.operations.OperationSnapshot;
import io.operations.OperationsErrorResponse;
import org.jspecify.annotations.Nullable;

/**
 * Signals a response that names another operation than the polled one. Its status says
 * nothing about the polled operation.
 */
@SuppressWarnings("serial")
final class OtherOperationException extends MalformedOperationException {

	private OtherOperationException(String message, String operationId, OperationsErrorResponse response) {
		super(message, null, operationId, response);
	}

	/**
	 * Return the fault of a response that names another operation.
	 * @param operationId the id of the polled operation
	 * @param answer the response
	 * @param keyPrefix the prefix of the configuration keys of the client
	 * @return the fault, {@code null} if the response names the polled operation or none
	 */
	static @Nullable OtherOperationException in(String operationId, OperationSnapshot answer, String keyPrefix) {
		Optional<String> other = answer.operation().answeredId();
		if (other.isEmpty()) {
			return null;
		}
		OperationsErrorResponse response = new OperationsErrorResponse(200, null, null, answer.requestId(),
				answer.retryAfter(), answer.concurrentRequests());
		return new OtherOperationException(
				"The server answered the poll of operation '" + OperationsErrorResponse.printable(operationId)
						+ "' with operation '" + OperationsErrorResponse.printable(other.get()) + "' ("
						+ response.describe() + "). The poller ignores this response. Check " + keyPrefix
						+ ".path and the proxies and caches between this application and " + keyPrefix + ".base-url.",
				operationId, response);
	}

}
