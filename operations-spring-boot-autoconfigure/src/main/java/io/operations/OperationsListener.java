package io.operations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Receives the events of a client. The metrics, health and logs of this library are
 * listeners, and an application can add its own as beans. The client calls a listener on
 * the thread that does the work, often a thread of an event loop, so a listener must not
 * block. The client logs and ignores an exception that a listener throws.
 *
 * @since 0.1.0
 */
public interface OperationsListener {

	/**
	 * Called when a client is ready for use.
	 * @param client the client's name
	 * @param activity the current activity of the client, which the listener may keep and
	 * read at any time
	 */
	default void opened(String client, OperationsActivity activity) {
	}

	/**
	 * Called when a client has been closed.
	 * @param client the client's name
	 */
	default void closed(String client) {
	}

	/**
	 * Called when a request for an operation has succeeded. Each attempt of a fetch and
	 * each poll is one request.
	 * @param client the client's name
	 * @param snapshot what the server answered
	 */
	default void fetched(String client, OperationSnapshot snapshot) {
	}

	/**
	 * Called when a request for an operation has failed. Each attempt of a fetch and each
	 * poll is one request.
	 * @param client the client's name
	 * @param operationId the operation's id
	 * @param fault why the request failed
	 */
	default void failed(String client, String operationId, Throwable fault) {
	}

	/**
	 * Called when the server or the client itself has throttled a request. If the request
	 * failed because of that, the client also calls {@link #failed}. Most often a single
	 * 429 delays only the request that it answers. If the 429 begins a pause of all
	 * requests, the client calls {@link #pauseBegan} before this method.
	 * @param client the client's name
	 * @param fault whether the server or the client throttles, and for how long
	 */
	default void throttled(String client, OperationsThrottledException fault) {
	}

	/**
	 * Called when all requests pause because the account is full. The server has refused
	 * several requests (429), or the only request since the start or since the last
	 * pause. A single refusal among many accepted requests begins no pause.
	 * @param client the client's name
	 * @param pause how long the pause lasts; another call of this method extends it
	 */
	default void pauseBegan(String client, Duration pause) {
	}

	/**
	 * Called when all requests pause because an operator has paused the client, in this
	 * instance or in another one that shares the rate. It replaces a shorter pause that
	 * the server began.
	 * @param client the client's name
	 * @param pause how long the pause lasts; another call of this method extends it, and
	 * a call of {@link #pauseBegan} says that the server demands a longer pause
	 */
	default void operatorPauseBegan(String client, Duration pause) {
	}

	/**
	 * Called when a pause has ended and requests are sent again. The time of the pause is
	 * over, or an operator has resumed the client.
	 * @param client the client's name
	 */
	default void pauseEnded(String client) {
	}

	/**
	 * Called when the store of the rate that all instances share has become unavailable.
	 * This instance then sends its share of the rate: the rate divided by the number of
	 * instances seen last.
	 * @param client the client's name
	 * @param fault why the store is unavailable
	 */
	default void budgetUnavailable(String client, Throwable fault) {
	}

	/**
	 * Called when the store of the shared rate is available again.
	 * @param client the client's name
	 * @param duration how long it was unavailable
	 */
	default void budgetAvailable(String client, Duration duration) {
	}

	/**
	 * Called when an outage has begun: three consecutive requests, fetches and polls
	 * alike, got no usable response or a rejection of the credentials. The client then
	 * sends only one poll at a time until the outage is over. While the server rejects
	 * the credentials, each wait ends with its first rejected poll.
	 * @param client the client's name
	 * @param fault why the last request failed
	 */
	default void outageBegan(String client, OperationsException fault) {
	}

	/**
	 * Called when an outage is over: the server answers again and accepts the
	 * credentials.
	 * @param client the client's name
	 * @param duration how long the outage lasted, from its first error on
	 */
	default void outageEnded(String client, Duration duration) {
	}

	/**
	 * Called when a wait has begun.
	 * @param client the client's name
	 * @param operationId the operation's id
	 */
	default void waitBegan(String client, String operationId) {
	}

	/**
	 * Called when a caller is about to begin a wait or to join one, before the wait can
	 * end. The client calls this method on the caller's thread.
	 * @param client the client's name
	 * @param operationId the operation's id
	 * @param caller the Reactor context of the caller's subscription
	 */
	default void callerJoined(String client, String operationId, ContextView caller) {
	}

	/**
	 * Called when the next poll of a wait has been scheduled.
	 * @param client the client's name
	 * @param operationId the operation's id
	 * @param delay the time from now until the poll is due
	 */
	default void pollScheduled(String client, String operationId, Duration delay) {
	}

	/**
	 * Called when a wait or the tracker has seen the operation's first status or a change
	 * of its status. If both poll the operation together, this method is called once.
	 * @param client the client's name
	 * @param snapshot what the server answered
	 * @param previous the operation as it was seen before; {@code null} if this is the
	 * first time. If the tracker keeps the operation in memory, this contains only its
	 * status
	 */
	default void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
	}

	/**
	 * Called when an awaited operation is stuck: it has been running for unusually long
	 * compared with others of its kind. The client calls this method once for each wait.
	 * @param client the client's name
	 * @param wait the wait
	 * @param age how old the operation is
	 * @param unusual the age that operations of its kind rarely reach
	 */
	default void stuck(String client, OperationWait wait, Duration age, Duration unusual) {
	}

	/**
	 * Called when the waits are overloaded: the client cannot poll all awaited operations
	 * within the timeouts of their waits. Waits may then time out although their
	 * operations have ended. The client calls this method again only after the overload
	 * is over.
	 * @param client the client's name
	 * @param overload the figures, once the number of waits has settled
	 */
	default void waitsOverloaded(String client, OperationsOverload overload) {
	}

	/**
	 * Called when the deadline of one caller has passed. Other callers may continue to
	 * wait for the same operation.
	 * @param client the client's name
	 * @param wait the wait
	 * @param timeout the exception that the caller receives
	 */
	default void deadlinePassed(String client, OperationWait wait, OperationTimeoutException timeout) {
	}

	/**
	 * Called when a wait has ended: the operation is terminal, an error ended the wait,
	 * or the last caller has cancelled.
	 * @param client the client's name
	 * @param wait the wait
	 * @param reason {@code null} if the operation is terminal; a
	 * {@link java.util.concurrent.CancellationException} if all callers have cancelled;
	 * otherwise the error that the callers receive, which is an
	 * {@link OperationsException} or the error of a decorator
	 */
	default void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
	}

}
