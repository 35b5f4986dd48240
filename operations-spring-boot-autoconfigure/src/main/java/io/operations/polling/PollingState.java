package io.operations.polling;

import java.time.Duration;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an operation when its next poll is to be planned.
 *
 * @param operationId the operation's id
 * @param kind what the operation is about: the name that the caller gave it, or the keys
 * of its related ids; {@code null} if neither is known
 * @param lastSeen the operation as last seen, {@code null} if it never was
 * @param age how old the operation is, by the server's clock; where that is not known,
 * how long it has been waited for
 * @param polls how many polls the wait has spent
 * @param pollsPerSecond how many polls of all waits the account allows at present
 * @since 0.1.0
 */
public record PollingState(String operationId, @Nullable String kind, @Nullable Operation lastSeen, Duration age,
		int polls, double pollsPerSecond) {
}
