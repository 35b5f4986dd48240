package io.operations.tracking;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Receives events of tracking. The library's metrics and logs are listeners, and an
 * application may add beans of this type. Listeners are called on the threads that poll,
 * deliver and store, so they must not block. If a listener throws an exception, the
 * library logs it and continues.
 *
 * @since 0.1.0
 */
public interface TrackingListener {

	/**
	 * Called when an application starts to track an operation that was not tracked
	 * before. The transaction of the caller may still be rolled back.
	 * @param operation the operation
	 */
	default void tracked(TrackedOperation operation) {
	}

	/**
	 * Called when an operation has ended and its outcome is stored.
	 * @param operation the operation
	 */
	default void ended(TrackedOperation operation) {
	}

	/**
	 * Called when an operation has been running for unusually long compared with others
	 * of its kind. Called once for each operation.
	 * @param operation the operation
	 * @param age how long the operation has been running
	 * @param unusual the age that operations of this kind rarely reach
	 */
	default void stuck(TrackedOperation operation, Duration age, Duration unusual) {
	}

	/**
	 * Called when an outcome has been delivered.
	 * @param operation the operation
	 * @param duration how long the attempt took, including the handlers
	 */
	default void delivered(TrackedOperation operation, Duration duration) {
	}

	/**
	 * Called when an attempt to deliver an outcome has failed. Another attempt follows if
	 * the operation's state is {@link TrackingState#ENDED}. If it is
	 * {@link TrackingState#UNDELIVERED}, this attempt was the last one.
	 * @param operation the operation
	 * @param fault why the attempt failed
	 */
	default void deliveryFailed(TrackedOperation operation, Throwable fault) {
	}

	/**
	 * Called just before the thread of handlers that exceed
	 * {@code operations.tracking.delivery.timeout} is interrupted. Called again after
	 * each further timeout until they return.
	 * @param operation the operation
	 * @param duration how long the handlers have been running
	 * @param handler the thread that they run on
	 */
	default void deliveryHangs(TrackedOperation operation, Duration duration, Thread handler) {
	}

	/**
	 * Called when a call to the store has ended.
	 * @param call the name of the call, one of a small set
	 * @param duration how long the call took
	 * @param fault why the call failed, {@code null} if it succeeded
	 */
	default void stored(String call, Duration duration, @Nullable Throwable fault) {
	}

	/**
	 * Called when the store cannot be reached. Not called again until
	 * {@link #storeRegained} has been called. If the store cannot be reached again within
	 * a minute after that, this is called only if it lasts for 10 seconds.
	 * @param fault the exception of the first call that failed
	 */
	default void storeLost(Throwable fault) {
	}

	/**
	 * Called when the store can be reached again.
	 * @param duration how long the store could not be reached
	 */
	default void storeRegained(Duration duration) {
	}

}
