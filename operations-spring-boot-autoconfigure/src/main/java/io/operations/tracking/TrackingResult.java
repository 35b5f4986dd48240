package io.operations.tracking;

/**
 * What came of handing an operation over.
 *
 * @param operation the operation as it is tracked
 * @param isNew whether it was not tracked before; if it was, it is as it was
 * @since 0.1.0
 */
public record TrackingResult(TrackedOperation operation, boolean isNew) {
}
