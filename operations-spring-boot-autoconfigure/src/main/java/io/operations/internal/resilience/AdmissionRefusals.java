package io.operations.internal.resilience;

import java.time.Duration;

import io.operations.OperationsClosedException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.internal.ReadableDuration;

/**
 * Creates the exceptions of requests that the admission does not send. Each message says
 * why the request is not sent, and what the reader can do.
 */
final class AdmissionRefusals {

	private final String client;

	private final String keyPrefix;

	AdmissionRefusals(String client, String keyPrefix) {
		this.client = client;
		this.keyPrefix = keyPrefix;
	}

	OperationsClosedException closed(AdmittedCall<?> call) {
		return new OperationsClosedException(this.client, call.operationId());
	}

	OperationsThrottledException pausedTooLong(AdmittedCall<?> call, Duration pause, boolean byOperator) {
		String reason = byOperator ? "an operator has paused the client" : "the server throttles the account";
		return new OperationsThrottledException(call.notSent() + reason + ", and the pause lasts for another "
				+ ReadableDuration.of(pause) + ", longer than " + this.keyPrefix
				+ ".retry.max-retry-after. Send the request again after the pause.", call.operationId(), pause);
	}

	OperationsThrottledException queueFull(AdmittedCall<?> call, int queued) {
		return throttled(call,
				queued + " fetches and writes are already queued (" + this.keyPrefix
						+ ".rate-limit.max-queued). Send fewer of them, or raise " + this.keyPrefix
						+ ".rate-limit.requests-per-second if the account allows it.");
	}

	OperationsThrottledException noPermit(AdmittedCall<?> call) {
		return throttled(call, "the rate limiter gave no permit within its timeoutDuration. Send fewer requests, or"
				+ " raise the limit of the rate limiter.");
	}

	OperationsUnavailableException limiterFailed(AdmittedCall<?> call, Throwable cause) {
		return new OperationsUnavailableException(call.notSent() + "the rate limiter failed with " + cause
				+ ". Check the rate limiter and its event consumers.", call.operationId(), cause);
	}

	private static OperationsThrottledException throttled(AdmittedCall<?> call, String reason) {
		return new OperationsThrottledException(call.notSent() + reason, call.operationId(), (Duration) null);
	}

}
