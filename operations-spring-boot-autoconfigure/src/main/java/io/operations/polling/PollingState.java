package io.operations.polling;

import java.time.Duration;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Describes an operation when a {@link PollingSchedule} plans its next poll.
 *
 * @param operationId the operation's id
 * @param kind the kind of the operation: the name that the caller gave, or else the keys
 * of its related ids; {@code null} if neither is known
 * @param lastSeen the operation as last seen, {@code null} if no poll has seen it yet
 * @param age the age of the operation by the server's clock or, if that is unknown, the
 * age of the wait or the time since the operation was tracked
 * @param polls the number of polls so far
 * @param pollsPerSecond the number of polls per second that the account's limits allow
 * for all operations together at present
 * @since 0.1.0
 */
public record PollingState(String operationId, @Nullable String kind, @Nullable Operation lastSeen, Duration age,
		int polls, double pollsPerSecond) {
}
