package io.operations.test;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.OperationStatus;
import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ProblemDetail;

/**
 * Answers in the form of Memory and Knowledge: the result is the id of a resource.
 */
final class ResourceDialect extends Dialect {

	private final boolean memory;

	ResourceDialect(OperationsProduct product) {
		this.memory = (product == OperationsProduct.MEMORY);
	}

	@Override
	Answer accepted(SimulatedOperation operation, String baseUrl, Instant now) {
		String statusUrl = statusUrl(operation, baseUrl);
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("message", "The request was accepted");
		body.put("statusUrl", statusUrl);
		return Answer.json(202, body)
			.header(AcceptedOperation.OPERATION_ID_HEADER, operation.id())
			.header("Location", statusUrl);
	}

	@Override
	Answer polled(SimulatedOperation operation, String baseUrl, Instant now) {
		Map<String, @Nullable Object> body = new LinkedHashMap<>();
		putStatus(body, operation, baseUrl, now);
		if (OperationStatus.of(operation.statusAt(now)) == OperationStatus.COMPLETED) {
			SimulatedOperation.Resource resource = operation.resource();
			body.put("result", Map.of("type", "RESOURCE_ID", "id", resource.id()));
			body.put("resultUrl", baseUrl + resource.path());
		}
		ProblemDetail error = operation.script().error();
		if (hasCompleted(operation, now) && error != null) {
			body.put("error", describe(error));
		}
		return Answer.json(200, body).header(AcceptedOperation.OPERATION_ID_HEADER, operation.id());
	}

	// The server sends the vendor's code in place of the HTTP status and the instance.
	@Override
	Map<String, @Nullable Object> describe(ProblemDetail error) {
		Map<String, @Nullable Object> json = new LinkedHashMap<>();
		putIfPresent(json, "type", error.getType());
		putIfPresent(json, "title", error.getTitle());
		json.put("code", 20000 + error.getStatus());
		putIfPresent(json, "detail", error.getDetail());
		putProperties(json, error);
		return json;
	}

	@Override
	int notFoundCode() {
		return this.memory ? 520052 : super.notFoundCode();
	}

}
