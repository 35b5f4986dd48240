package io.operations.internal.polling;

import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * Completes operations with the related ids that the response to the write named. The
 * responses to polls may leave them out.
 */
final class AcceptedRelated {

	private AcceptedRelated() {
	}

	/**
	 * Return an operation with the related ids that it lacks. Its own ids win.
	 * @param operation the operation as a poll saw it
	 * @param related the ids that the response to the write named
	 * @return the completed operation
	 */
	static Operation fill(Operation operation, Map<String, String> related) {
		if (related.keySet().stream().allMatch((key) -> StringUtils.hasText(operation.related().get(key)))) {
			return operation;
		}
		Map<String, String> filled = new LinkedHashMap<>(operation.related());
		related.forEach((key, id) -> filled.compute(key, (same, seen) -> StringUtils.hasText(seen) ? seen : id));
		return new Operation(operation.id(), operation.status(), operation.statusText(), operation.createdAt(),
				operation.completedAt(), operation.statusUrl(), operation.error(), filled, operation.details());
	}

	static @Nullable Operation fillIfSeen(@Nullable Operation operation, Map<String, String> related) {
		return (operation != null) ? fill(operation, related) : null;
	}

	static OperationSnapshot fill(OperationSnapshot snapshot, Map<String, String> related) {
		Operation filled = fill(snapshot.operation(), related);
		return new OperationSnapshot(filled, snapshot.retryAfter(), snapshot.serverTime(), snapshot.requestId(),
				snapshot.concurrentRequests());
	}

}
