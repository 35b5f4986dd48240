package io.operations.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.operations.polling.LearnedDurations;
import org.jspecify.annotations.Nullable;

/**
 * All operations at a glance, and a page of those that are tracked.
 *
 * @param client the name of the client that polls
 * @param tracking how the store of tracked operations stands
 * @param throttled whether this instance asks for nothing, because the server wants a
 * pause
 * @param pausedFor how long that pause still is
 * @param endpointAway whether the server does not answer this instance, or refuses its
 * credentials: whether the passive health is DOWN
 * @param learned what this instance has learned of how long operations take, by kind
 * @param waits the waits in the memory of this instance, by client
 * @param operations tracked operations in the order of their ids
 * @param next the {@code after} of the next page, {@code null} if this one is the last
 * @since 0.1.0
 */
public record OperationsDescriptor(String client, TrackingDescriptor tracking, boolean throttled, Duration pausedFor,
		boolean endpointAway, Map<String, LearnedDurations> learned, Map<String, WaitsDescriptor> waits,
		List<TrackedOperationDescriptor> operations, @Nullable String next) {
}
