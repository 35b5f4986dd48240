package io.operations.actuate;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.operations.polling.LearnedDurations;
import org.jspecify.annotations.Nullable;

/**
 * Describes one operation with its history. In JSON, its fields follow those of the
 * operation.
 *
 * @param operation the operation
 * @param statusSince when the operation got its present status, by the clock of the
 * instance; {@code null} if this instance did not see it
 * @param expected how long operations of its kind take, {@code null} if that is not known
 * @param history the last polls, changes of the status and deliveries, the oldest first
 * @param historyNote why the history is empty or has gaps, and which instance has the
 * rest, if that is known; {@code null} if nothing is missing
 * @since 0.1.0
 */
public record OperationDetails(@JsonUnwrapped OperationDescriptor operation, @Nullable Instant statusSince,
		@Nullable LearnedDurations expected, List<HistoryEvent> history, @Nullable String historyNote) {
}
