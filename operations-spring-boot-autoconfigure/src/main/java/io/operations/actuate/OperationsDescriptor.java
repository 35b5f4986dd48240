package io.operations.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.operations.polling.LearnedDurations;
import org.jspecify.annotations.Nullable;

/**
 * Describes the state of all operations of a client, and holds one page of the tracked
 * operations.
 *
 * @param client the name of the client that this describes
 * @param clients the names of all clients whose operations are tracked
 * @param tracking the state of the store of tracked operations
 * @param throttled whether this instance sends no requests, because the server throttles
 * it
 * @param pausedFor the rest of that pause, zero without one
 * @param serverUnavailable whether the server is unavailable to this instance or rejects
 * its credentials; the passive health is then DOWN
 * @param learned the learned durations of operations, by kind
 * @param waits the waits in the memory of this instance, by client
 * @param operations the tracked operations of this page, ordered by id
 * @param next the {@code after} of the next page, {@code null} if this page is the last
 * @since 0.1.0
 */
public record OperationsDescriptor(String client, Set<String> clients, TrackingDescriptor tracking, boolean throttled,
		Duration pausedFor, boolean serverUnavailable, Map<String, LearnedDurations> learned,
		Map<String, WaitsDescriptor> waits, List<TrackedOperationDescriptor> operations, @Nullable String next) {
}
