package io.operations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The waiting for one operation, shared by all who wait for it.
 *
 * @param operationId the operation's id
 * @param lastSeen the operation as last seen, {@code null} if it never was
 * @param polls how many polls were spent
 * @param lastRequestId the {@code Twilio-Request-Id} of the poll that saw it last
 * @param waited how long the wait has lasted
 * @since 0.1.0
 */
public record OperationWait(String operationId, @Nullable Operation lastSeen, int polls, @Nullable String lastRequestId,
		Duration waited) {
}
