package io.operations.sample;

import java.time.Duration;

import io.operations.OperationsException;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Reports errors to HTTP callers as RFC 9457 problem details.
 */
@RestControllerAdvice
class OperationsExceptionHandler {

	@ExceptionHandler
	ResponseEntity<ProblemDetail> handle(OperationsException ex) {
		ProblemDetail problem = Problems.of(ex);
		// Set explicitly, because a caller that accepts an event stream gets a problem,
		// too.
		ResponseEntity.BodyBuilder response = ResponseEntity.status(problem.getStatus())
			.contentType(MediaType.APPLICATION_PROBLEM_JSON);
		Duration retryAfter = ex.getRetryAfter();
		if (retryAfter != null) {
			// Rounded up: the header has whole seconds, and an early retry fails.
			long seconds = retryAfter.plusSeconds(1).minusNanos(1).toSeconds();
			response.header(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
		}
		return response.body(problem);
	}

}
