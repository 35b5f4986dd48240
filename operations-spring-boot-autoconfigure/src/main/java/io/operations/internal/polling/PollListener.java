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
	 * Called after {@link #polled} if the wait ended, or if the instance stopped polling
	 * the tracked operation, while the result was on its way. Other methods may have
	 * reported that before the poll.
	 * @param client the name of the client
	 * @param poll the poll
	 */
	void abandoned(String client, PollEvent poll);

}
