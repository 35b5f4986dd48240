package io.operations.benchmarks.load;

import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * An operation as a developer would map it who needs no more than this.
 *
 * @param operationId its id
 * @param status its status
 * @param createdAt when it was created
 * @param completedAt when it completed
 * @param related ids of what it is about
 */
record OperationAnswer(String operationId, String status, Instant createdAt, @Nullable Instant completedAt,
		Map<String, String> related) {

	boolean ended() {
		return "COMPLETED".equals(this.status);
	}

}
