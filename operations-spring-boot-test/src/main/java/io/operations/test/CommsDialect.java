package io.operations.test;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;

/**
 * Answers in the form of messages, emails, sender pools and push notifications: counts
 * instead of a result and an error, and no status for a failure.
 */
final class CommsDialect extends Dialect {

	private static final Map<OperationsProduct, List<String>> COUNTS = Map.of(
			OperationsProduct.MESSAGES, List.of("total", "recipients", "attempts", "queued", "sent", "scheduled",
					"delivered", "read", "undelivered", "unaddressable", "failed", "canceled"),
			OperationsProduct.EMAILS,
			List.of("total", "recipients", "attempts", "queued", "sent", "scheduled", "delivered", "opened",
					"undelivered", "failed", "canceled"),
			OperationsProduct.SENDER_POOLS, List.of("total", "queued", "created", "failed"),
			OperationsProduct.PUSH_NOTIFICATIONS, List.of("total", "recipients", "attempts", "queued", "sent",
					"scheduled", "delivered", "undelivered", "unaddressable", "failed", "canceled"));

	private final OperationsProduct product;

	private final List<String> counts;

	CommsDialect(OperationsProduct product) {
		this.product = product;
		this.counts = COUNTS.getOrDefault(product, List.of());
	}

	@Override
	String idPrefix() {
		return "comms_operation";
	}

	@Override
	String spell(String status) {
		return switch (status) {
			case "PENDING", "RUNNING" -> "PROCESSING";
			// Such an operation cannot fail. Only its members can.
			case "FAILED" -> "COMPLETED";
			case "CANCELLED" -> "CANCELED";
			default -> status;
		};
	}

	// The vendor's pages about these products disagree. Each product has the form that
	// its newest page shows.
	@Override
	Answer accepted(SimulatedOperation operation, String baseUrl, Instant now) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("operationId", operation.id());
		if (this.product != OperationsProduct.PUSH_NOTIFICATIONS) {
			body.put("operationLocation", statusUrl(operation, baseUrl));
		}
		Answer answer = Answer.json(202, body);
		return (this.product == OperationsProduct.MESSAGES) ? answer.header("operationId", operation.id()) : answer;
	}

	@Override
	Answer polled(SimulatedOperation operation, String baseUrl, Instant now) {
		Map<String, @Nullable Object> body = new LinkedHashMap<>();
		body.put("id", operation.id());
		body.put("status", operation.statusAt(now));
		body.put("stats", stats(operation, now));
		body.put("createdAt", operation.createdAt().toString());
		body.put("updatedAt", operation.updatedAt(now).toString());
		return Answer.json(200, body);
	}

	private Map<String, Integer> stats(SimulatedOperation operation, Instant now) {
		Map<String, Integer> stats = new LinkedHashMap<>();
		this.counts.forEach((name) -> stats.put(name, 0));
		Map<String, Integer> ended = operation.script().stats();
		int total = ended.getOrDefault("total", 1);
		if (!operation.hasEndedAt(now)) {
			stats.put("total", total);
			stats.put("queued", total);
		}
		else if (!ended.isEmpty()) {
			stats.putAll(ended);
		}
		else {
			stats.put("total", total);
			stats.put(counted(operation, now), total);
		}
		stats.computeIfPresent("recipients", (name, count) -> ended.getOrDefault(name, total));
		return stats;
	}

	// Returns the name of the count that includes the only member of an ended operation.
	private String counted(SimulatedOperation operation, Instant now) {
		if (operation.script().fails()) {
			return "failed";
		}
		if (operation.statusAt(now).equals("CANCELED") && this.counts.contains("canceled")) {
			return "canceled";
		}
		return this.counts.contains("delivered") ? "delivered" : "created";
	}

	@Override
	Answer error(int status, int code, String message) {
		Map<String, @Nullable Object> error = new LinkedHashMap<>();
		error.put("code", code);
		error.put("message", message);
		error.put("infoUrl", documentation(code));
		error.put("context", null);
		return Answer.json(status, Map.of("errors", List.of(error)));
	}

}
