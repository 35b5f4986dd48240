package io.operations.actuate;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

import io.operations.OperationStatus;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;

/**
 * How the store of tracked operations stands. Instances that share a store show the same.
 *
 * @param states how many operations are in each state
 * @param statuses how many of those that are asked for were last seen with each status
 * @param unseen how many of those that are asked for were not seen yet
 * @param stuck how many of those that are asked for are older than such operations ever
 * get
 * @param undelivered how many have an outcome that could not be delivered
 * @param oldest for how long the oldest of those that are asked for has been so
 * @param backlog how many operations are due and wait
 * @param backlogAge for how long the first of them has been due
 * @since 0.1.0
 */
public record TrackingDescriptor(Map<TrackingState, Long> states, Map<OperationStatus, Long> statuses, long unseen,
		long stuck, long undelivered, Duration oldest, long backlog, Duration backlogAge) {

	static TrackingDescriptor of(TrackingSummary summary) {
		// All of them, so that who reads can tell zero from missing.
		Map<TrackingState, Long> states = new EnumMap<>(TrackingState.class);
		for (TrackingState state : TrackingState.values()) {
			states.put(state, summary.count(state));
		}
		Map<OperationStatus, Long> statuses = new EnumMap<>(OperationStatus.class);
		for (OperationStatus status : OperationStatus.values()) {
			if (!status.isTerminal()) {
				statuses.put(status, summary.count(status));
			}
		}
		return new TrackingDescriptor(states, statuses, summary.unseen(), summary.stuck(),
				summary.count(TrackingState.UNDELIVERED), summary.oldest(), summary.backlog(), summary.backlogAge());
	}

}
