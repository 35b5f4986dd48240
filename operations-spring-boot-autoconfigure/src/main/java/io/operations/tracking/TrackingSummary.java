package io.operations.tracking;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.operations.OperationStatus;

/**
 * Summarizes the operations in a store.
 *
 * @param states the number of operations in each state; a state without operations may be
 * absent
 * @param statuses the number of operations in state TRACKED by the status that the server
 * last returned
 * @param unseen the number of operations in state TRACKED that no poll has returned yet
 * @param stuck the number of operations in state TRACKED that have been running for
 * unusually long compared with others of their kind
 * @param oldest how long the oldest operation in state TRACKED has been tracked, zero if
 * there is none
 * @param backlog the number of operations with a due poll or delivery that has not begun
 * @param backlogAge how long the one that was due first has been due, zero if there is
 * none
 * @param waiting the number of operations in state TRACKED that the polling instance does
 * not hold in memory, because the memory is full. Zero on other instances.
 * @param failing the number of operations whose last delivery failed and whose outcome is
 * not delivered, as {@link TrackedOperation#isFailing()} says
 * @since 0.1.0
 */
public record TrackingSummary(Map<TrackingState, Long> states, Map<OperationStatus, Long> statuses, long unseen,
		long stuck, Duration oldest, long backlog, Duration backlogAge, long waiting, long failing) {

	public TrackingSummary {
		states = Map.copyOf(states);
		statuses = Map.copyOf(statuses);
	}

	/**
	 * Create the summary of a store that keeps all operations in state TRACKED in memory,
	 * or of an instance that does not poll them. No delivery has failed.
	 * @param states the number of operations in each state
	 * @param statuses the number of operations in state TRACKED by status
	 * @param unseen the number of operations in state TRACKED that no poll has returned
	 * @param stuck the number of operations in state TRACKED that are stuck
	 * @param oldest how long the oldest operation in state TRACKED has been tracked
	 * @param backlog the number of operations with a due poll or delivery
	 * @param backlogAge how long the one that was due first has been due
	 */
	public TrackingSummary(Map<TrackingState, Long> states, Map<OperationStatus, Long> statuses, long unseen,
			long stuck, Duration oldest, long backlog, Duration backlogAge) {
		this(states, statuses, unseen, stuck, oldest, backlog, backlogAge, 0, 0);
	}

	/**
	 * Return this summary with another number of operations that wait for memory.
	 * @param number the number
	 * @return the summary
	 */
	public TrackingSummary waiting(long number) {
		return new TrackingSummary(this.states, this.statuses, this.unseen, this.stuck, this.oldest, this.backlog,
				this.backlogAge, number, this.failing);
	}

	/**
	 * Return this summary with another number of operations whose last delivery failed.
	 * @param number the number
	 * @return the summary
	 */
	public TrackingSummary withFailing(long number) {
		return new TrackingSummary(this.states, this.statuses, this.unseen, this.stuck, this.oldest, this.backlog,
				this.backlogAge, this.waiting, number);
	}

	/**
	 * Return the summary of the operations of this summary and those of another one.
	 * @param other the summary of other operations
	 * @return the summary of all of them
	 */
	public TrackingSummary plus(TrackingSummary other) {
		Map<TrackingState, Long> allStates = new EnumMap<>(TrackingState.class);
		Map<OperationStatus, Long> allStatuses = new EnumMap<>(OperationStatus.class);
		for (TrackingSummary each : List.of(this, other)) {
			each.states.forEach((state, number) -> allStates.merge(state, number, Long::sum));
			each.statuses.forEach((status, number) -> allStatuses.merge(status, number, Long::sum));
		}
		return new TrackingSummary(allStates, allStatuses, this.unseen + other.unseen, this.stuck + other.stuck,
				longer(this.oldest, other.oldest), this.backlog + other.backlog,
				longer(this.backlogAge, other.backlogAge), this.waiting + other.waiting, this.failing + other.failing);
	}

	private static Duration longer(Duration one, Duration other) {
		return (one.compareTo(other) >= 0) ? one : other;
	}

	/**
	 * Return the number of operations in a state.
	 * @param state the state
	 * @return the number of operations
	 */
	public long count(TrackingState state) {
		return this.states.getOrDefault(state, 0L);
	}

	/**
	 * Return the number of operations in state TRACKED whose last known status is the
	 * given one.
	 * @param status the status
	 * @return the number of operations
	 */
	public long count(OperationStatus status) {
		return this.statuses.getOrDefault(status, 0L);
	}

}
