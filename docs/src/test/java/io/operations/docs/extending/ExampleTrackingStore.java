package io.operations.docs.extending;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

import io.operations.tracking.StoredOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingStore;

/**
 * The smallest store of tracked operations: a map in place of the storage.
 */
class ExampleTrackingStore implements TrackingStore {

	private final ConcurrentNavigableMap<String, StoredOperation> operations = new ConcurrentSkipListMap<>();

	@Override
	public StoredOperation insert(StoredOperation operation) {
		return this.operations.putIfAbsent(operation.id(), operation);
	}

	@Override
	public StoredOperation find(String operationId) {
		return this.operations.get(operationId);
	}

	@Override
	public List<StoredOperation> list(TrackingFilter filter) {
		return this.operations.values()
			.stream()
			.filter((stored) -> filter.matches(stored.operation()))
			.sorted(Comparator.comparing(StoredOperation::operation, filter.order().comparator()))
			.limit(filter.limit())
			.toList();
	}

	@Override
	public boolean update(StoredOperation operation, long version) {
		StoredOperation present = find(operation.id());
		return present != null && present.version() == version
				&& this.operations.replace(operation.id(), present, operation);
	}

	@Override
	public boolean remove(String operationId, long version) {
		StoredOperation present = find(operationId);
		return present != null && present.version() == version && this.operations.remove(operationId, present);
	}

	@Override
	public void removeDelivered(Instant time) {
		this.operations.values().removeIf((stored) -> stored.isDeliveredBefore(time));
	}

}
