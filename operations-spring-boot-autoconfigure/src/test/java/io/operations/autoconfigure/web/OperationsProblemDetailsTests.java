package io.operations.autoconfigure.web;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.operations.MalformedOperationException;
import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationNotFoundException;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsClosedException;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.ProblemDetail;

import static org.assertj.core.api.Assertions.assertThat;

class OperationsProblemDetailsTests {

	private static final String SECRET = "text of the server";

	private static final OperationsErrorResponse RESPONSE = new OperationsErrorResponse(400, 20001, SECRET, "RQ1",
			Duration.ofSeconds(1), null);

	private static final Operation OPERATION = new Operation("op1", OperationStatus.FAILED, "FAILED", null, null, null,
			null, Map.of(), Map.of("error", SECRET));

	static Stream<Arguments> exceptions() {
		return Stream.of(Arguments.of(new OperationsRequestException(SECRET, "op1", RESPONSE), 400),
				Arguments.of(new OperationNotFoundException(SECRET, "op1", RESPONSE), 404),
				Arguments.of(new OperationsThrottledException(SECRET, "op1", RESPONSE), 503),
				Arguments.of(new OperationsThrottledException(SECRET, "op1", Duration.ofSeconds(1)), 503),
				Arguments.of(new OperationsUnavailableException(SECRET, "op1", RESPONSE), 503),
				Arguments.of(new OperationsUnavailableException(SECRET, "op1", new IllegalStateException()), 503),
				Arguments.of(OperationsUnavailableException.broken("op1", new LinkageError(SECRET)), 500),
				Arguments.of(new OperationsClosedException(SECRET, "op1"), 503),
				Arguments.of(new OperationTimeoutException("op1", Duration.ofSeconds(1), OPERATION, 1,
						Duration.ofSeconds(1), null, new IllegalStateException(SECRET)), 504),
				Arguments.of(new OperationsAuthenticationException(SECRET, "op1", RESPONSE), 502),
				Arguments.of(new MalformedOperationException(SECRET, null, "op1", RESPONSE), 502),
				Arguments.of(new OperationFailedException(OPERATION, "RQ1"), 500),
				Arguments.of(new OperationCancelledException(OPERATION, "RQ1"), 500));
	}

	@ParameterizedTest
	@MethodSource("exceptions")
	void exceptionHasItsStatusAndNoTextOfTheServer(OperationsException ex, int status) {
		ProblemDetail problem = OperationsProblemDetails.of(ex);
		assertThat(problem.getStatus()).isEqualTo(status);
		assertThat(problem.getProperties()).containsEntry("operationId", "op1");
		assertThat(problem.getDetail()).isNotEmpty();
		assertThat(problem.toString()).doesNotContain(SECRET);
	}

	@Test
	void everyExceptionHasAnExample() {
		assertThat(exceptions().<Class<?>>map((arguments) -> Objects.requireNonNull(arguments.get()[0]).getClass())
			.distinct()).containsExactlyInAnyOrder(OperationsException.class.getPermittedSubclasses());
	}

	@Test
	void responseOfTheServerIsNamedByRequestIdAndCode() {
		assertThat(OperationsProblemDetails.of(new OperationsRequestException(SECRET, null, RESPONSE)).getProperties())
			.containsOnly(Map.entry("requestId", "RQ1"), Map.entry("code", 20001));
	}

	@Test
	void errorWithoutResponseAndOperationHasNoFurtherMembers() {
		assertThat(OperationsProblemDetails.of(new OperationsRequestException(SECRET, null, null)).getProperties())
			.isNull();
	}

}
