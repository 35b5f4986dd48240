package io.operations.observation;

import java.math.BigDecimal;
import java.math.MathContext;

import io.operations.OperationsOverload;
import io.operations.internal.ReadableDuration;

/**
 * Describes an overload of waits, and what the operator can do.
 */
final class OverloadText {

	private OverloadText() {
	}

	/**
	 * Return the text of the log line.
	 * @param overload the figures
	 * @param keys the prefix of the configuration keys of the client
	 * @param rateLimitKeys the prefix of the configuration keys of its rate limit
	 * @return the text
	 */
	static String of(OperationsOverload overload, String keys, String rateLimitKeys) {
		String rate = rateLimitKeys + ".rate-limit.requests-per-second";
		return "There are more waits than the rate limit can serve: " + overload.waits() + " waits need some "
				+ ReadableDuration.of(overload.needed()) + " at "
				+ new BigDecimal(overload.pollsPerSecond()).round(new MathContext(3))
					.stripTrailingZeros()
					.toPlainString()
				+ " polls per second, but the usual timeout of the waits is " + ReadableDuration.of(overload.timeout())
				+ "."
				+ ((overload.instances() > 1) ? " " + overload.instances() + " instances share the rate, so this"
						+ " instance has only its part of " + rate + "." : "")
				+ " The client polls them in turn. Waits may time out although their operations have ended. Raise "
				+ rate + " (and " + rateLimitKeys + ".rate-limit.max-in-flight) if the account allows it, "
				+ longerTimeouts(overload, keys) + ", start fewer waits at once, or track the operations"
				+ " with OperationTracker. The library logs this warning again only after the overload is over.";
	}

	private static String longerTimeouts(OperationsOverload overload, String keys) {
		String own = "pass longer timeouts to the calls";
		if (overload.ownTimeouts() == overload.waits()) {
			return own;
		}
		return "raise " + keys + ".polling.timeout"
				+ ((overload.ownTimeouts() > 0)
						? " or " + own + " (" + overload.ownTimeouts() + " of the waits "
								+ ((overload.ownTimeouts() == 1) ? "has" : "have") + " a timeout that the call passed)"
						: "");
	}

}
