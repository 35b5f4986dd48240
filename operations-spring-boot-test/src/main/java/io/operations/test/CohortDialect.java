package io.operations.test;

import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * Answers in the form of Cohorts: relative URLs, and a write that answers with the
 * operation itself.
 */
final class CohortDialect extends Dialect {

	@Override
	String idPrefix() {
		return "cmp_operation";
	}

	@Override
	String statusUrl(SimulatedOperation operation, String baseUrl) {
		return pathOf(baseUrl) + operation.path();
	}

	private static String pathOf(String baseUrl) {
		return URI.create(baseUrl).getRawPath();
	}

	@Override
	Answer accepted(SimulatedOperation operation, String baseUrl, Instant now) {
		return Answer.json(202, body(operation, baseUrl, now));
	}

	@Override
	Answer polled(SimulatedOperation operation, String baseUrl, Instant now) {
		return Answer.json(200, body(operation, baseUrl, now));
	}

	private Map<String, @Nullable Object> body(SimulatedOperation operation, String baseUrl, Instant now) {
		Map<String, @Nullable Object> body = new LinkedHashMap<>();
		putStatus(body, operation, baseUrl, now);
		SimulatedOperation.Resource resource = operation.resource();
		boolean completed = OperationStatus.of(operation.statusAt(now)) == OperationStatus.COMPLETED;
		if (completed) {
			body.put("result",
					resource.name().equals(Route.SNAPSHOT)
							? Map.of(resource.name(), resource.id(), "profileCount", 15_420)
							: Map.of(resource.name(), resource.id()));
			body.put("resultUrl", pathOf(baseUrl) + resource.path());
		}
		ProblemDetail error = operation.script().error();
		if (hasCompleted(operation, now) && error != null) {
			body.put("error", describe(error));
		}
		return body;
	}

	@Override
	Answer error(int status, int code, String message) {
		HttpStatus known = HttpStatus.resolve(status);
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("type", documentation(code));
		body.put("title", (known != null) ? known.getReasonPhrase() : "Error");
		body.put("status", status);
		body.put("detail", message);
		return Answer.problem(status, body);
	}

}
