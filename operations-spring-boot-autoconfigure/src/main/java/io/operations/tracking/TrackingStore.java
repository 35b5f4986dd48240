package io.operations.tracking;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the tracked operations of one client, and nothing else: the library polls them,
 * delivers their outcomes and decides which operations the store keeps. An application
 * that keeps tracked operations elsewhere implements this interface and declares a
 * {@link TrackingStoreFactory}. Only one instance of the application may use a store at a
 * time.
 * <p>
 * Each operation has a version. An update and a removal name the version that the store
 * must have. Each method must take effect as a whole or not at all, and must be
 * thread-safe. If a method throws an exception, the tracker passes it to its caller, or
 * the library calls the method again one second later.
 *
 * @since 0.1.0
 */
public interface TrackingStore {

	/**
	 * Add an operation unless the store has one of the same id.
	 * @param operation the operation
	 * @return the operation that the store already has, {@code null} if the new one was
	 * added
	 */
	@Nullable StoredOperation insert(StoredOperation operation);

	/**
	 * Return an operation.
	 * @param operationId the operation's id
	 * @return the operation, {@code null} if there is none
	 */
	@Nullable StoredOperation find(String operationId);

	/**
	 * Return operations in the order of the filter: of their ids, or of their age.
	 * {@link TrackingFilter#matches} and {@link TrackingFilter.Order#comparator()} help a
	 * store that has no query language.
	 * @param filter the filter that the operations match, with their order and their
	 * maximum number
	 * @return the operations
	 */
	List<StoredOperation> list(TrackingFilter filter);

	/**
	 * Count operations. Override this if the store can count without reading.
	 * @param filter the filter that the operations match
	 * @return the number of operations
	 */
	default long count(TrackingFilter filter) {
		return list(filter).size();
	}

	/**
	 * Replace an operation, if the store still has a certain version of it.
	 * @param operation the operation, which may have another version
	 * @param version the version that the store must have
	 * @return {@code true} if the operation was replaced, {@code false} if the store has
	 * no operation of this id or another version of it
	 */
	boolean update(StoredOperation operation, long version);

	/**
	 * Call the handlers of an outcome, then replace the operation as
	 * {@link #update(StoredOperation, long)} does. A store with transactions overrides
	 * this method and does both in one transaction, so that an exception of the handlers
	 * rolls their writes back.
	 * @param handlers calls the handlers
	 * @param operation the operation
	 * @param version the version that the store must have
	 * @return {@code true} if the operation was replaced
	 */
	default boolean updateAfter(Runnable handlers, StoredOperation operation, long version) {
		handlers.run();
		return update(operation, version);
	}

	/**
	 * Remove an operation, if the store still has a certain version of it.
	 * @param operationId the operation's id
	 * @param version the version that the store must have
	 * @return {@code true} if the operation was removed
	 */
	boolean remove(String operationId, long version);

	/**
	 * Remove the operations in state {@link TrackingState#DELIVERED} that ended before a
	 * time. The library calls this once a minute.
	 * @param time the time
	 */
	void removeDelivered(Instant time);

	/**
	 * Return how many operations the store can keep, for a gauge. Must not block.
	 * @return the maximum, {@code null} if the store has none
	 */
	default @Nullable Long maxOperations() {
		return null;
	}

	/**
	 * Return whether the other methods may block. If so, the library calls them on
	 * threads that may block, and stores what the polls have changed a moment later.
	 * @return {@code false} if no method blocks
	 */
	default boolean isBlocking() {
		return true;
	}

}
