package io.operations.internal.tracking;

import java.time.Duration;

import io.operations.Operation;
import io.operations.OperationsErrorResponse;
import io.operations.internal.ReadableDuration;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Logs what an operator needs to know about tracked operations. Lines about an operation
 * begin with the name of its client. Each outcome is one line at INFO. A stuck operation,
 * a failed delivery, a hanging handler and an unreachable store are warnings. An outcome
 * that is not delivered after the last attempt is an error.
 *
 * @since 0.1.0
 */
public final class TrackingLog implements TrackingListener {

	private static final Log logger = LogFactory.getLog(TrackingLog.class);

	@Override
	public void ended(TrackedOperation operation) {
		if (logger.isInfoEnabled()) {
			logger.info(client(operation) + "Tracked operation " + id(operation) + " has the outcome "
					+ operation.outcome() + why(operation) + " after "
					+ ReadableDuration.of(operation.age(operation.since())) + " and " + operation.polls()
					+ ((operation.polls() == 1) ? " poll." : " polls.") + lastError(operation.lastFault()));
		}
	}

	@Override
	public void stuck(TrackedOperation operation, Duration age, Duration unusual) {
		logger.warn(client(operation) + "Tracked operation " + id(operation) + " is stuck: it has not ended after "
				+ ReadableDuration.of(age) + ", but operations of its kind should not take longer than "
				+ ReadableDuration.of(unusual) + ". Polling continues until its deadline, " + operation.deadline()
				+ ". If the operation does not end, report it to the vendor's support, or stop tracking it with"
				+ " OperationTracker.forget.");
	}

	@Override
	public void deliveryFailed(TrackedOperation operation, Throwable fault) {
		String text = client(operation) + "Attempt " + operation.attempts() + " to deliver the outcome "
				+ operation.outcome() + " of tracked operation " + id(operation) + " failed. ";
		if (operation.state() == TrackingState.UNDELIVERED) {
			logger.error(text + "It was the last attempt (operations.tracking.delivery.max-attempts), so the store"
					+ " keeps the operation as UNDELIVERED. Fix the handler, then call OperationTracker.redeliver.",
					fault);
		}
		else {
			logger.warn(text + "The next attempt is due at " + operation.nextDue()
					+ ". If attempts keep failing, fix the handler.", fault);
		}
	}

	@Override
	public void deliveryHangs(TrackedOperation operation, Duration duration, Thread handler) {
		StringBuilder text = new StringBuilder(512).append(client(operation))
			.append("The handlers of tracked operation ")
			.append(id(operation))
			.append(" (outcome ")
			.append(operation.outcome())
			.append(") have not returned after ")
			.append(ReadableDuration.of(duration))
			.append(". The library interrupts their thread '")
			.append(handler.getName())
			.append("'. Make the blocking call below end sooner, or raise" + " operations.tracking.delivery.timeout:");
		for (StackTraceElement element : handler.getStackTrace()) {
			text.append(System.lineSeparator()).append("\tat ").append(element);
		}
		logger.warn(text);
	}

	@Override
	public void storeUnavailable(Throwable fault) {
		// Without a stack trace, and in one line even if the driver's message has
		// several.
		logger.warn("The database of tracked operations cannot be reached: "
				+ sentence(OperationsErrorResponse.printable(fault.toString()))
				+ " No stored operation is lost: this instance keeps retrying, and polling and delivery resume when the"
				+ " database is available. Check the database and the network.");
	}

	@Override
	public void storeAvailableAgain(Duration duration) {
		logger.info("The database of tracked operations can be reached again after " + ReadableDuration.of(duration)
				+ ". Polling and delivery resume.");
	}

	private static String lastError(@Nullable String fault) {
		return (fault != null) ? " Last error: " + sentence(fault) : "";
	}

	private static String sentence(String text) {
		return text.endsWith(".") ? text : text + ".";
	}

	private static String why(TrackedOperation operation) {
		OperationOutcome.Type outcome = operation.outcome();
		if (outcome == OperationOutcome.Type.EXPIRED) {
			return " (the server does not know it)";
		}
		if (outcome == OperationOutcome.Type.TIMED_OUT) {
			return " (its deadline passed; it may still be running)";
		}
		Operation seen = operation.operation();
		boolean isAnswer = outcome == OperationOutcome.Type.FAILED || outcome == OperationOutcome.Type.CANCELLED;
		return (seen != null && isAnswer) ? seen.errorText().map((text) -> " (" + text + ")").orElse("") : "";
	}

	private static String client(TrackedOperation operation) {
		return "[" + operation.client() + "] ";
	}

	private static String id(TrackedOperation operation) {
		return "'" + OperationsErrorResponse.printable(operation.id()) + "'";
	}

}
