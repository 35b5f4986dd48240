package io.operations.actuate;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

import io.operations.OperationStatus;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;

/**
 * Describes the state of the store of tracked operations. Instances that share a store
 * show the same state.
 *
 * @param states the number of operations in each state
 * @param statuses the number of polled operations by last seen status
 * @param unseen the number of polled operations whose status no poll has seen yet
 * @param stuck the number of polled operations that have been running for unusually long
 * compared with others of their kind
 * @param failing the number of operations whose last delivery failed and whose outcome is
 * not delivered: the library tries again, or the outcome is undelivered
 * @param undelivered the number of operations whose outcome could not be delivered
 * @param ended the number of operations whose outcome is known, and whose delivery is due
 * or in progress
 * @param oldest the age of the oldest polled operation, from the start of its tracking
 * @param backlog the number of operations whose poll or delivery is overdue
 * @param backlogAge the longest time by which one of them is overdue
 * @since 0.1.0
 */
public record TrackingDescriptor(Map<TrackingState, Long> states, Map<OperationStatus, Long> statuses, long unseen,
		long stuck, long failing, long undelivered, long ended, Duration oldest, long backlog, Duration backlogAge) {

	static TrackingDescriptor of(TrackingSummary summary) {
		// All states, so that a reader can distinguish zero from missing.
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
		return new TrackingDescriptor(states, statuses, summary.unseen(), summary.stuck(), summary.failing(),
				summary.count(TrackingState.UNDELIVERED), summary.count(TrackingState.ENDED), summary.oldest(),
				summary.backlog(), summary.backlogAge());
	}

}
