package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.operations.OperationsThrottledException;
import io.operations.tracking.StoredOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingStore;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tracked operations of a client in memory, for applications with one instance
 * and for tests. A restart loses all operations. The size is limited. If the store is
 * full, a new operation replaces the oldest delivered one. Thread-safe.
 *
 * @since 0.1.0
 */
public final class MemoryTrackingStore implements TrackingStore {

	private static final Log logger = LogFactory.getLog(MemoryTrackingStore.class);

	private static final Comparator<StoredOperation> END = Comparator
		.comparing((StoredOperation stored) -> ended(stored))
		.thenComparing(StoredOperation::id);

	// Read without the lock; changed while it is held.
	private final NavigableMap<String, StoredOperation> operations = new ConcurrentSkipListMap<>();

	// Guarded by "this".
	private final NavigableSet<StoredOperation> delivered = new TreeSet<>(END);

	private final int maxTracked;

	// Shared by the stores of all clients.
	private final AtomicBoolean warned;

	/**
	 * Create the store.
	 * @param maxTracked the maximum number of operations
	 */
	public MemoryTrackingStore(int maxTracked) {
		this(maxTracked, new AtomicBoolean());
	}

	MemoryTrackingStore(int maxTracked, AtomicBoolean warned) {
		this.maxTracked = maxTracked;
		this.warned = warned;
	}

	private static Instant ended(StoredOperation stored) {
		Instant ended = stored.operation().endedAt();
		return (ended != null) ? ended : Instant.MAX;
	}

	@Override
	public boolean isBlocking() {
		return false;
	}

	@Override
	public Long maxOperations() {
		return (long) this.maxTracked;
	}

	@Override
	public @Nullable StoredOperation insert(StoredOperation operation) {
		synchronized (this) {
			StoredOperation known = this.operations.get(operation.id());
			if (known != null) {
				return known;
			}
			replaceDelivered(operation.id());
			put(operation);
		}
		if (this.warned.compareAndSet(false, true)) {
			logger.warn("Tracked operations are kept in memory only, so a restart loses them. Set"
					+ " operations.tracking.store=jdbc to keep them in a database.");
		}
		return null;
	}

	private void replaceDelivered(String operationId) {
		if (this.operations.size() >= this.maxTracked && !this.delivered.isEmpty()) {
			removePresent(this.delivered.first());
		}
		if (this.operations.size() >= this.maxTracked) {
			throw new OperationsThrottledException("Operation '" + operationId
					+ "' is not tracked because the store in memory already holds " + this.maxTracked
					+ " operations (operations.tracking.max-tracked). Track fewer operations, raise the limit, or set"
					+ " operations.tracking.store=jdbc.", operationId, (Duration) null);
		}
	}

	private void put(StoredOperation operation) {
		this.operations.put(operation.id(), operation);
		if (operation.operation().state() == TrackingState.DELIVERED) {
			this.delivered.add(operation);
		}
	}

	private void removePresent(StoredOperation operation) {
		this.operations.remove(operation.id());
		this.delivered.remove(operation);
	}

	@Override
	public @Nullable StoredOperation find(String operationId) {
		return this.operations.get(operationId);
	}

	@Override
	public List<StoredOperation> list(TrackingFilter filter) {
		return matching(filter).toList();
	}

	@Override
	public long count(TrackingFilter filter) {
		return matching(filter).count();
	}

	private Stream<StoredOperation> matching(TrackingFilter filter) {
		boolean byId = filter.order() == TrackingFilter.Order.ID;
		NavigableMap<String, StoredOperation> from = (filter.after() != null && byId)
				? this.operations.tailMap(filter.after(), false) : this.operations;
		Stream<StoredOperation> matching = from.values()
			.stream()
			.filter((stored) -> filter.matches(stored.operation()));
		return (byId ? matching
				: matching.sorted(Comparator.comparing(StoredOperation::operation, filter.order().comparator())))
			.limit(filter.limit());
	}

	@Override
	public synchronized boolean update(StoredOperation operation, long version) {
		StoredOperation present = this.operations.get(operation.id());
		if (present == null || present.version() != version) {
			return false;
		}
		this.delivered.remove(present);
		put(operation);
		return true;
	}

	@Override
	public synchronized boolean remove(String operationId, long version) {
		StoredOperation present = this.operations.get(operationId);
		if (present == null || present.version() != version) {
			return false;
		}
		removePresent(present);
		return true;
	}

	@Override
	public synchronized void removeDelivered(Instant time) {
		while (!this.delivered.isEmpty() && this.delivered.first().isDeliveredBefore(time)) {
			removePresent(this.delivered.first());
		}
	}

}
