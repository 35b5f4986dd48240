package io.operations.test;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.OperationStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ProblemDetail;

/**
 * An operation that follows a script.
 *
 * @param id the operation's id
 * @param script the script
 * @param createdAt when the operation began
 * @param related the ids of the related resources, each under the kind of resource
 */
record SimulatedOperation(String id, OperationScript script, Instant createdAt, Map<String, String> related) {

	String statusAt(Instant now) {
		return this.script.statusAfter(Duration.between(this.createdAt, now));
	}

	boolean hasEndedAt(Instant now) {
		return OperationStatus.of(statusAt(now)).isTerminal();
	}

	Map<String, @Nullable Object> describe(String statusUrl, Instant now) {
		String status = statusAt(now);
		// The real server does not send the time of a cancellation.
		boolean completed = switch (OperationStatus.of(status)) {
			case COMPLETED, FAILED -> true;
			default -> false;
		};
		Map<String, @Nullable Object> json = new LinkedHashMap<>();
		json.put("operationId", this.id);
		json.put("status", status);
		json.put("createdAt", this.createdAt.toString());
		json.put("completedAt", completed ? this.createdAt.plus(this.script.duration()).toString() : null);
		json.put("statusUrl", statusUrl);
		json.put("related", this.related);
		ProblemDetail error = this.script.error();
		json.put("error", (completed && error != null) ? describe(error) : null);
		return json;
	}

	private static Map<String, @Nullable Object> describe(ProblemDetail error) {
		Map<String, @Nullable Object> json = new LinkedHashMap<>();
		putIfPresent(json, "type", error.getType());
		putIfPresent(json, "title", error.getTitle());
		if (error.getStatus() != 0) {
			json.put("status", error.getStatus());
		}
		putIfPresent(json, "detail", error.getDetail());
		putIfPresent(json, "instance", error.getInstance());
		Map<String, Object> properties = error.getProperties();
		if (properties != null) {
			json.putAll(properties);
		}
		return json;
	}

	private static void putIfPresent(Map<String, @Nullable Object> json, String name, @Nullable Object value) {
		if (value != null) {
			json.put(name, value.toString());
		}
	}

}
