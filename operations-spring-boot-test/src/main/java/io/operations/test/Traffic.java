package io.operations.test;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Counts the requests for operations and keeps the faults to inject.
 */
final class Traffic {

	/**
	 * The maximum number of ids with a separate count. Clients may request any id, known
	 * or not, so nothing else limits their number.
	 */
	static final int MAXIMUM_COUNTED_IDS = 10_000;

	private final Map<String, Long> requestsById = new LinkedHashMap<>();

	private final Deque<Planned> faults = new ArrayDeque<>();

	private long requests;

	synchronized void count(String id) {
		this.requests++;
		this.requestsById.merge(id, 1L, Long::sum);
		if (this.requestsById.size() > MAXIMUM_COUNTED_IDS) {
			this.requestsById.remove(this.requestsById.keySet().iterator().next());
		}
	}

	synchronized long requests() {
		return this.requests;
	}

	synchronized long requests(String id) {
		return this.requestsById.getOrDefault(id, 0L);
	}

	synchronized void plan(@Nullable String id, int times, Fault fault) {
		this.faults.add(new Planned(id, times, fault));
	}

	synchronized @Nullable Fault nextFault(String id) {
		Iterator<Planned> candidates = this.faults.iterator();
		while (candidates.hasNext()) {
			Planned planned = candidates.next();
			if (planned.id == null || planned.id.equals(id)) {
				planned.times--;
				if (planned.times == 0) {
					candidates.remove();
				}
				return planned.fault;
			}
		}
		return null;
	}

	synchronized void clearFaults() {
		this.faults.clear();
	}

	synchronized void clear() {
		this.faults.clear();
		this.requestsById.clear();
		this.requests = 0;
	}

	/**
	 * Holds a fault and the number of responses to inject it into.
	 */
	private static final class Planned {

		private final @Nullable String id;

		private final Fault fault;

		private int times;

		private Planned(@Nullable String id, int times, Fault fault) {
			this.id = id;
			this.times = times;
			this.fault = fault;
		}

	}

}
