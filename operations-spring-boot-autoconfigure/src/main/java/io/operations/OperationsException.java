package io.operations;

import java.time.Duration;
import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedRuntimeException;

/**
 * Root of all that can go wrong with operations. Carries, where an answer of the server
 * is the cause, its status, vendor code, message and request id; never credentials.
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
	 * Return the id of the operation that was asked for.
	 * @return the id, {@code null} if the fault has to do with none
	 */
	public @Nullable String getOperationId() {
		return this.operationId;
	}

	/**
	 * Return the HTTP status of the answer.
	 * @return the status, empty if there was no answer
	 */
	public OptionalInt getStatusCode() {
		return (this.response != null) ? OptionalInt.of(this.response.status()) : OptionalInt.empty();
	}

	/**
	 * Return the vendor's error code, for instance 20429.
	 * @return the code, {@code null} if none was sent
	 */
	public @Nullable Integer getCode() {
		return (this.response != null) ? this.response.code() : null;
	}

	/**
	 * Return the server's own message, trimmed and escaped.
	 * @return the message, {@code null} if none was sent
	 */
	public @Nullable String getServerMessage() {
		return (this.response != null) ? this.response.message() : null;
	}

	/**
	 * Return the {@code Twilio-Request-Id} of the answer, which the vendor's support asks
	 * for.
	 * @return the request id, {@code null} if none was sent
	 */
	public @Nullable String getRequestId() {
		return (this.response != null) ? this.response.requestId() : null;
	}

	/**
	 * Return how long to wait at least before the next call.
	 * @return the time that the server named, {@code null} if it named none
	 */
	public @Nullable Duration getRetryAfter() {
		return (this.response != null) ? this.response.retryAfter() : null;
	}

	/**
	 * Return whether the same call may succeed later without anybody changing anything. A
	 * wait goes on after such a fault.
	 * @return {@code false} unless overridden
	 */
	public boolean isTransient() {
		return false;
	}

}
