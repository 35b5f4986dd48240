package io.operations.internal.polling;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers the operations that a template has seen most recently, so that a wait does
 * not trust a single 404 for one of them. Thread-safe.
 */
final class SeenOperations {

	private static final int MAXIMUM = 1000;

	private final Map<String, Boolean> ids = new LinkedHashMap<>(16, 0.75F, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
			return size() > MAXIMUM;
		}

	};

	synchronized void add(String operationId) {
		this.ids.put(operationId, Boolean.TRUE);
	}

	synchronized boolean contains(String operationId) {
		return this.ids.containsKey(operationId);
	}

}
