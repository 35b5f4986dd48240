package io.operations.docs.using;

import io.operations.OperationFailedException;
import io.operations.OperationTimeoutException;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

@RestControllerAdvice
class OperationsExceptionHandler {

	@ExceptionHandler
	ProblemDetail handle(OperationFailedException ex) {
		String reason = ex.getOperation().errorText().orElse("The server gave no reason");
		return ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_CONTENT, reason);
	}

	@ExceptionHandler
	ProblemDetail handle(OperationTimeoutException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.GATEWAY_TIMEOUT, ex.getMessage());
	}

}
