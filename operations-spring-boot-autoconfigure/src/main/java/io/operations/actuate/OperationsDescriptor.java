package io.operations.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.operations.polling.LearnedDurations;
import org.jspecify.annotations.Nullable;

/**
 * Describes the state of all operations of a client, and holds one page of them.
 *
 * @param time the time of this description
 * @param instance the name of the instance that answers; waits are those of this instance
 * @param holder the name of the instance that polls the client's tracked operations,
 * {@code null} if no instance does or it is unknown
 * @param access {@code unrestricted} if the endpoint also acts on operations, otherwise
 * {@code read-only}
 * @param client the name of the client that this describes
 * @param clients the names of all clients whose operations are tracked
 * @param accounts the waits in the memory of this instance and its calls, by client
 * @param learned the learned durations of operations, by kind; without their
 * distributions if this holds a page of operations
 * @param tracking the state of the store of tracked operations, at most three seconds
 * old; {@code null} if the store cannot be reached
 * @param trackingFault why the store cannot be reached, {@code null} if it can
 * @param operations the operations of this page
 * @param next the {@code after} of the next page, {@code null} if this page is the last
 * @since 0.1.0
 */
public record OperationsDescriptor(Instant time, String instance, @Nullable String holder, String access, String client,
		Set<String> clients, Map<String, AccountDescriptor> accounts, Map<String, LearnedDurations> learned,
		@Nullable TrackingDescriptor tracking, @Nullable String trackingFault, List<OperationDescriptor> operations,
		@Nullable String next) {
}
