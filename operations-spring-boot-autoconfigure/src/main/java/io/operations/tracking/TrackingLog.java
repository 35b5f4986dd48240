package io.operations.tracking;

import java.time.Duration;

import io.operations.Operation;
import io.operations.OperationsErrorResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The log of the tracking: one line for each outcome, and what an operator has to know.
 *
 * @since 0.1.0
 */
public final class TrackingLog implements TrackingListener {

	private static final Log logger = LogFactory.getLog(TrackingLog.class);

	@Override
	public void ended(TrackedOperation operation) {
		if (logger.isInfoEnabled()) {
			logger.info("The " + name(operation) + " ended as " + operation.outcome() + why(operation)
					+ ", tracked for " + operation.age(operation.since()) + ", " + operation.polls() + " polls"
					+ ((operation.lastFault() != null) ? ", last fault: " + operation.lastFault() : ""));
		}
	}

	@Override
	public void stuck(TrackedOperation operation, Duration age, Duration unusual) {
		logger.warn("The " + name(operation) + " is " + age
				+ " old and has not ended; such operations hardly ever take longer" + " than " + unusual
				+ ". It is asked for until " + operation.deadline() + ".");
	}

	@Override
	public void deliveryFailed(TrackedOperation operation, Throwable fault) {
		String text = "Attempt " + operation.attempts() + " to deliver " + operation.outcome() + " of the "
				+ name(operation) + " failed. ";
		if (operation.state() == TrackingState.UNDELIVERED) {
			logger.error(text + "It was the last one (operations.tracking.delivery.max-attempts): correct the handler,"
					+ " then have it delivered anew with OperationTracker.redeliver.", fault);
		}
		else {
			logger.warn(text + "The next one is due at " + operation.nextDue() + ".", fault);
		}
	}

	@Override
	public void deliveryHangs(TrackedOperation operation, Duration duration, Thread handler) {
		StringBuilder text = new StringBuilder(256).append("A handler of ")
			.append(operation.outcome())
			.append(" of the ")
			.append(name(operation))
			.append(" has not returned for ")
			.append(duration)
			.append(" (operations.tracking.delivery.timeout) and is interrupted. Thread '")
			.append(handler.getName())
			.append("' is at");
		for (StackTraceElement element : handler.getStackTrace()) {
			text.append(System.lineSeparator()).append("\tat ").append(element);
		}
		logger.warn(text);
	}

	@Override
	public void storeLost(Throwable fault) {
		// No stack trace, and one line however many the driver's message has.
		logger.warn("The database of the tracked operations cannot be reached: "
				+ OperationsErrorResponse.printable(fault.toString())
				+ ". Nothing is lost; it is tried again until it can be.");
	}

	@Override
	public void storeRegained(Duration duration) {
		logger.info("The database of the tracked operations can be reached again, after " + duration);
	}

	private static String why(TrackedOperation operation) {
		Operation seen = operation.operation();
		boolean isAnswer = operation.outcome() == OperationOutcome.Type.FAILED
				|| operation.outcome() == OperationOutcome.Type.CANCELLED;
		return (seen != null && isAnswer) ? seen.errorText().map((text) -> " (" + text + ")").orElse("") : "";
	}

	private static String name(TrackedOperation operation) {
		return "tracked operation '" + OperationsErrorResponse.printable(operation.id()) + "'";
	}

}
