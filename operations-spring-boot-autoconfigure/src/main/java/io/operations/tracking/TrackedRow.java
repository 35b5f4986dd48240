package io.operations.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.polling.PolledOperation;
import org.jspecify.annotations.Nullable;

/**
 * All that a store keeps of an operation. Immutable: each step makes a new one, which a
 * store accepts only in the place of the version that it was made of.
 *
 * @param polled what the polls showed
 * @param attributes what the operation was handed over with
 * @param deadline when it is asked for at last
 * @param due when there is something to be done, {@code null} if there is not
 * @param lastFault why the last poll failed, {@code null} if it did not
 * @param stuck whether it is older than such operations ever get
 * @param ending how it ended and what became of that
 * @param version counts its changes; begins with the time in milliseconds, so that an
 * operation that is forgotten and tracked anew does not pass for the one before
 * @since 0.1.0
 */
public record TrackedRow(PolledOperation polled, Map<String, String> attributes, Instant deadline,
		@Nullable Instant due, @Nullable String lastFault, boolean stuck, Ending ending, long version) {

	/**
	 * Return the operation's id.
	 * @return the id
	 */
	public String id() {
		return this.polled.id();
	}

	/**
	 * Return how far the operation has come.
	 * @return its state
	 */
	public TrackingState state() {
		return this.ending.state();
	}

	/**
	 * Return the operation as an application sees it.
	 * @return the operation
	 */
	public TrackedOperation toOperation() {
		return new TrackedOperation(id(), this.polled.kind(), this.polled.lastSeen(), this.attributes,
				this.polled.since(), this.deadline, this.polled.polls(), this.due, this.lastFault, this.stuck,
				this.ending.state(), this.ending.outcome(), this.ending.endedAt(), this.ending.attempts(),
				this.ending.fault());
	}

	/**
	 * Return the row as a store has it that has accepted it.
	 * @return the row, one version on
	 */
	public TrackedRow stored() {
		return new TrackedRow(this.polled, this.attributes, this.deadline, this.due, this.lastFault, this.stuck,
				this.ending, this.version + 1);
	}

	/**
	 * Return the row with something to be done at another time.
	 * @param time the time
	 * @return the row
	 */
	public TrackedRow due(@Nullable Instant time) {
		return with(this.ending, time);
	}

	/**
	 * Return the row with its outcome to be delivered anew.
	 * @param now the present time
	 * @return the row, {@code null} if there is no outcome or it is being delivered
	 */
	public @Nullable TrackedRow redelivered(Instant now) {
		boolean possible = state() == TrackingState.DELIVERED || state() == TrackingState.UNDELIVERED;
		return possible ? with(this.ending.again(), now) : null;
	}

	TrackedRow polled(PolledOperation next, Instant time, @Nullable String fault, boolean isStuck) {
		return new TrackedRow(next, this.attributes, this.deadline, time, fault, isStuck, this.ending, this.version);
	}

	TrackedRow ended(PolledOperation next, OperationOutcome.Type type, @Nullable String fault, Instant now) {
		return new TrackedRow(next, this.attributes, this.deadline, now, fault, this.stuck, Ending.of(type, now),
				this.version);
	}

	TrackedRow with(Ending next, @Nullable Instant time) {
		return new TrackedRow(this.polled, this.attributes, this.deadline, time, this.lastFault, this.stuck, next,
				this.version);
	}

	/**
	 * How an operation ended and what became of its outcome.
	 *
	 * @param state how far the operation has come
	 * @param outcome how it ended, {@code null} if it has not
	 * @param endedAt when its end was seen
	 * @param attempts how many attempts there were to deliver the outcome
	 * @param forgiven how many of them do not count, since it is delivered anew
	 * @param fault why the last attempt failed
	 */
	public record Ending(TrackingState state, OperationOutcome.@Nullable Type outcome, @Nullable Instant endedAt,
			int attempts, int forgiven, @Nullable String fault) {

		/**
		 * That of an operation that goes on.
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
