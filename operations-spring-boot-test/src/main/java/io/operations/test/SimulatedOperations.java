package io.operations.test;

import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The operations that the simulated endpoint knows: a bounded number, in the order of
 * their creation.
 */
final class SimulatedOperations {

	private final int maximum;

	private final Map<String, SimulatedOperation> operations = new LinkedHashMap<>();

	SimulatedOperations(int maximum) {
		this.maximum = maximum;
	}

	/**
	 * Add an operation, in place of the oldest one that has ended if there is no room.
	 * @param operation the operation, which takes the place of another with its id
	 * @param now the time
	 * @return whether there was room
	 */
	synchronized boolean add(SimulatedOperation operation, Instant now) {
		this.operations.remove(operation.id());
		if (this.operations.size() >= this.maximum && !removeOldestEnded(now)) {
			return false;
		}
		this.operations.put(operation.id(), operation);
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

	synchronized @Nullable SimulatedOperation get(String id) {
		return this.operations.get(id);
	}

	synchronized void clear() {
		this.operations.clear();
	}

}
