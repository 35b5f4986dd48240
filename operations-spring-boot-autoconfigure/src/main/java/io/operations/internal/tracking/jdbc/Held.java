package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedRow;

/**
 * Contains the operations that this instance polls while it holds the lease.
 */
interface Held {

	/**
	 * Poll operations that were loaded. Does nothing for those that are held in the same
	 * or a later version.
	 * @param rows the rows of the operations
	 */
	void load(List<TrackedRow> rows);

	/**
	 * Poll operations that callers have begun to track.
	 * @param rows the rows of the operations
	 */
	void take(List<TrackedRow> rows);

	/**
	 * Stop polling an operation.
	 * @param operationId the operation's id
	 */
	void release(String operationId);

	/**
	 * Stop polling all operations.
	 */
	void releaseAll();

	/**
	 * Poll again after polls were not permitted.
	 */
	void resume();

	/**
	 * Return whether an operation is polled, in any version.
	 * @param operationId the operation's id
	 * @return whether it is polled
	 */
	boolean has(String operationId);

	/**
	 * Return whether an operation is polled.
	 * @param operationId the operation's id
	 * @param version the version of its row
	 * @return whether it is polled in that version or a later one
	 */
	boolean has(String operationId, long version);

	/**
	 * Return the number of operations.
	 * @return the number of operations that are polled
	 */
	int held();

	/**
	 * Note that a change of an operation was stored.
	 * @param operationId the operation's id
	 * @param version the version of the row that was changed
	 * @param next the new version of the row
	 */
	void stored(String operationId, long version, long next);

	/**
	 * Notify the listener of an outcome, or of an operation that is stuck.
	 * @param before the row before the change
	 * @param stored the row as stored
	 */
	void changed(TrackedRow before, TrackedRow stored);

	/**
	 * Return what the schedule has learned.
	 * @return durations by kind
	 */
	Map<String, List<Duration>> samples();

	/**
	 * Let the schedule learn what another instance has learned.
	 * @param durations durations by kind
	 */
	void learn(Map<String, List<Duration>> durations);

	/**
	 * Return the numbers of polls that no change has reported.
	 * @param most the maximum number of operations
	 * @return the numbers
	 */
	List<HeldOperations.Polls> polls(int most);

}
