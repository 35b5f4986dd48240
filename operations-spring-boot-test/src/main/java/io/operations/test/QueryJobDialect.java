package io.operations.test;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ProblemDetail;

/**
 * Answers in the form of the query jobs of Insights: no header names the operation, and a
 * 429 has its own headers.
 */
final class QueryJobDialect extends Dialect {

	@Override
	Answer accepted(SimulatedOperation operation, String baseUrl, Instant now) {
		String statusUrl = statusUrl(operation, baseUrl);
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("operationId", operation.id());
		body.put("status", operation.statusAt(now));
		body.put("statusUrl", statusUrl);
		body.put("createdAt", operation.createdAt().toString());
		return Answer.json(202, body).header("Location", statusUrl);
	}

	@Override
	Answer polled(SimulatedOperation operation, String baseUrl, Instant now) {
		Map<String, @Nullable Object> body = new LinkedHashMap<>();
		putStatus(body, operation, baseUrl, now);
		if (OperationStatus.of(operation.statusAt(now)) == OperationStatus.COMPLETED) {
			body.put("resultId", operation.id());
			body.put("resultUrl", statusUrl(operation, baseUrl) + "/Results");
			body.put("resultRetentionPeriod", "P7D");
		}
		ProblemDetail error = operation.script().error();
		if (hasCompleted(operation, now) && error != null) {
			body.put("error", describe(error));
		}
		return Answer.json(200, body);
	}

	@Override
	boolean hasCompleted(SimulatedOperation operation, Instant now) {
		return operation.hasEndedAt(now);
	}

	@Override
	Map<String, @Nullable Object> describe(ProblemDetail error) {
		Map<String, @Nullable Object> json = new LinkedHashMap<>();
		json.put("code", 20000 + error.getStatus());
		putIfPresent(json, "message", error.getTitle());
		json.put("httpStatusCode", error.getStatus());
		putIfPresent(json, "detail", error.getDetail());
		putProperties(json, error);
		return json;
	}

	@Override
	Answer error(int status, int code, String message) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("code", code);
		body.put("message", message);
		body.put("httpStatusCode", status);
		body.put("userError", status < 500);
		body.put("params", Map.of());
		return Answer.json(status, body);
	}

	@Override
	Answer retryAfter(Answer error, @Nullable Duration retryAfter) {
		if (error.status() != 429 || retryAfter == null) {
			return super.retryAfter(error, retryAfter);
		}
		return error.header("X-RateLimit-Limit", "5")
			.header("X-RateLimit-Remaining", "0")
			.header("X-RateLimit-Reset", Answer.seconds(retryAfter));
	}

}
