package io.operations.internal.polling;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Describes the result of one poll. Times are those of the local clock, in milliseconds
 * since the epoch: a listener keeps many of them and needs no objects.
 *
 * @param operationId the operation's id
 * @param isTracked whether the poll was for a tracked operation, not for a wait
 * @param since when the tracking or the wait began
 * @param due when the poll was due
 * @param time when the result arrived
 * @param seen the operation as the response shows it, {@code null} if the poll failed
 * @param fault why the poll failed, {@code null} if it succeeded
 * @param before the operation as it was known before, {@code null} if no poll had seen
 * it; of a tracked operation it has the status only
 * @since 0.1.0
 */
public record PollEvent(String operationId, boolean isTracked, long since, long due, long time,
		@Nullable Operation seen, @Nullable Throwable fault, @Nullable Operation before) {
}
