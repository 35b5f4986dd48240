package io.operations.sample.cluster;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A configuration that was asked for, and what became of it.
 *
 * @param operationId the operation that creates it
 * @param configurationId its id, which is valid once it is COMPLETED
 * @param name what the caller named it
 * @param status PENDING, then the operation's outcome
 * @param createdAt when it was asked for
 * @param endedAt when its outcome was delivered
 * @param outcomes how many outcomes were written: never more than one
 * @param attempt which attempt to deliver the outcome it was
 */
record TrackedConfiguration(String operationId, @Nullable String configurationId, String name, String status,
		Instant createdAt, @Nullable Instant endedAt, int outcomes, int attempt) {
}
