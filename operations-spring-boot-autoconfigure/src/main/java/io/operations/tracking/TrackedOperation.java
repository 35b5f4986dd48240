package io.operations.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Describes the current state of a tracked operation. Immutable. Times are those of the
 * instance's clock, not of the server's.
 *
 * @param client the name of the client that polls the operation
 * @param id the operation's id
 * @param kind the kind of the operation, {@code null} while it is unknown
 * @param operation the operation as the server last returned it, {@code null} if no poll
 * has returned it yet. A later response with the same status need not be kept.
 * @param attributes the attributes that the application passed to {@code track}
 * @param since when the application started to track the operation
 * @param deadline when the tracker gives up and the outcome is
 * {@link OperationOutcome.Type#TIMED_OUT}. It moves if the operation is scheduled for
 * later.
 * @param polls how many polls the operation has taken so far
 * @param nextDue when the next poll or the next attempt to deliver is due, {@code null}
 * if none is due
 * @param lastFault why the last poll failed, {@code null} if it succeeded. Of several
 * faults of the same sort in a row, it may be the first.
 * @param stuck whether the operation has been running for unusually long compared with
 * others of its kind
 * @param state the state of the tracking, from the polls to the delivery of the outcome
 * @param outcome how the operation ended, {@code null} if it has not ended
 * @param endedAt when the tracker saw that it ended, {@code null} if it has not ended
 * @param attempts how many attempts to deliver the outcome have begun
 * @param deliveryFault why the last attempt to deliver failed, {@code null} if it did not
 * fail
 * @since 0.1.0
 */
public record TrackedOperation(String client, String id, @Nullable String kind, @Nullable Operation operation,
		Map<String, String> attributes, Instant since, Instant deadline, int polls, @Nullable Instant nextDue,
		@Nullable String lastFault, boolean stuck, TrackingState state, OperationOutcome.@Nullable Type outcome,
		@Nullable Instant endedAt, int attempts, @Nullable String deliveryFault) {

	/**
	 * Return a builder, for instance for the answer of a mocked tracker.
	 * @param client the name of the client
	 * @param id the id of the operation
	 * @return the builder
	 */
	public static TrackedOperationBuilder builder(String client, String id) {
		return new TrackedOperationBuilder(client, id);
	}

	/**
	 * Return how long the operation has been tracked. For an operation that has ended,
	 * the time stops when the tracker saw the end.
	 * @param now the current time
	 * @return the time, never negative
	 */
	public Duration age(Instant now) {
		Duration age = Duration.between(this.since, (this.endedAt != null) ? this.endedAt : now);
		return age.isNegative() ? Duration.ZERO : age;
	}

	/**
	 * Return whether the last attempt to deliver the outcome failed and the outcome is
	 * not delivered.
	 * @return {@code true} from the first failed attempt until the outcome is delivered
	 */
	public boolean isFailing() {
		return this.deliveryFault != null
				&& (this.state == TrackingState.ENDED || this.state == TrackingState.UNDELIVERED);
	}

}
