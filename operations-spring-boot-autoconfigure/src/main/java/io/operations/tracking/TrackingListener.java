package io.operations.tracking;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Receives events of tracking. The library's metrics and logs are listeners, and an
 * application may add beans of this type. If a listener throws an exception, the library
 * logs it and continues.
 * <p>
 * Each method names the thread on which the library calls it. A listener must not block:
 * that thread has other work, which waits for the listener. This matters most for
 * {@link #ended} and {@link #stuck}. With a store in a database one thread calls them and
 * stores the results of all polls, so that a listener that blocks stops the storing of
 * all ends.
 *
 * @since 0.1.0
 */
public interface TrackingListener {

	/**
	 * Called when the library begins to track the operations of a client: at the start of
	 * the application, and when a client joins later. Called on the thread that starts
	 * the application, or on one that may block.
	 * @param client the name of the client
	 */
	default void clientJoined(String client) {
	}

	/**
	 * Called when a client has left while the application runs, because its template was
	 * closed. Called on a thread that may block.
	 * @param client the name of the client
	 */
	default void clientLeft(String client) {
	}

	/**
	 * Called when this instance no longer polls tracked operations that have not ended:
	 * one that was forgotten or that it reads again from the store, or all of a client
	 * because another instance may poll them now. Also called when this instance forgets
	 * an operation that has ended, after the commit if the caller has a transaction.
	 * Called on a thread that may block, or on the caller's thread.
	 * @param client the name of the client
	 * @param operationId the operation's id, {@code null} for all operations of the
	 * client that have not ended
	 */
	default void released(String client, @Nullable String operationId) {
	}

	/**
	 * Called when an application starts to track an operation that was not tracked
	 * before. The transaction of the caller may still be rolled back. Called on the
	 * caller's thread, or on a thread of {@code Schedulers.boundedElastic()} if the store
	 * blocks and the caller has no transaction.
	 * @param operation the operation
	 */
	default void tracked(TrackedOperation operation) {
	}

	/**
	 * Called when an operation has ended and its outcome is stored. Called on the thread
	 * that stores the results of all polls. For a store in memory, that is the thread of
	 * the response, which may be a thread of the HTTP client.
	 * @param operation the operation
	 */
	default void ended(TrackedOperation operation) {
	}

	/**
	 * Called when an operation has been running for unusually long compared with others
	 * of its kind. Called once for each operation, on the same thread as {@link #ended}.
	 * @param operation the operation
	 * @param age how long the operation has been running
	 * @param unusual the age that operations of this kind rarely reach
	 */
	default void stuck(TrackedOperation operation, Duration age, Duration unusual) {
	}

	/**
	 * Called when an outcome has been delivered. Called on the thread of the handlers.
	 * @param operation the operation
	 * @param duration how long the attempt took, including the handlers
	 */
	default void delivered(TrackedOperation operation, Duration duration) {
	}

	/**
	 * Called when an attempt to deliver an outcome has failed. Another attempt follows if
	 * the operation's state is {@link TrackingState#ENDED}. If it is
	 * {@link TrackingState#UNDELIVERED}, this attempt was the last one. Called on the
	 * thread of the handlers.
	 * @param operation the operation
	 * @param fault why the attempt failed
	 */
	default void deliveryFailed(TrackedOperation operation, Throwable fault) {
	}

	/**
	 * Called just before the thread of handlers that exceed
	 * {@code operations.tracking.delivery.timeout} is interrupted. Called again after
	 * each further timeout until they return. Called on a thread of the template's
	 * scheduler, which also runs the timers of all polls.
	 * @param operation the operation
	 * @param duration how long the handlers have been running
	 * @param handler the thread that they run on
	 */
	default void deliveryHangs(TrackedOperation operation, Duration duration, Thread handler) {
	}

	/**
	 * Called when a call to the store has ended. Called on the thread of the call: of a
	 * caller of the tracker, of a delivery, or of the work of the store itself.
	 * @param call the name of the call, one of a small set
	 * @param duration how long the call took
	 * @param fault why the call failed, {@code null} if it succeeded
	 */
	default void stored(String call, Duration duration, @Nullable Throwable fault) {
	}

	/**
	 * Called when the store becomes unavailable. Not called again until
	 * {@link #storeAvailableAgain} has been called. If the next outage begins within a
	 * minute after that, this is called only if the outage lasts for 10 seconds. Called
	 * on the thread of the call that failed, as {@link #stored}.
	 * @param fault the exception of the first call that failed
	 */
	default void storeUnavailable(Throwable fault) {
	}

	/**
	 * Called when the store is available again. Called on the thread of the call that
	 * succeeded, as {@link #stored}.
	 * @param duration how long the store was unavailable
	 */
	default void storeAvailableAgain(Duration duration) {
	}

}
