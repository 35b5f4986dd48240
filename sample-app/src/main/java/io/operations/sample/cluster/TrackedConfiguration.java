package io.operations.sample.cluster;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A configuration that a caller wrote, and its outcome.
 *
 * @param operationId the id of the operation that creates it
 * @param configurationId its id, valid once the status is COMPLETED
 * @param name its name
 * @param status PENDING, then the operation's outcome
 * @param createdAt when the application stored it
 * @param endedAt when the library delivered its outcome
 * @param outcomes the number of outcomes stored: never more than one
 * @param attempt the number of the attempt that delivered the outcome
 */
record TrackedConfiguration(String operationId, @Nullable String configurationId, String name, String status,
		Instant createdAt, @Nullable Instant endedAt, int outcomes, int attempt) {
}
