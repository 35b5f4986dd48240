package io.operations.autoconfigure.web;

import io.operations.MalformedOperationException;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
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
 * Turns exceptions of the library into RFC 9457 problem details for HTTP callers of the
 * application. A problem has the members {@code operationId}, {@code requestId} and
 * {@code code} where the exception has them. It contains neither the message of the
 * exception, which speaks to the operator of the application, nor text of the server,
 * which may name resources of the account.
 *
 * @since 0.1.0
 */
public final class OperationsProblemDetails {

	private OperationsProblemDetails() {
	}

	/**
	 * Return the problem for an exception.
	 * @param ex the exception
	 * @return a new problem
	 */
	public static ProblemDetail of(OperationsException ex) {
		ProblemDetail problem = withoutMembers(ex);
		if (ex.getOperationId() != null) {
			problem.setProperty("operationId", ex.getOperationId());
		}
		if (ex.getRequestId() != null) {
			problem.setProperty("requestId", ex.getRequestId());
		}
		if (ex.getCode() != null) {
			problem.setProperty("code", ex.getCode());
		}
		return problem;
	}

	private static ProblemDetail withoutMembers(OperationsException ex) {
		if (ex instanceof OperationsRequestException) {
			return problem(HttpStatus.BAD_REQUEST, "The request is not valid.");
		}
		if (ex instanceof OperationNotFoundException) {
			return problem(HttpStatus.NOT_FOUND, "The operation does not exist.");
		}
		if (ex instanceof OperationsThrottledException) {
			return problem(HttpStatus.SERVICE_UNAVAILABLE, "There are too many requests at present. Try again later.");
		}
		if (ex instanceof OperationsUnavailableException && ex.isTransient()) {
			return problem(HttpStatus.SERVICE_UNAVAILABLE, "The remote server is not available. Try again later.");
		}
		if (ex instanceof OperationsClosedException) {
			return problem(HttpStatus.SERVICE_UNAVAILABLE, "The application is shutting down. Try again later.");
		}
		if (ex instanceof OperationTimeoutException) {
			return problem(HttpStatus.GATEWAY_TIMEOUT, "The operation has not ended in time. It may still be running.");
		}
		if (ex instanceof OperationsAuthenticationException) {
			return problem(HttpStatus.BAD_GATEWAY, "The remote server does not accept the application.");
		}
		if (ex instanceof MalformedOperationException) {
			return problem(HttpStatus.BAD_GATEWAY, "The application cannot read the response of the remote server.");
		}
		if (ex instanceof OperationFailedException) {
			return problem(HttpStatus.INTERNAL_SERVER_ERROR, "The operation has failed.");
		}
		if (ex instanceof OperationCancelledException) {
			return problem(HttpStatus.INTERNAL_SERVER_ERROR, "The operation was cancelled.");
		}
		return problem(HttpStatus.INTERNAL_SERVER_ERROR, "The application cannot process the request.");
	}

	private static ProblemDetail problem(HttpStatus status, String detail) {
		return ProblemDetail.forStatusAndDetail(status, detail);
	}

}
