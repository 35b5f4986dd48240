package io.operations.internal.polling;

import io.operations.OperationsListener;

/**
 * Receives the result of each poll. Listeners of this type are rare, so a poll without
 * one creates no event. The thread is that of the response. The rules are those of
 * {@link OperationsListener}: a listener must not block.
 *
 * @since 0.1.0
 */
public interface PollListener extends OperationsListener {

	/**
	 * Called for each poll before its result is recorded, so that the end of a wait comes
	 * after its last poll. If a wait and a tracked operation share a poll, this method is
	 * called once for each of them.
	 * @param client the name of the client
	 * @param poll the poll
	 */
	void polled(String client, PollEvent poll);

	/**
	 * Called when a wait has ended, and after {@link #polled} if the wait ended, or the
	 * instance stopped polling the tracked operation, while the result was on its way.
	 * Not called if the poller polls the operation again meanwhile, for a new wait or a
	 * new held operation.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 * @param isTracked whether it was a tracked operation, not a wait
	 */
	void abandoned(String client, String operationId, boolean isTracked);

}
