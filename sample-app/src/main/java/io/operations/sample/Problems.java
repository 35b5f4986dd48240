package io.operations.sample;

import io.operations.MalformedOperationException;
import io.operations.OperationNotFoundException;
import io.operations.OperationTimeoutException;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * Turns exceptions of the library into problem details for HTTP callers.
 */
final class Problems {

	private Problems() {
	}

	static ProblemDetail of(OperationsException ex) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(statusOf(ex), String.valueOf(ex.getMessage()));
		if (ex.getRequestId() != null) {
			problem.setProperty("requestId", ex.getRequestId());
		}
		return problem;
	}

	private static HttpStatus statusOf(OperationsException ex) {
		if (ex instanceof OperationsRequestException) {
			return HttpStatus.BAD_REQUEST;
		}
		if (ex instanceof OperationNotFoundException) {
			return HttpStatus.NOT_FOUND;
		}
		if (ex instanceof OperationsThrottledException || ex instanceof OperationsUnavailableException
				|| ex instanceof OperationsClosedException) {
			return HttpStatus.SERVICE_UNAVAILABLE;
		}
		if (ex instanceof OperationTimeoutException) {
			return HttpStatus.GATEWAY_TIMEOUT;
		}
		if (ex instanceof OperationsAuthenticationException || ex instanceof MalformedOperationException) {
			return HttpStatus.BAD_GATEWAY;
		}
		return HttpStatus.INTERNAL_SERVER_ERROR;
	}

}
