package io.operations.tracking;

import java.time.Duration;
import java.util.Map;

import io.operations.OperationStatus;

/**
 * How a store stands.
 *
 * @param states how many operations are in each state
 * @param statuses how many of those that are asked for were last seen with each status
 * @param unseen how many of those that are asked for were not seen yet
 * @param stuck how many of those that are asked for are older than such operations ever
 * get
 * @param oldest for how long the oldest of those that are asked for has been so
 * @param backlog how many operations are due and wait
 * @param backlogAge for how long the first of them has been due
 * @since 0.1.0
 */
public record TrackingSummary(Map<TrackingState, Long> states, Map<OperationStatus, Long> statuses, long unseen,
		long stuck, Duration oldest, long backlog, Duration backlogAge) {

	public TrackingSummary {
		states = Map.copyOf(states);
		statuses = Map.copyOf(statuses);
	}

	/**
	 * Return how many operations are in a state.
	 * @param state the state
	 * @return the number of operations
	 */
	public long count(TrackingState state) {
		return this.states.getOrDefault(state, 0L);
	}

	/**
	 * Return how many of those that are asked for were last seen with a status.
	 * @param status the status
	 * @return the number of operations
	 */
	public long count(OperationStatus status) {
		return this.statuses.getOrDefault(status, 0L);
	}

}
