package io.operations.tracking;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Keeps tracked operations, and has the {@link TrackingEngine} work on those that are
 * due. Its calls may block. What they throw is what the caller of the tracker is given.
 *
 * @since 0.1.0
 */
public interface TrackingStore {

	/**
	 * Begin to work on what is due.
	 */
	void start();

	/**
	 * Stop working. What is under way is ended or goes back as it was.
	 */
	void stop();

	/**
	 * Return whether calls are to be made on the thread that asks, because they do not
	 * block or because it has a transaction that they belong to.
	 * @return {@code true} if they are
	 */
	boolean belongsToThisThread();

	/**
	 * Add an operation unless it is there.
	 * @param row the operation
	 * @return the row that is there already, {@code null} if there was none
	 */
	@Nullable TrackedRow insert(TrackedRow row);

	/**
	 * Return an operation.
	 * @param operationId the operation's id
	 * @return its row, {@code null} if there is none
	 */
	@Nullable TrackedRow find(String operationId);

	/**
	 * Return operations in the order of their ids.
	 * @param filter which ones, and how many at most
	 * @return their rows
	 */
	List<TrackedRow> list(TrackingFilter filter);

	/**
	 * Remove an operation.
	 * @param operationId the operation's id
	 * @return whether it was there
	 */
	boolean remove(String operationId);

	/**
	 * Have the outcome of an operation delivered anew.
	 * @param operationId the operation's id
	 * @param now the present time
	 * @return whether it will be
	 */
	boolean redeliver(String operationId, Instant now);

	/**
	 * Return how the store stands.
	 * @param now the present time
	 * @return counts and ages
	 */
	TrackingSummary summary(Instant now);

}
