package io.operations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Describes the wait for one operation. All callers that wait for the operation share it.
 *
 * @param operationId the operation's id
 * @param lastSeen the operation as a poll last saw it; {@code null} if no poll has seen
 * it
 * @param polls how many polls the wait has used
 * @param lastRequestId the {@code Twilio-Request-Id} of the poll that last saw the
 * operation; {@code null} if no poll has seen it or the server sent none
 * @param waited how long the wait has lasted
 * @since 0.1.0
 */
public record OperationWait(String operationId, @Nullable Operation lastSeen, int polls, @Nullable String lastRequestId,
		Duration waited) {
}
