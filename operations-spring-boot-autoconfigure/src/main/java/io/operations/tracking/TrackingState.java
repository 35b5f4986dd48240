package io.operations.tracking;

/**
 * How far a tracked operation has come.
 *
 * @since 0.1.0
 */
public enum TrackingState {

	/**
	 * It is asked for until it ends.
	 */
	TRACKED,

	/**
	 * Its outcome is known and is being delivered.
	 */
	ENDED,

	/**
	 * Its outcome has been delivered. Kept for {@code operations.tracking.retention}.
	 */
	DELIVERED,

	/**
	 * All attempts to deliver its outcome have failed. Kept until it is delivered anew or
	 * forgotten.
	 */
	UNDELIVERED

}
