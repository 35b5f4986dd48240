package io.operations.tracking;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Watches the tracking at work: metrics, health and logs are listeners, an application's
 * own beans join them. Called on the threads that do the work, so a listener must not
 * block. One that throws is logged and changes nothing.
 *
 * @since 0.1.0
 */
public interface TrackingListener {

	/**
	 * An operation was handed over that was not tracked before. The transaction that it
	 * was handed over in may still be rolled back.
	 * @param operation the operation
	 */
	default void tracked(TrackedOperation operation) {
	}

	/**
	 * The outcome of an operation was seen and stored.
	 * @param operation the operation
	 */
	default void ended(TrackedOperation operation) {
	}

	/**
	 * An operation is older than such operations ever get. Told once for each.
	 * @param operation the operation
	 * @param age how old it is
	 * @param unusual the age that such operations hardly ever reach
	 */
	default void stuck(TrackedOperation operation, Duration age, Duration unusual) {
	}

	/**
	 * An outcome was delivered.
	 * @param operation the operation
	 * @param duration how long the handlers took
	 */
	default void delivered(TrackedOperation operation, Duration duration) {
	}

	/**
	 * An attempt to deliver an outcome failed; there will be another if the operation's
	 * state is ENDED.
	 * @param operation the operation
	 * @param fault why
	 */
	default void deliveryFailed(TrackedOperation operation, Throwable fault) {
	}

	/**
	 * A handler has not returned in time and was interrupted.
	 * @param operation the operation
	 * @param duration for how long it has been running
	 * @param handler the thread that it runs on
	 */
	default void deliveryHangs(TrackedOperation operation, Duration duration, Thread handler) {
	}

	/**
	 * A call to the store is over.
	 * @param call its name: one of a small set
	 * @param duration how long it took
	 * @param fault why it failed, {@code null} if it did not
	 */
	default void stored(String call, Duration duration, @Nullable Throwable fault) {
	}

	/**
	 * The store cannot be reached. Told once until it can be again.
	 * @param fault why
	 */
	default void storeLost(Throwable fault) {
	}

	/**
	 * The store can be reached again.
	 * @param duration for how long it could not be
	 */
	default void storeRegained(Duration duration) {
	}

}
