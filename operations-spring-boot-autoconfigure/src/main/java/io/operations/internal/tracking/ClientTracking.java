package io.operations.internal.tracking;

import java.time.Instant;
import java.util.List;

import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;

/**
 * Tracks the operations of one client: keeps them, and schedules their polls and
 * deliveries, which the {@link TrackingEngine} carries out. The methods may block. The
 * tracker passes their exceptions to its caller.
 *
 * @since 0.1.0
 */
public interface ClientTracking {

	/**
	 * Start to poll due operations and to deliver due outcomes.
	 */
	void start();

	/**
	 * Stop polling and delivering. Work in progress is finished, or is abandoned and its
	 * operation remains due.
	 */
	void stop();

	/**
	 * Return whether this instance polls the open operations.
	 * @return whether it polls, as far as it knows
	 */
	boolean isPolling();

	/**
	 * Return the name of the instance that polls the open operations, if this instance
	 * does not. The method may block.
	 * @return the name, {@code null} if no instance polls or the store does not know it
	 */
	default @Nullable String pollingInstance() {
		return null;
	}

	/**
	 * Return whether the tracker must call this object on the current thread. That is the
	 * case if the store does not block, or if the thread has a transaction that the calls
	 * must take part in.
	 * @return {@code true} to call it on the current thread, {@code false} to call it on
	 * a thread that may block
	 */
	boolean belongsToThisThread();

	/**
	 * Add an operation unless the store has one of the same id.
	 * @param row the operation
	 * @return the row that the store already has, {@code null} if the row was added
	 */
	@Nullable TrackedRow insert(TrackedRow row);

	/**
	 * Return an operation.
	 * @param operationId the operation's id
	 * @return its row, {@code null} if there is none
	 */
	@Nullable TrackedRow find(String operationId);

	/**
	 * Return operations in the order of the filter.
	 * @param filter the filter that the operations match, with their order and their
	 * maximum number
	 * @return their rows
	 */
	List<TrackedRow> list(TrackingFilter filter);

	/**
	 * Remove an operation.
	 * @param operationId the operation's id
	 * @param removed called when the operation is removed. In a transaction of the
	 * caller, that is after the commit.
	 * @return whether the store had it
	 */
	boolean remove(String operationId, Runnable removed);

	/**
	 * Schedule another delivery of an operation's outcome.
	 * @param operationId the operation's id
	 * @param now the current time
	 * @return whether the outcome will be delivered. {@code false} if there is no such
	 * operation, or it has no outcome, or the outcome is being delivered.
	 */
	boolean redeliver(String operationId, Instant now);

	/**
	 * Return a summary of all operations in the store.
	 * @param now the current time
	 * @return the number of operations by state and status, and their ages
	 */
	TrackingSummary summary(Instant now);

	/**
	 * Return how full the bounded parts of this instance are. Must neither block nor read
	 * the store.
	 * @return the load
	 */
	TrackingLoad load();

}
