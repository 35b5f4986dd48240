package io.operations.test;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.OperationsProduct;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a limited number of operations in the order of their creation.
 */
final class SimulatedOperations {

	private final int maximum;

	private final Map<Key, SimulatedOperation> operations = new LinkedHashMap<>();

	SimulatedOperations(int maximum) {
		this.maximum = maximum;
	}

	/**
	 * Add an operation. If there is no room, the new operation replaces the oldest one
	 * that has ended.
	 * @param operation the operation, which replaces another one of its product with the
	 * same id
	 * @param now the present time
	 * @return {@code false} if there is no room and no operation has ended
	 */
	synchronized boolean add(SimulatedOperation operation, Instant now) {
		Key key = new Key(operation.product(), operation.id());
		this.operations.remove(key);
		if (this.operations.size() >= this.maximum && !removeOldestEnded(now)) {
			return false;
		}
		this.operations.put(key, operation);
		return true;
	}

	private boolean removeOldestEnded(Instant now) {
		Iterator<SimulatedOperation> candidates = this.operations.values().iterator();
		while (candidates.hasNext()) {
			if (candidates.next().hasEndedAt(now)) {
				candidates.remove();
				return true;
			}
		}
		return false;
	}

	synchronized @Nullable SimulatedOperation get(OperationsProduct product, String id) {
		return this.operations.get(new Key(product, id));
	}

	synchronized void clear() {
		this.operations.clear();
	}

	private record Key(OperationsProduct product, String id) {
	}

}
