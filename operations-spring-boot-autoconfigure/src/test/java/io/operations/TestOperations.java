package io.operations;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Operations and faults for tests.
 */
public final class TestOperations {

	private TestOperations() {
	}

	public static OperationSnapshot snapshot(String id, OperationStatus status) {
		return snapshot(id, status, null);
	}

	public static OperationSnapshot snapshot(String id, OperationStatus status, @Nullable Duration retryAfter) {
		return new OperationSnapshot(
				new Operation(id, status, status.name(), null, null, null, null, Map.of(), Map.of()), retryAfter,
				Instant.EPOCH);
	}

	public static OperationsException fault(int status) {
		return fault(status, null);
	}

	public static OperationsException fault(int status, @Nullable Duration retryAfter) {
		return new OperationsErrorResponse(status, null, null, null, retryAfter, null).toException("Fetching", "op");
	}

}
