package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.internal.polling.PolledOperation;
import io.operations.internal.polling.PollingTarget;
import io.operations.tracking.OperationOutcome;

/**
 * Rows and changes of tracked operations.
 */
final class TestRows {

	static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	private TestRows() {
	}

	static TrackedRow open(String id) {
		return new TrackedRow("operations", PolledOperation.of(PollingTarget.of(id), NOW), Map.of("order", id),
				Duration.ofHours(1), NOW.plus(Duration.ofHours(1)), NOW, null, false, TrackedRow.Ending.NONE, 1);
	}

	static TrackedRow ended(String id) {
		TrackedRow open = open(id);
		return open.ended(open.polled(), OperationOutcome.Type.COMPLETED, null, NOW);
	}

	static TrackedRow delivered(String id, Instant ended) {
		TrackedRow open = open(id);
		TrackedRow row = open.ended(open.polled(), OperationOutcome.Type.COMPLETED, null, ended);
		return row.with(row.ending().attempted().delivered(), null);
	}

	static TrackedChange fault(TrackedRow row, String fault) {
		return new TrackedChange(row.polled(), row.deadline(), fault, false, TrackedRow.Ending.NONE, row.version());
	}

}
