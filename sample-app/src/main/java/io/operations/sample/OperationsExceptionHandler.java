package io.operations.sample;

import java.time.Duration;

import io.operations.MalformedOperationException;
import io.operations.OperationNotFoundException;
import io.operations.OperationTimeoutException;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Tells callers what went wrong, as RFC 9457 problems.
 */
@RestControllerAdvice
class OperationsExceptionHandler {

	@ExceptionHandler
	ResponseEntity<ProblemDetail> handle(OperationsException ex) {
		HttpStatus status = statusOf(ex);
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, String.valueOf(ex.getMessage()));
		if (ex.getRequestId() != null) {
			problem.setProperty("requestId", ex.getRequestId());
		}
		ResponseEntity.BodyBuilder response = ResponseEntity.status(status);
		Duration retryAfter = ex.getRetryAfter();
		if (retryAfter != null) {
			response.header(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, retryAfter.toSeconds())));
		}
		return response.body(problem);
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
