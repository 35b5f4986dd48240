package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;

import io.operations.internal.ReadableDuration;
import io.operations.polling.LearnedDurations;
import org.jspecify.annotations.Nullable;

/**
 * Says in one or two sentences what is wrong with an operation. It uses the texts of the
 * {@link OperationDescriptor}, which contain no value that the user may not see.
 */
final class OperationProblem {

	private OperationProblem() {
	}

	/**
	 * Return what is wrong with an operation.
	 * @param operation the operation
	 * @param expected how long operations of its kind take, {@code null} if it is unknown
	 * @param now the present time
	 * @return the sentences, {@code null} if nothing is wrong
	 */
	static @Nullable String of(OperationDescriptor operation, @Nullable LearnedDurations expected, Instant now) {
		String fault = operation.deliveryFault();
		return switch (operation.state()) {
			case UNDELIVERED -> "The outcome is not delivered, and no attempt is left after " + operation.attempts()
					+ ((operation.attempts() == 1) ? " attempt" : " attempts")
					+ ((fault != null) ? ". The last one failed: " + sentence(fault) : ".")
					+ " Repair the handler, then redeliver the outcome.";
			case ENDED -> (fault != null) ? failing(operation, fault, now) : null;
			case AWAITED, TRACKED -> open(operation, expected, now);
			case DELIVERED -> null;
		};
	}

	private static String failing(OperationDescriptor operation, String fault, Instant now) {
		Instant next = operation.nextDue();
		if (next == null || !next.isAfter(now)) {
			// The number of attempts may include one that is in progress.
			return "The last attempt to deliver the outcome failed: " + sentence(fault)
					+ " Another attempt is due or in progress.";
		}
		return "The delivery of the outcome has failed "
				+ ((operation.attempts() == 1) ? "once: " : operation.attempts() + " times, the last time: ")
				+ sentence(fault) + " The next attempt is due in " + ReadableDuration.of(Duration.between(now, next))
				+ ".";
	}

	private static @Nullable String open(OperationDescriptor operation, @Nullable LearnedDurations expected,
			Instant now) {
		String stuck = operation.stuck() ? stuck(operation.age(), expected) : null;
		String fault = operation.lastFault();
		if (fault == null) {
			return stuck;
		}
		Instant next = operation.nextDue();
		String failed = "The last poll failed: " + sentence(fault) + ((next != null) ? nextPoll(next, now) : "");
		return (stuck != null) ? stuck + " " + failed : failed;
	}

	// The age counts from the wait or the tracking. The operation may be older.
	private static String stuck(Duration age, @Nullable LearnedDurations expected) {
		if (expected == null) {
			return "The operation has been running for " + ReadableDuration.of(age) + ", which is unusually long.";
		}
		return (age.compareTo(expected.upperQuantile()) > 0)
				? "The operation has been running for " + ReadableDuration.of(age)
						+ ", but 95 % of its kind end within " + ReadableDuration.of(expected.upperQuantile()) + "."
				: "The operation has been running for unusually long: 95 % of its kind end within "
						+ ReadableDuration.of(expected.upperQuantile()) + ".";
	}

	// Only the instance that polls a tracked operation knows when it is due.
	private static String nextPoll(Instant next, Instant now) {
		return next.isAfter(now) ? " The next poll is due in " + ReadableDuration.of(Duration.between(now, next)) + "."
				: " Another poll is due or in flight.";
	}

	private static String sentence(String fault) {
		return fault.endsWith(".") ? fault : fault + ".";
	}

}
