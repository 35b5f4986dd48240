package io.operations.actuate;

import java.util.List;

import io.operations.OperationNotFoundException;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

/**
 * Names the outcomes of a poll or of a delivery.
 */
enum PollOutcome {

	SUCCESS("success"),

	THROTTLED("throttled"),

	UNAVAILABLE("unavailable"),

	NOT_FOUND("not-found"),

	ERROR("error");

	private static final List<PollOutcome> ALL = List.of(values());

	private final String text;

	PollOutcome(String text) {
		this.text = text;
	}

	static PollOutcome of(@Nullable Throwable fault) {
		if (fault == null) {
			return SUCCESS;
		}
		if (fault instanceof OperationNotFoundException) {
			return NOT_FOUND;
		}
		if (fault instanceof OperationsThrottledException) {
			return THROTTLED;
		}
		return (fault instanceof OperationsException known && known.isTransient()) ? UNAVAILABLE : ERROR;
	}

	static PollOutcome of(int number) {
		return ALL.get(number);
	}

	/**
	 * Return the number of this outcome.
	 * @return the number, for {@link #of(int)}
	 */
	int number() {
		return ALL.indexOf(this);
	}

	/**
	 * Return whether a fault concerns one operation, not the account or the server.
	 * @param fault the fault of a poll, {@code null} if the poll succeeded
	 * @return whether the operation itself fails
	 */
	static boolean concernsOperation(@Nullable Throwable fault) {
		PollOutcome outcome = of(fault);
		return outcome == NOT_FOUND || (outcome == ERROR && !(fault instanceof OperationsAuthenticationException));
	}

	/**
	 * Return a short text without any part of a message, so that many operations share it
	 * and it contains no secret.
	 * @param fault the fault of a poll, {@code null} if the poll succeeded
	 * @return the status and the vendor's code of the response; without a response, the
	 * name of the exception
	 */
	static @Nullable String text(@Nullable Throwable fault) {
		if (fault == null) {
			return null;
		}
		if (fault instanceof OperationsException known && known.getStatusCode() != null) {
			return "HTTP " + known.getStatusCode() + ((known.getCode() != null) ? " (" + known.getCode() + ")" : "");
		}
		if (fault instanceof OperationsThrottledException throttled && throttled.isLocal()) {
			return "a limit of this client";
		}
		return NestedExceptionUtils.getMostSpecificCause(fault).getClass().getName();
	}

	@Override
	public String toString() {
		return this.text;
	}

}
