package io.operations.resilience;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * The calls that wait to be admitted: fetches and first polls before repeat polls, within
 * each in the order in which they were due. One in four goes to a repeat poll all the
 * same, so that a flood of fetches does not starve the waits. Not thread-safe.
 */
final class CallQueue {

	/**
	 * The part of the calls that goes to repeat polls, however many others there are.
	 */
	static final double SHARE_OF_REPEATS = 0.25;

	private final NavigableSet<AdmittedCall<?>> urgent = new TreeSet<>();

	private final NavigableSet<AdmittedCall<?>> repeats = new TreeSet<>();

	private int fetches;

	private int urgentInARow;

	void add(AdmittedCall<?> call) {
		queueOf(call).add(call);
		this.fetches += count(call);
	}

	boolean remove(AdmittedCall<?> call) {
		boolean removed = queueOf(call).remove(call);
		if (removed) {
			this.fetches -= count(call);
		}
		return removed;
	}

	@Nullable AdmittedCall<?> poll() {
		boolean repeat = this.urgent.isEmpty()
				|| (!this.repeats.isEmpty() && this.urgentInARow >= 1 / SHARE_OF_REPEATS - 1);
		AdmittedCall<?> call = (repeat ? this.repeats : this.urgent).pollFirst();
		if (call != null) {
			this.urgentInARow = repeat ? 0 : this.urgentInARow + 1;
			this.fetches -= count(call);
		}
		return call;
	}

	List<AdmittedCall<?>> removeFetches() {
		List<AdmittedCall<?>> removed = new ArrayList<>();
		for (AdmittedCall<?> call : List.copyOf(this.urgent)) {
			if (call.kind() == Turn.Kind.FETCH) {
				remove(call);
				removed.add(call);
			}
		}
		return removed;
	}

	List<AdmittedCall<?>> removeAll() {
		List<AdmittedCall<?>> removed = new ArrayList<>(this.urgent);
		removed.addAll(this.repeats);
		this.urgent.clear();
		this.repeats.clear();
		this.fetches = 0;
		return removed;
	}

	boolean isEmpty() {
		return this.urgent.isEmpty() && this.repeats.isEmpty();
	}

	int size() {
		return this.urgent.size() + this.repeats.size();
	}

	int fetches() {
		return this.fetches;
	}

	private NavigableSet<AdmittedCall<?>> queueOf(AdmittedCall<?> call) {
		return (call.kind() == Turn.Kind.REPEAT_POLL) ? this.repeats : this.urgent;
	}

	private static int count(AdmittedCall<?> call) {
		return (call.kind() == Turn.Kind.FETCH) ? 1 : 0;
	}

}
