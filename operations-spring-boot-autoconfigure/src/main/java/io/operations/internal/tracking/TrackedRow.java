package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.internal.TraceParent;
import io.operations.internal.polling.PolledOperation;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

/**
 * Contains everything that a store keeps of an operation. Immutable. Each step creates a
 * new row, which a store accepts only if it still has the version that the row was made
 * from.
 *
 * @param client the name of the client that tracks the operation
 * @param polled what the polls have shown of the operation
 * @param attributes the attributes that the application passed to {@code track}
 * @param timeout the time after which the operation times out. It counts from the moment
 * at which the application handed the operation over. If the operation is scheduled for
 * later, it counts from the first response that is not SCHEDULED.
 * @param deadline when the operation times out
 * @param due when the next poll or attempt to deliver is due, {@code null} if none is due
 * @param lastFault why the last poll failed, {@code null} if it succeeded
 * @param stuck whether the operation has been running for unusually long compared with
 * others of its kind
 * @param ending how the operation ended, and the state of its delivery
 * @param version the version, which each change increments. It starts with the time in
 * milliseconds, so that an operation that is forgotten and tracked again is not mistaken
 * for the earlier one.
 * @param traceParent the span in which the application began to track the operation,
 * {@code null} if there is none or it was not sampled
 * @since 0.1.0
 */
