package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;

import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.polling.PolledOperation;
import io.operations.tracking.OperationOutcome;
import org.jspecify.annotations.Nullable;

/**
 * Computes the next row of an operation from its row and the result of a poll. The next
 * row either has a due time or an outcome. Polling stops only when the operation ends,
 * when the server no longer knows it, or at the deadline.
 */
final class TrackingSteps {

	private static final int PART_OF_AGE = 5;

	private static final Duration LONGEST_WAIT = Duration.ofHours(1);

	private final OperationPolls polls;

	TrackingSteps(OperationPolls polls) {
		this.polls = polls;
	}

	/**
	 * Return the row after a poll that saw the operation.
	 * @param before the row before the poll
	 * @param polled the operation as known after the poll
	 * @param snapshot the response
	 * @param wasScheduled whether the poll before saw the operation as SCHEDULED
	 * @return the row
	 */
	TrackedRow seen(TrackedRow before, PolledOperation polled, OperationSnapshot snapshot, boolean wasScheduled) {
		Instant now = this.polls.now();
		if (snapshot.operation().isTerminal()) {
			return before.ended(polled, outcome(snapshot.operation().status()), null, now);
		}
		TrackedRow row = before.deadline(deadline(before, polled.isScheduled(), wasScheduled, now));
		if (isOver(row, now)) {
			return row.ended(polled, OperationOutcome.Type.TIMED_OUT, null, now);
		}
		Duration wait = this.polls.nextPoll(polled, snapshot.retryAfter());
		return row.polled(polled, due(row, now, wait, snapshot.retryAfter()), null, isStuck(row, polled, now));
	}

	private static OperationOutcome.Type outcome(OperationStatus status) {
		return switch (status) {
			case COMPLETED -> OperationOutcome.Type.COMPLETED;
			case FAILED -> OperationOutcome.Type.FAILED;
			case CANCELLED -> OperationOutcome.Type.CANCELLED;
			default -> throw new IllegalArgumentException("'status' must be terminal, not " + status);
		};
	}

	// The timeout counts from the first response that is not SCHEDULED. But the server
	// keeps an operation only for its retention, so the deadline is not later than the
	// end of the retention, unless the timeout is longer.
	private Instant deadline(TrackedRow row, boolean isScheduled, boolean wasScheduled, Instant now) {
		if (!isScheduled && !wasScheduled) {
			return row.deadline();
		}
		Duration timeout = row.timeout();
		Duration retention = this.polls.retention();
		Instant last = row.polled().since().plus((timeout.compareTo(retention) > 0) ? timeout : retention);
		Instant end = now.plus(timeout);
		return (isScheduled || end.isAfter(last)) ? last : end;
	}

	private boolean isStuck(TrackedRow row, PolledOperation polled, Instant now) {
		if (polled.isScheduled()) {
			return false;
		}
		return row.stuck() || polled.age(now).compareTo(this.polls.unusualAge(polled.kind())) >= 0;
	}

	/**
	 * Return the row after a poll that failed.
	 * @param row the row before the poll
	 * @param polled the operation as known after the poll
	 * @param fault the reason
	 * @return the row
	 */
	TrackedRow failed(TrackedRow row, PolledOperation polled, Throwable fault) {
		Instant now = this.polls.now();
		String text = text(fault);
		boolean unknown = fault instanceof OperationNotFoundException;
		if (unknown && polled.isGone(now)) {
			return row.ended(polled, OperationOutcome.Type.EXPIRED, text, now);
		}
		if (isOver(row, now)) {
			return row.ended(polled, OperationOutcome.Type.TIMED_OUT, text, now);
		}
		Duration retryAfter = (fault instanceof OperationsException known) ? known.getRetryAfter() : null;
		Duration wait = isThrottled(fault) ? this.polls.nextPollAfterThrottling(polled, retryAfter)
				: this.polls.nextPoll(polled, retryAfter);
		if (mustBeFixed(fault)) {
			wait = lengthened(wait, polled.age(now));
		}
		return row.polled(polled, due(row, now, wait, retryAfter), text, isStuck(row, polled, now));
	}

	static boolean isThrottled(Throwable fault) {
		return fault instanceof OperationsThrottledException refusal && !refusal.isLocal();
	}

	// After a fault whose cause somebody has to fix, polls continue, but at growing
	// intervals.
	static boolean mustBeFixed(Throwable fault) {
		return !(fault instanceof OperationNotFoundException)
				&& !(fault instanceof OperationsException known && known.isTransient());
	}

	private static Duration lengthened(Duration wait, Duration age) {
		Duration least = age.dividedBy(PART_OF_AGE);
		if (least.compareTo(LONGEST_WAIT) > 0) {
			least = LONGEST_WAIT;
		}
		return (wait.compareTo(least) >= 0) ? wait : least;
	}

	private static boolean isOver(TrackedRow row, Instant now) {
		return !now.isBefore(row.deadline());
	}

	// The last poll is due at the deadline, unless the server's Retry-After is later.
	static Instant due(TrackedRow row, Instant now, Duration wait, @Nullable Duration retryAfter) {
		Instant due = now.plus(wait);
		Instant last = (retryAfter != null && now.plus(retryAfter).isAfter(row.deadline())) ? now.plus(retryAfter)
				: row.deadline();
		return due.isBefore(last) ? due : last;
	}

	static String text(Throwable fault) {
		if (fault instanceof OperationsException && fault.getMessage() != null) {
			return fault.getMessage();
		}
		String message = fault.getMessage();
		return fault.getClass().getName()
				+ ((message != null) ? ": " + OperationsErrorResponse.printable(message) : "");
	}

}
