package io.operations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Watches a client at work: metrics, health and logs are listeners, an application's own
 * beans join them. Called on the threads that do the work, often those of an event loop,
 * so a listener must not block. One that throws is logged and changes nothing.
 *
 * @since 0.1.0
 */
public interface OperationsListener {

	/**
	 * A client is ready for use.
	 * @param client the client's name
	 * @param activity what it is doing, to be read at any time
	 */
	default void opened(String client, OperationsActivity activity) {
	}

	/**
	 * A client was closed.
	 * @param client the client's name
	 */
	default void closed(String client) {
	}

	/**
	 * An attempt to fetch an operation succeeded.
	 * @param client the client's name
	 * @param snapshot what it learned
	 */
	default void fetched(String client, OperationSnapshot snapshot) {
	}

	/**
	 * An attempt to fetch an operation failed.
	 * @param client the client's name
	 * @param operationId the operation's id
	 * @param fault why
	 */
	default void failed(String client, String operationId, Throwable fault) {
	}

	/**
	 * A call was throttled, by the server or by the client itself. A call that failed so
	 * is told of as failed, too.
	 * @param client the client's name
	 * @param fault who throttled, and for how long
	 */
	default void throttled(String client, OperationsThrottledException fault) {
	}

	/**
	 * All calls are held back, because the server said that there are too many.
	 * @param client the client's name
	 * @param pause for how long; may be prolonged by a further call of this method
	 */
	default void pauseBegan(String client, Duration pause) {
	}

	/**
	 * Calls leave again after a pause.
	 * @param client the client's name
	 */
	default void pauseEnded(String client) {
	}

	/**
	 * An outage began: three attempts in a row, of fetches and polls alike, brought no
	 * answer or a refusal of the credentials. From now on only one poll at a time is
	 * sent, to find out whether it is over.
	 * @param client the client's name
	 * @param fault what the last attempt failed with
	 */
	default void outageBegan(String client, OperationsException fault) {
	}

	/**
	 * An outage is over: the endpoint answers again, and accepts the credentials.
	 * @param client the client's name
	 * @param duration for how long it lasted, from the first fault on
	 */
	default void outageEnded(String client, Duration duration) {
	}

	/**
	 * A wait began.
	 * @param client the client's name
	 * @param operationId the operation's id
	 */
	default void waitBegan(String client, String operationId) {
	}

	/**
	 * A caller is about to begin a wait or to join one. Called on the caller's thread,
	 * before the wait can end.
	 * @param client the client's name
	 * @param operationId the operation's id
	 * @param caller what the caller's subscription carries
	 */
	default void callerJoined(String client, String operationId, ContextView caller) {
	}

	/**
	 * The next poll of a wait was planned.
	 * @param client the client's name
	 * @param operationId the operation's id
	 * @param delay when it is due, from now
	 */
	default void pollScheduled(String client, String operationId, Duration delay) {
	}

	/**
	 * A wait saw a status for the first time, or another one than before.
	 * @param client the client's name
	 * @param snapshot what was seen
	 * @param previous the operation as seen before, {@code null} if it was not
	 */
	default void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
	}

	/**
	 * An operation that is waited for is older than such operations ever get. Told once
	 * for each wait.
	 * @param client the client's name
	 * @param wait the wait
	 * @param age how old the operation is
	 * @param unusual the age that such operations hardly ever reach
	 */
	default void stuck(String client, OperationWait wait, Duration age, Duration unusual) {
	}

	/**
	 * The deadline of one who waits has passed; others may wait on for the same
	 * operation.
	 * @param client the client's name
	 * @param wait the wait
	 * @param timeout what who waited was given
	 */
	default void deadlinePassed(String client, OperationWait wait, OperationTimeoutException timeout) {
	}

	/**
	 * A wait ended: with its operation, with a fault, or because nobody waits any longer.
	 * @param client the client's name
	 * @param wait the wait
	 * @param reason {@code null} if the operation is terminal; else the fault that those
	 * who waited were given (an {@link OperationsException}, or what a decorator failed
	 * with), or a {@link java.util.concurrent.CancellationException} if all of them left
	 */
	default void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
	}

}
