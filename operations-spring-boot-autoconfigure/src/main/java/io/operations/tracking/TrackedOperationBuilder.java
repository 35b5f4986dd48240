package io.operations.tracking;

import java.time.Instant;
import java.util.Map;

import io.operations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link TrackedOperation}, for instance the answer of a mocked tracker. Not
 * thread-safe.
 *
 * @since 0.1.0
 * @see TrackedOperation#builder(String, String)
 */
public final class TrackedOperationBuilder {

	private final String client;

	private final String id;

	private @Nullable String kind;

	private @Nullable Operation operation;

	private Map<String, String> attributes = Map.of();

	private Instant since = Instant.EPOCH;

	private Instant deadline = Instant.EPOCH;

	private int polls;

	private @Nullable Instant nextDue;

	private @Nullable String lastFault;

	private boolean stuck;

	private TrackingState state = TrackingState.TRACKED;

	private OperationOutcome.@Nullable Type outcome;

	private @Nullable Instant endedAt;

	private int attempts;

	private @Nullable String deliveryFault;

	TrackedOperationBuilder(String client, String id) {
		this.client = client;
		this.id = id;
	}

	/**
	 * Set the kind of the operation.
	 * @param kind the kind; {@code null}, the default, if it is unknown
	 * @return this builder
	 */
	public TrackedOperationBuilder kind(@Nullable String kind) {
		this.kind = kind;
		return this;
	}

	/**
	 * Set the operation as the server reported it.
	 * @param operation the operation; {@code null}, the default, if no poll has seen it
	 * @return this builder
	 */
	public TrackedOperationBuilder operation(@Nullable Operation operation) {
		this.operation = operation;
		return this;
	}

	/**
	 * Set the attributes that the application passed to {@code track}.
	 * @param attributes the attributes; empty by default
	 * @return this builder
	 */
	public TrackedOperationBuilder attributes(Map<String, String> attributes) {
		this.attributes = attributes;
		return this;
	}

	/**
	 * Set when the application started to track the operation.
	 * @param since the time
	 * @return this builder
	 */
	public TrackedOperationBuilder since(Instant since) {
		this.since = since;
		return this;
	}

	/**
	 * Set when the tracker gives up.
	 * @param deadline the time
	 * @return this builder
	 */
	public TrackedOperationBuilder deadline(Instant deadline) {
		this.deadline = deadline;
		return this;
	}

	/**
	 * Set how many polls the operation has taken.
	 * @param polls the number of polls
	 * @return this builder
	 */
	public TrackedOperationBuilder polls(int polls) {
		this.polls = polls;
		return this;
	}

	/**
	 * Set when the next poll or the next attempt to deliver is due.
	 * @param nextDue the time; {@code null}, the default, if none is due
	 * @return this builder
	 */
	public TrackedOperationBuilder nextDue(@Nullable Instant nextDue) {
		this.nextDue = nextDue;
		return this;
	}

	/**
	 * Set why the last poll failed.
	 * @param lastFault the error; {@code null}, the default, if it succeeded
	 * @return this builder
	 */
	public TrackedOperationBuilder lastFault(@Nullable String lastFault) {
		this.lastFault = lastFault;
		return this;
	}

	/**
	 * Set whether the operation has been running for unusually long.
	 * @param stuck whether it is stuck
	 * @return this builder
	 */
	public TrackedOperationBuilder stuck(boolean stuck) {
		this.stuck = stuck;
		return this;
	}

	/**
	 * Set the state of the tracking.
	 * @param state the state; {@link TrackingState#TRACKED} by default
	 * @return this builder
	 */
	public TrackedOperationBuilder state(TrackingState state) {
		this.state = state;
		return this;
	}

	/**
	 * Set how the operation ended.
	 * @param outcome the outcome; {@code null}, the default, if it has not ended
	 * @return this builder
	 */
	public TrackedOperationBuilder outcome(OperationOutcome.@Nullable Type outcome) {
		this.outcome = outcome;
		return this;
	}

	/**
	 * Set when the tracker saw that the operation ended.
	 * @param endedAt the time; {@code null}, the default, if it has not ended
	 * @return this builder
	 */
	public TrackedOperationBuilder endedAt(@Nullable Instant endedAt) {
		this.endedAt = endedAt;
		return this;
	}

	/**
	 * Set how many attempts to deliver the outcome have begun.
	 * @param attempts the number of attempts
	 * @return this builder
	 */
	public TrackedOperationBuilder attempts(int attempts) {
		this.attempts = attempts;
		return this;
	}

	/**
	 * Set why the last attempt to deliver failed.
	 * @param deliveryFault the error; {@code null}, the default, if it did not fail
	 * @return this builder
	 */
	public TrackedOperationBuilder deliveryFault(@Nullable String deliveryFault) {
		this.deliveryFault = deliveryFault;
		return this;
	}

	/**
	 * Build the tracked operation.
	 * @return the tracked operation
	 */
	public TrackedOperation build() {
		return new TrackedOperation(this.client, this.id, this.kind, this.operation, this.attributes, this.since,
				this.deadline, this.polls, this.nextDue, this.lastFault, this.stuck, this.state, this.outcome,
				this.endedAt, this.attempts, this.deliveryFault);
	}

}
