package io.operations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when there are too many requests. Either the server throttles the request (429),
 * or the client refuses to send the request ({@link #isLocal()}), because its queue is
 * full, the rate limiter has no permit in time, or the pause of a full account is too
 * long. The operation is not affected.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsThrottledException extends OperationsException {

	private final @Nullable Duration retryAfter;

	private final boolean local;

	private final @Nullable Integer concurrentRequests;

	/**
	 * Create the exception for a response of the server.
	 * @param message what happened
	 * @param operationId the operation's id; {@code null} if there is none
	 * @param response what the server answered
	 */
	public OperationsThrottledException(String message, @Nullable String operationId,
			OperationsErrorResponse response) {
		super(message, null, operationId, response);
		this.retryAfter = response.retryAfter();
		this.local = false;
		this.concurrentRequests = response.concurrentRequests();
	}

	/**
	 * Create the exception for a request that the client refuses to send.
	 * @param message what happened and what to do
	 * @param operationId the operation's id; {@code null} if it is not known
	 * @param retryAfter how long the client will refuse requests; {@code null} if that is
	 * not known
	 */
	public OperationsThrottledException(String message, @Nullable String operationId, @Nullable Duration retryAfter) {
		super(message, null, operationId, null);
		this.retryAfter = retryAfter;
		this.local = true;
		this.concurrentRequests = null;
	}

	@Override
	public @Nullable Duration getRetryAfter() {
		return this.retryAfter;
	}

	/**
	 * Return whether the client refused to send the request.
	 * @return {@code true} if the client refused it, {@code false} if the server rejected
	 * it
	 */
	public boolean isLocal() {
		return this.local;
	}

	/**
	 * Return how many requests of the account were in flight when the server rejected
	 * this one, from the {@code Twilio-Concurrent-Requests} header.
	 * @return the number of requests; {@code null} if it is not known
	 */
	public @Nullable Integer getConcurrentRequests() {
		return this.concurrentRequests;
	}

	@Override
	public boolean isTransient() {
		return true;
	}

}
