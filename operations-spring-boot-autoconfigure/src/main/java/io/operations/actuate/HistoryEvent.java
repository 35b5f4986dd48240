package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Describes an event in the history of an operation.
 *
 * @param time when the event happened, by the clock of the instance
 * @param event {@code poll}, {@code status} for the first status or a change of it, or
 * {@code delivery}
 * @param outcome of a poll {@code success}, {@code throttled}, {@code unavailable},
 * {@code not-found} or {@code error}; of a delivery {@code success} or {@code error};
 * {@code null} for a status
 * @param status the status that the poll saw, or the new status
 * @param delay the planned time from this poll to the next one, {@code null} if there is
 * none
 * @param fault of a poll the status of the response or the name of the exception; of a
 * delivery the text of the exception; {@code null} without a fault
 * @since 0.1.0
 */
public record HistoryEvent(Instant time, String event, @Nullable String outcome, @Nullable String status,
		@Nullable Duration delay, @Nullable String fault) {
}
