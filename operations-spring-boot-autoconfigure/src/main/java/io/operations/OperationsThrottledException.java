package io.operations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Too many calls: the server said so (429), or we refused by ourselves
 * ({@link #isLocal()} ) because a queue is full or a permit too far away. The operation
 * was not touched.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsThrottledException extends OperationsException {

	private final @Nullable Duration retryAfter;

	private final boolean local;

	private final @Nullable Integer concurrentRequests;

	/**
	 * Create the exception for an answer of the server.
	 * @param message what happened
	 * @param operationId the operation's id, where there is one
	 * @param response what the server told
	 */
	public OperationsThrottledException(String message, @Nullable String operationId,
			OperationsErrorResponse response) {
		super(message, null, operationId, response);
		this.retryAfter = response.retryAfter();
		this.local = false;
		this.concurrentRequests = response.concurrentRequests();
	}

	/**
	 * Create the exception for a refusal of our own, before any request.
	 * @param message what happened and what to do
	 * @param operationId the operation's id, where it is known
	 * @param retryAfter how long it will last, where that is known
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
	 * Return whether the call was refused before any request left.
	 * @return {@code true} if it was, {@code false} if the server refused
	 */
	public boolean isLocal() {
		return this.local;
	}

	/**
	 * Return how many requests of the account were under way when the server refused this
	 * one.
	 * @return the number of requests, {@code null} if it is not known
	 */
	public @Nullable Integer getConcurrentRequests() {
		return this.concurrentRequests;
	}

	@Override
	public boolean isTransient() {
		return true;
	}

}
