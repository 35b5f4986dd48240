package io.operations.tracking;

/**
 * Holds the result of a call to {@code track}.
 *
 * @param operation the tracked operation
 * @param isNew whether the call started the tracking. If {@code false}, the operation was
 * already tracked and is unchanged.
 * @since 0.1.0
 */
public record TrackingResult(TrackedOperation operation, boolean isNew) {
}
