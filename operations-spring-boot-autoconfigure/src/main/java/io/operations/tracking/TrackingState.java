package io.operations.tracking;

/**
 * Lists the states of a tracked operation.
 *
 * @since 0.1.0
 */
public enum TrackingState {

	/**
	 * The operation has not ended, as far as the tracker knows, and is polled.
	 */
	TRACKED,

	/**
	 * The outcome is known, and its delivery is due or in progress.
	 */
	ENDED,

	/**
	 * The outcome has been delivered. The store keeps the operation for
	 * {@code operations.tracking.retention}.
	 */
	DELIVERED,

	/**
	 * All attempts to deliver the outcome have failed. The store keeps the operation
	 * until it is redelivered or forgotten.
	 */
	UNDELIVERED

}
