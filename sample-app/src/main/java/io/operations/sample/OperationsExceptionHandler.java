package io.operations.sample;

import java.time.Duration;

import io.operations.OperationsException;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.reactive.function.client.WebClientRequestException;

/**
 * Tells callers what went wrong, as RFC 9457 problems.
 */
@RestControllerAdvice
class OperationsExceptionHandler {

	@ExceptionHandler
	ResponseEntity<ProblemDetail> handle(OperationsException ex) {
		ProblemDetail problem = Problems.of(ex);
		// Said outright, since who wanted an event stream is given a problem all the
		// same.
		ResponseEntity.BodyBuilder response = ResponseEntity.status(problem.getStatus())
			.contentType(MediaType.APPLICATION_PROBLEM_JSON);
		Duration retryAfter = ex.getRetryAfter();
		if (retryAfter != null) {
			// The header has whole seconds, and to come back too early is no use.
			long seconds = retryAfter.plusSeconds(1).minusNanos(1).toSeconds();
			response.header(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
		}
		return response.body(problem);
	}

	// A write that did not get through. Nothing is known of whether it was received.
	@ExceptionHandler
	ProblemDetail handle(WebClientRequestException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_GATEWAY,
				"The endpoint could not be reached: " + ex.getMostSpecificCause().getMessage());
	}

}