public record TrackedRow(String client, PolledOperation polled, Map<String, String> attributes, Duration timeout,
		Instant deadline, @Nullable Instant due, @Nullable String lastFault, boolean stuck, Ending ending, long version,
		@Nullable TraceParent traceParent) {

	/**
	 * Create a row of an operation whose tracking began in no span.
	 * @param client the name of the client
	 * @param polled what the polls have shown
	 * @param attributes the attributes
	 * @param timeout the time after which the operation times out
	 * @param deadline when the operation times out
	 * @param due when the next poll or attempt to deliver is due
	 * @param lastFault why the last poll failed
	 * @param stuck whether the operation is stuck
	 * @param ending how the operation ended
	 * @param version the version
	 */
	public TrackedRow(String client, PolledOperation polled, Map<String, String> attributes, Duration timeout,
			Instant deadline, @Nullable Instant due, @Nullable String lastFault, boolean stuck, Ending ending,
			long version) {
		this(client, polled, attributes, timeout, deadline, due, lastFault, stuck, ending, version, null);
	}

	/**
	 * Return the operation's id.
	 * @return the id
	 */
	public String id() {
		return this.polled.id();
	}

	/**
	 * Return the operation's state.
	 * @return the state
	 */
	public TrackingState state() {
		return this.ending.state();
	}

	/**
	 * Return the span in which the tracking began, as a store keeps it.
	 * @return the text, {@code null} if there is none or it was not sampled
	 */
	public @Nullable String traceText() {
		return (this.traceParent != null) ? this.traceParent.toString() : null;
	}

	/**
	 * Return the operation in the form that applications see.
	 * @return the operation
	 */
	public TrackedOperation toOperation() {
		return new TrackedOperation(this.client, id(), this.polled.kind(), this.polled.lastSeen(), this.attributes,
				this.polled.since(), this.deadline, this.polled.polls(), this.due, this.lastFault, this.stuck,
				this.ending.state(), this.ending.outcome(), this.ending.endedAt(), this.ending.attempts(),
				this.ending.fault());
	}

	/**
	 * Return the row in the form that a store has after accepting it.
	 * @return the row with the next version
	 */
	public TrackedRow stored() {
		return version(this.version + 1);
	}

	/**
	 * Return the row with the span in which the tracking began.
	 * @param span the span, {@code null} if there is none or it was not sampled
	 * @return the row
	 */
	public TrackedRow traceParent(@Nullable TraceParent span) {
		return new TrackedRow(this.client, this.polled, this.attributes, this.timeout, this.deadline, this.due,
				this.lastFault, this.stuck, this.ending, this.version, span);
	}

	TrackedRow version(long next) {
		return new TrackedRow(this.client, this.polled, this.attributes, this.timeout, this.deadline, this.due,
				this.lastFault, this.stuck, this.ending, next, this.traceParent);
	}

	TrackedRow deadline(Instant time) {
		return new TrackedRow(this.client, this.polled, this.attributes, this.timeout, time, this.due, this.lastFault,
				this.stuck, this.ending, this.version, this.traceParent);
	}

	/**
	 * Return the row with another due time.
	 * @param time the due time, {@code null} if nothing is due
	 * @return the row
	 */
	public TrackedRow due(@Nullable Instant time) {
		return with(this.ending, time);
	}

	/**
	 * Return the row with its outcome due for another delivery.
	 * @param now the current time
	 * @return the row, {@code null} if there is no outcome or it is being delivered
	 */
	public @Nullable TrackedRow redelivered(Instant now) {
		boolean possible = state() == TrackingState.DELIVERED || state() == TrackingState.UNDELIVERED;
		return possible ? with(this.ending.again(), now) : null;
	}

	TrackedRow polled(PolledOperation next, Instant time, @Nullable String fault, boolean isStuck) {
		return new TrackedRow(this.client, next, this.attributes, this.timeout, this.deadline, time, fault, isStuck,
				this.ending, this.version, this.traceParent);
	}

	TrackedRow ended(PolledOperation next, OperationOutcome.Type type, @Nullable String fault, Instant now) {
		return new TrackedRow(this.client, next, this.attributes, this.timeout, this.deadline, now, fault, this.stuck,
				Ending.of(type, now), this.version, this.traceParent);
	}

	TrackedRow with(Ending next, @Nullable Instant time) {
		return new TrackedRow(this.client, this.polled, this.attributes, this.timeout, this.deadline, time,
				this.lastFault, this.stuck, next, this.version, this.traceParent);
	}

	/**
	 * Describes how an operation ended, and the state of its delivery.
	 *
	 * @param state the state of the operation
	 * @param outcome how the operation ended, {@code null} if it has not ended
	 * @param endedAt when the tracker saw that it ended, {@code null} if it has not ended
	 * @param attempts how many attempts to deliver the outcome have begun
	 * @param forgiven how many of these attempts do not count towards the maximum because
	 * the outcome is redelivered
	 * @param fault why the last attempt failed, {@code null} if it did not fail
	 */
	public record Ending(TrackingState state, OperationOutcome.@Nullable Type outcome, @Nullable Instant endedAt,
			int attempts, int forgiven, @Nullable String fault) {

		/**
		 * The ending of an operation that has not ended.
		 */
		public static final Ending NONE = new Ending(TrackingState.TRACKED, null, null, 0, 0, null);

		static Ending of(OperationOutcome.Type outcome, Instant now) {
			return new Ending(TrackingState.ENDED, outcome, now, 0, 0, null);
		}

		Ending again() {
			return new Ending(TrackingState.ENDED, this.outcome, this.endedAt, this.attempts, this.attempts, null);
		}

		Ending attempted() {
			return new Ending(this.state, this.outcome, this.endedAt, this.attempts + 1, this.forgiven, this.fault);
		}

		Ending delivered() {
			return new Ending(TrackingState.DELIVERED, this.outcome, this.endedAt, this.attempts, this.forgiven, null);
		}

		Ending failed(String why, boolean isLast) {
			return new Ending(isLast ? TrackingState.UNDELIVERED : TrackingState.ENDED, this.outcome, this.endedAt,
					this.attempts, this.forgiven, why);
		}

		boolean isLast(TrackingSettings.Delivery settings) {
			return this.attempts - this.forgiven >= settings.maxAttempts();
		}

		Duration wait(TrackingSettings.Delivery settings) {
			return settings.wait(this.attempts - this.forgiven);
		}

	}

}
