package io.operations.autoconfigure.web;

import java.time.Duration;

import io.operations.OperationsException;
import io.operations.OperationsUnavailableException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers with problem details if a controller throws an exception of the library. Spring
 * asks the advice beans in order and takes the first that has a method for the exception.
 * This one has the lowest precedence, and auto-configured beans follow those of the
 * application, so every handler of the application comes first.
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
final class OperationsProblemDetailsHandler {

	private static final Log logger = LogFactory.getLog(OperationsProblemDetailsHandler.class);

	@ExceptionHandler
	ResponseEntity<ProblemDetail> handle(OperationsException ex) {
		ProblemDetail problem = OperationsProblemDetails.of(ex);
		log(ex, problem.getStatus());
		// Set explicitly, because a caller that accepts only an event stream gets a
		// problem, too.
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

	// The response hides the message, so only the log has it. Transient errors are many
	// during an outage, and the library reports outages itself. It does not report failed
	// writes, which have no operation id.
	private static void log(OperationsException ex, int status) {
		boolean isOfWrite = ex instanceof OperationsUnavailableException && ex.getOperationId() == null;
		if (status >= 500 && (!ex.isTransient() || isOfWrite)) {
			logger.warn("A request is answered with HTTP " + status + ": " + ex.getMessage());
		}
		else if (logger.isDebugEnabled()) {
			logger.debug("A request is answered with HTTP " + status + ": " + ex.getMessage());
		}
	}

}
