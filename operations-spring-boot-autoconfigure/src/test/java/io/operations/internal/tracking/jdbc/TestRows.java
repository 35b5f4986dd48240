package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.internal.polling.PolledOperation;
import io.operations.internal.polling.PollingTarget;
import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

/**
 * Creates rows of tracked operations and changes of them.
 */
final class TestRows {

	static final String CLIENT = "operations";

	private TestRows() {
	}

	static TrackedRow row(String id, long version) {
		Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
		return new TrackedRow(CLIENT, PolledOperation.of(PollingTarget.of(id), now), Map.of("a", "b"),
				Duration.ofHours(1), now.plusSeconds(3600), now, null, false, TrackedRow.Ending.NONE, version);
	}

	static TrackedChange seen(TrackedRow row) {
		return new TrackedChange(polled(row, "k", operation(row, "RUNNING")), row.deadline(), null, false,
				TrackedRow.Ending.NONE, row.version());
	}

	static TrackedChange ended(TrackedRow row) {
		return ended(row, Map.of());
	}

	static TrackedChange ended(TrackedRow row, Map<String, Object> details) {
		Operation operation = new Operation(row.id(), OperationStatus.COMPLETED, "COMPLETED", null, null, null, null,
				Map.of(), details);
		return new TrackedChange(polled(row, "k", operation), row.deadline(), null, false,
				new TrackedRow.Ending(TrackingState.ENDED, OperationOutcome.Type.COMPLETED, Instant.now(), 0, 0, null),
				row.version());
	}

	static Operation operation(TrackedRow row, String status) {
		return new Operation(row.id(), OperationStatus.of(status), status, null, null, null, null, Map.of(), Map.of());
	}

	static PolledOperation polled(TrackedRow row, @Nullable String kind, @Nullable Operation seen) {
		return new PolledOperation(row.id(), kind, false, row.polled().since(), row.polled().created(), null,
				row.polled().polls() + 1, null, Map.of(), seen);
	}

}
