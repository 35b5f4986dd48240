package io.operations.tracking.jdbc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.operations.tracking.TrackedChange;
import org.jspecify.annotations.Nullable;

/**
 * Collects changes of operations until they are written. Keeps one change for each
 * operation, the last, so that it never holds more changes than operations are held.
 * Thread-safe.
 */
final class ChangeBuffer {

	// Guarded by "this"; nothing foreign is called while it is held.
	private final Map<String, TrackedChange> changes = new LinkedHashMap<>();

	private final Map<String, TrackedChange> taken = new HashMap<>();

	/**
	 * Add a change.
	 * @param change the change
	 * @return whether it must be written at once, because it is the end of an operation
	 */
	synchronized boolean add(TrackedChange change) {
		merge(change, this.changes.get(change.id()));
		return change.isEnd();
	}

	// An earlier change of another version is about an operation that was forgotten.
	private void merge(TrackedChange later, @Nullable TrackedChange earlier) {
		this.changes.put(later.id(),
				(earlier != null && earlier.version() == later.version()) ? later.after(earlier) : later);
	}

	/**
	 * Take the oldest changes out, to write them.
	 * @param most the maximum number of changes
	 * @return the changes, each of which is passed to one of the three methods below
	 */
	synchronized List<TrackedChange> take(int most) {
		List<TrackedChange> oldest = new ArrayList<>();
		Iterator<TrackedChange> all = this.changes.values().iterator();
		while (all.hasNext() && oldest.size() < most) {
			oldest.add(all.next());
			all.remove();
		}
		oldest.forEach((change) -> this.taken.put(change.id(), change));
		return oldest;
	}

	/**
	 * Put a change back that could not be written.
	 * @param change the change
	 */
	synchronized void putBack(TrackedChange change) {
		this.taken.remove(change.id());
		TrackedChange later = this.changes.get(change.id());
		merge((later != null) ? later : change, change);
	}

	/**
	 * Note that a change was written, so that a later one finds the new version.
	 * @param written the change
	 * @param version the new version of the row
	 */
	synchronized void stored(TrackedChange written, long version) {
		this.taken.remove(written.id());
		TrackedChange later = this.changes.get(written.id());
		if (later != null && later.version() == written.version()) {
			this.changes.put(written.id(), later.version(version));
		}
	}

	/**
	 * Drop a change of a row that a caller has changed or removed, and a later change of
	 * the same row.
	 * @param refused the change that was refused
	 */
	synchronized void drop(TrackedChange refused) {
		this.taken.remove(refused.id());
		TrackedChange later = this.changes.get(refused.id());
		if (later != null && later.version() == refused.version()) {
			this.changes.remove(refused.id());
		}
	}

	/**
	 * Return the last change of an operation that is not yet stored.
	 * @param operationId the operation's id
	 * @return the change, {@code null} if there is none
	 */
	synchronized @Nullable TrackedChange get(String operationId) {
		TrackedChange last = this.changes.get(operationId);
		return (last != null) ? last : this.taken.get(operationId);
	}

	synchronized int size() {
		return this.changes.size();
	}

	synchronized void clear() {
		this.changes.clear();
		this.taken.clear();
	}

}
