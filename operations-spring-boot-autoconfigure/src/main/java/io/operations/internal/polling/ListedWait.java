package io.operations.internal.polling;

import java.time.Instant;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Describes the wait for one operation as it was at one moment. All callers share it.
 *
 * @param id the operation's id
 * @param kind the kind of the operation, {@code null} while it is unknown
 * @param callers the number of callers that wait
 * @param lastSeen the operation as a poll last saw it, without its URL; {@code null} if
 * no poll has seen it
 * @param stuck whether the operation has been running for unusually long compared with
 * others of its kind
 * @param since when the first caller began to wait
 * @param deadline the latest deadline of the callers; {@code null} if the wait has just
 * ended
 * @param polls the number of polls so far
 * @param nextDue when the next poll is due, or the poll in flight was due
 * @param lastFault the error of the last poll, {@code null} if that succeeded
 * @since 0.1.0
 */
public record ListedWait(String id, @Nullable String kind, int callers, @Nullable Operation lastSeen, boolean stuck,
		Instant since, @Nullable Instant deadline, int polls, Instant nextDue, @Nullable Throwable lastFault) {
}
