package io.operations.internal.polling;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Orders operations by their next polls. The queue is a heap in an array. The heap takes
 * four to six bytes for each operation, and a tree would take forty. Guarded by the
 * dispatcher.
 */
final class PollQueue {

	private static final int SMALLEST = 16;

	// The number of operations that are examined in search of one that may be polled
	// early.
	private static final int EARLY_CANDIDATES = 8;

	private final int[] frontier = new int[EARLY_CANDIDATES + 1];

	private @Nullable Polled[] heap = new @Nullable Polled[SMALLEST];

	private int size;

	void add(Polled polled) {
		if (this.size == this.heap.length) {
			this.heap = Arrays.copyOf(this.heap, this.size + (this.size >> 1));
		}
		up(this.size++, polled);
	}

	/**
	 * Remove an operation.
	 * @param polled the operation
	 * @return {@code false} if it is not in this queue
	 */
	boolean remove(Polled polled) {
		int place = polled.place();
		if (place < 0 || place >= this.size || !polled.equals(this.heap[place])) {
			return false;
		}
		polled.place(-1);
		Polled last = get(--this.size);
		this.heap[this.size] = null;
		if (!last.equals(polled)) {
			down(place, last);
			if (last.place() == place) {
				up(place, last);
			}
		}
		if (this.size < this.heap.length / 4 && this.heap.length > SMALLEST) {
			this.heap = Arrays.copyOf(this.heap, Math.max(SMALLEST, this.heap.length / 2));
		}
		return true;
	}

	private void up(int from, Polled polled) {
		int place = from;
		while (place > 0) {
			Polled parent = get((place - 1) / 2);
			if (DueItem.ORDER.compare(polled, parent) >= 0) {
				break;
			}
			put(place, parent);
			place = (place - 1) / 2;
		}
		put(place, polled);
	}

	private void down(int from, Polled polled) {
		int place = from;
		int child = 2 * place + 1;
		while (child < this.size) {
			if (child + 1 < this.size && DueItem.ORDER.compare(get(child + 1), get(child)) < 0) {
				child++;
			}
			if (DueItem.ORDER.compare(polled, get(child)) <= 0) {
				break;
			}
			put(place, get(child));
			place = child;
			child = 2 * place + 1;
		}
		put(place, polled);
	}

	private void put(int place, Polled polled) {
		this.heap[place] = polled;
		polled.place(place);
	}

	private Polled get(int place) {
		Polled polled = this.heap[place];
		if (polled == null) {
			throw new IllegalStateException("No operation is at place " + place + " of " + this.size);
		}
		return polled;
	}

	/**
	 * Return the operation that is due first.
	 * @return the operation, {@code null} if there is none
	 */
	@Nullable Polled first() {
		return this.heap[0];
	}

	/**
	 * Return the operation that is due first among those that may be polled now. Examines
	 * only the next few operations.
	 * @param now the present time
	 * @return the operation, {@code null} if none of the next few may be polled
	 */
	@Nullable Polled early(long now) {
		int known = begin();
		for (int passed = 0; passed < EARLY_CANDIDATES && known > 0; passed++) {
			Polled polled = get(pop(known));
			if (polled.notBefore() <= now) {
				return polled;
			}
			known = addChildren(polled.place(), known - 1);
		}
		return null;
	}

	/**
	 * Return the earliest time at which one of the next few operations may be polled.
	 * @return the time, {@link Long#MAX_VALUE} if there is none
	 */
	long nextEarly() {
		long next = Long.MAX_VALUE;
		int known = begin();
		for (int passed = 0; passed < EARLY_CANDIDATES && known > 0; passed++) {
			Polled polled = get(pop(known));
			next = Math.min(next, polled.notBefore());
			known = addChildren(polled.place(), known - 1);
		}
		return next;
	}

	// The frontier holds the places in the heap whose operations may come next in the
	// order.
	private int begin() {
		this.frontier[0] = 0;
		return (this.size > 0) ? 1 : 0;
	}

	private int pop(int known) {
		int best = 0;
		for (int i = 1; i < known; i++) {
			if (DueItem.ORDER.compare(get(this.frontier[i]), get(this.frontier[best])) < 0) {
				best = i;
			}
		}
		int place = this.frontier[best];
		this.frontier[best] = this.frontier[known - 1];
		return place;
	}

	private int addChildren(int place, int known) {
		int next = known;
		for (int child = 2 * place + 1; child <= 2 * place + 2; child++) {
			// Each step removes one place and adds two, so the frontier has enough space.
			if (child < this.size && next < this.frontier.length) {
				this.frontier[next++] = child;
			}
		}
		return next;
	}

	void clear() {
		this.heap = new @Nullable Polled[SMALLEST];
		this.size = 0;
	}

}
