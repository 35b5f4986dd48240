package io.operations.internal.resilience;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Queues the requests that wait for admission. Fetches and first polls come before repeat
 * polls, and each group is in the order of its due times. Every fourth request is
 * nevertheless a poll, so that many fetches do not starve the waits. It is a repeat poll
 * if one is queued. Not thread-safe.
 */
final class CallQueue {

	/**
	 * The share of requests that is reserved for polls, regardless of the fetches.
	 */
	static final double SHARE_OF_POLLS = 0.25;

	private final NavigableSet<AdmittedCall<?>> fetches = new TreeSet<>();

	private final NavigableSet<AdmittedCall<?>> firstPolls = new TreeSet<>();

	private final NavigableSet<AdmittedCall<?>> repeatPolls = new TreeSet<>();

	private int urgentInARow;

	void add(AdmittedCall<?> call) {
		queueOf(call).add(call);
	}

	void remove(AdmittedCall<?> call) {
		queueOf(call).remove(call);
	}

	@Nullable AdmittedCall<?> poll() {
		boolean share = this.urgentInARow >= 1 / SHARE_OF_POLLS - 1;
		NavigableSet<AdmittedCall<?>> urgent = urgent();
		NavigableSet<AdmittedCall<?>> polls = this.repeatPolls.isEmpty() ? this.firstPolls : this.repeatPolls;
		boolean poll = urgent.isEmpty() || (share && !polls.isEmpty());
		this.urgentInARow = poll ? 0 : this.urgentInARow + 1;
		return (poll ? polls : urgent).pollFirst();
	}

	private NavigableSet<AdmittedCall<?>> urgent() {
		if (this.fetches.isEmpty() || this.firstPolls.isEmpty()) {
			return this.fetches.isEmpty() ? this.firstPolls : this.fetches;
		}
		return (this.fetches.first().compareTo(this.firstPolls.first()) < 0) ? this.fetches : this.firstPolls;
	}

	List<AdmittedCall<?>> removeFetches() {
		List<AdmittedCall<?>> removed = List.copyOf(this.fetches);
		this.fetches.clear();
		return removed;
	}

	List<AdmittedCall<?>> removeAll() {
		List<AdmittedCall<?>> removed = new ArrayList<>(size());
		for (NavigableSet<AdmittedCall<?>> calls : List.of(this.fetches, this.firstPolls, this.repeatPolls)) {
			removed.addAll(calls);
			calls.clear();
		}
		return removed;
	}

	boolean isEmpty() {
		return size() == 0;
	}

	int size() {
		return this.fetches.size() + this.firstPolls.size() + this.repeatPolls.size();
	}

	int fetches() {
		return this.fetches.size();
	}

	private NavigableSet<AdmittedCall<?>> queueOf(AdmittedCall<?> call) {
		return switch (call.kind()) {
			case FETCH -> this.fetches;
			case FIRST_POLL -> this.firstPolls;
			case REPEAT_POLL -> this.repeatPolls;
		};
	}

}
