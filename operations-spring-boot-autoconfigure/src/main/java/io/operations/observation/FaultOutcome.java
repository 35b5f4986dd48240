package io.operations.observation;

import io.operations.MalformedOperationException;
import io.operations.OperationNotFoundException;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsClosedException;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import org.jspecify.annotations.Nullable;

/**
 * Names the outcome of a request that did not succeed, for a tag.
 */
final class FaultOutcome {

	private FaultOutcome() {
	}

	static String of(@Nullable Throwable fault, boolean cancelled) {
		if (cancelled || fault instanceof OperationsClosedException) {
			return "cancelled";
		}
		if (fault instanceof OperationNotFoundException) {
			return "not_found";
		}
		if (fault instanceof OperationsAuthenticationException) {
			return "denied";
		}
		if (fault instanceof OperationsThrottledException) {
			return "throttled";
		}
		if (fault instanceof MalformedOperationException) {
			return "malformed";
		}
		return (fault instanceof OperationsRequestException) ? "rejected" : "unavailable";
	}

}
