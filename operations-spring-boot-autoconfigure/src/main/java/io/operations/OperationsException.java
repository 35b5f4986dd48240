package io.operations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedRuntimeException;

/**
 * Root of the exceptions that this library throws about operations. An exception that a
 * response of the server caused carries the status, vendor code, message and request id
 * of that response. No exception carries credentials.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public abstract sealed class OperationsException extends NestedRuntimeException
		permits OperationsRequestException, OperationsAuthenticationException, OperationNotFoundException,
		OperationsThrottledException, OperationsUnavailableException, MalformedOperationException,
		OperationFailedException, OperationCancelledException, OperationTimeoutException, OperationsClosedException {

	private final @Nullable String operationId;

	private final @Nullable OperationsErrorResponse response;

	OperationsException(String message, @Nullable Throwable cause, @Nullable String operationId,
			@Nullable OperationsErrorResponse response) {
		super(message, cause);
		this.operationId = operationId;
		this.response = response;
	}

	/**
	 * Return the id of the operation that the request was about.
	 * @return the id; {@code null} if the request was not about a single operation
	 */
	public @Nullable String getOperationId() {
		return this.operationId;
	}

	/**
	 * Return the HTTP status of the response.
	 * @return the status; {@code null} if there was no response
	 */
	public @Nullable Integer getStatusCode() {
		return (this.response != null) ? Integer.valueOf(this.response.status()) : null;
	}

	/**
	 * Return the vendor's error code, for instance 20429.
	 * @return the code; {@code null} if the server sent none
	 */
	public @Nullable Integer getCode() {
		return (this.response != null) ? this.response.code() : null;
	}

	/**
	 * Return the server's own message, trimmed and escaped.
	 * @return the message; {@code null} if the server sent none
	 */
	public @Nullable String getServerMessage() {
		return (this.response != null) ? this.response.message() : null;
	}

	/**
	 * Return the {@code Twilio-Request-Id} of the response. The vendor's support needs it
	 * to find the request.
	 * @return the request id; {@code null} if the server sent none
	 */
	public @Nullable String getRequestId() {
		return (this.response != null) ? this.response.requestId() : null;
	}

	/**
	 * Return how long to wait at least before the next request.
	 * @return the time that the server named; {@code null} if it named none
	 */
	public @Nullable Duration getRetryAfter() {
		return (this.response != null) ? this.response.retryAfter() : null;
	}

	/**
	 * Return whether the same request may succeed later although nobody changes anything.
	 * A wait continues after a transient error.
	 * @return {@code false} unless overridden
	 */
	public boolean isTransient() {
		return false;
	}

}
