package io.operations.internal.tracking.jdbc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import org.jspecify.annotations.Nullable;

/**
 * Collects changes of operations until they are written. Keeps the last change of each
 * operation, so it never holds more changes than there are operations in memory. Changes
 * carry operations as last seen, which may be large. When they take too much memory, the
 * buffer keeps further changes without the operation, and the instance polls these
 * operations again. Thread-safe.
 */
final class ChangeBuffer {

	private static final long BATCH_WEIGHT = 8_000_000;

	// The fields below are guarded by "this". No foreign code is called while it is
	// locked.
	private final Map<String, UnwrittenChange> changes = new LinkedHashMap<>();

	// Changes that are kept without the operation as last seen.
	private final Map<String, UnwrittenChange> incomplete = new LinkedHashMap<>();

	// Changes that a write has taken out.
	private final Map<String, UnwrittenChange> writing = new HashMap<>();

	private final List<Reading> readings = new ArrayList<>();

	private final int batch;

	private final long maxWeight;

	// The memory of the changes, without those that a write has taken out.
	private long weight;

	/**
	 * Create the buffer.
	 * @param batch the maximum number of changes that are taken at once
	 * @param maxWeight the number of bytes above which no operation is kept
	 */
	ChangeBuffer(int batch, long maxWeight) {
		this.batch = batch;
		this.maxWeight = maxWeight;
	}

	/**
	 * Add a change.
	 * @param change the change
	 * @return whether it must be written at once, because it is the end of an operation
	 */
	boolean add(TrackedChange change) {
		add(new UnwrittenChange(change, Weight.of(change.polled().lastSeen())));
		return change.isEnd();
	}

	private synchronized void add(UnwrittenChange later) {
		String id = later.change().id();
		UnwrittenChange whole = this.changes.get(id);
		boolean isWhole = later.change().polled().lastSeen() != null || !later.isOfVersionOf(this.incomplete.get(id));
		UnwrittenChange merged = later.after(whole);
		long added = merged.weight() - ((whole != null) ? whole.weight() : 0);
		boolean isSmall = added <= 0 || later.change().polled().lastSeen() == null;
		if (isWhole && (isSmall || this.weight + added <= this.maxWeight)) {
			this.incomplete.remove(id);
			put(merged);
		}
		else {
			remove(id);
			this.incomplete.put(id, merged.withoutOperation());
		}
	}

	private void put(UnwrittenChange unwritten) {
		UnwrittenChange before = this.changes.put(unwritten.change().id(), unwritten);
		this.weight += unwritten.weight() - ((before != null) ? before.weight() : 0);
	}

	private void remove(String id) {
		UnwrittenChange removed = this.changes.remove(id);
		this.weight -= (removed != null) ? removed.weight() : 0;
	}

	/**
	 * Take the oldest changes out, to write them.
	 * @return the changes, each of which the caller passes to {@link #putBack},
	 * {@link #known}, {@link #ended} or {@link #drop}
	 */
	synchronized List<TrackedChange> take() {
		List<TrackedChange> oldest = new ArrayList<>();
		long sum = 0;
		Iterator<UnwrittenChange> all = this.changes.values().iterator();
		while (all.hasNext() && oldest.size() < this.batch) {
			UnwrittenChange next = all.next();
			sum += next.weight();
			if (sum > BATCH_WEIGHT && !oldest.isEmpty()) {
				break;
			}
			all.remove();
			this.weight -= next.weight();
			this.writing.put(next.change().id(), next);
			oldest.add(next.change());
		}
		return oldest;
	}

	/**
	 * Put a change back that could not be written.
	 * @param change the change
	 */
	synchronized void putBack(TrackedChange change) {
		UnwrittenChange earlier = this.writing.remove(change.id());
		if (earlier == null || this.incomplete.containsKey(change.id())) {
			return;
		}
		UnwrittenChange later = this.changes.get(change.id());
		put((later != null) ? later.after(earlier) : earlier);
	}

	/**
	 * Note that an end was written. An operation ends once, so there is no later change.
	 * @param end the change
	 */
	synchronized void ended(TrackedChange end) {
		drop(end);
		this.readings.forEach((reading) -> reading.ends.put(end.id(), end.version()));
	}

	/**
	 * Note that a change was written, so that a later change expects the new version.
	 * {@link #known} must follow.
	 * @param written the change
	 * @param version the new version of the row
	 */
	synchronized void stored(TrackedChange written, long version) {
		for (Map<String, UnwrittenChange> all : List.of(this.changes, this.incomplete)) {
			all.computeIfPresent(written.id(),
					(id, later) -> (later.change().version() == written.version()) ? later.version(version) : later);
		}
	}

	/**
	 * Note that the operation in memory has the new version. Until then, a row of that
	 * version shows a change of this instance.
	 * @param written the change
	 * @param version the new version of the row
	 */
	synchronized void known(TrackedChange written, long version) {
		stored(written, version);
		this.writing.remove(written.id());
	}

	/**
	 * Drop a change, for example of a row that a caller has changed or removed, and a
	 * later change of the same version.
	 * @param change the change
	 */
	synchronized void drop(TrackedChange change) {
		this.writing.remove(change.id());
		if (isOfVersion(this.changes.get(change.id()), change)) {
			remove(change.id());
		}
		if (isOfVersion(this.incomplete.get(change.id()), change)) {
			this.incomplete.remove(change.id());
		}
	}

	private static boolean isOfVersion(@Nullable UnwrittenChange later, TrackedChange change) {
		return later != null && later.change().version() == change.version();
	}

	private static boolean isBefore(@Nullable UnwrittenChange unwritten, TrackedRow row) {
		return unwritten != null && unwritten.change().version() < row.version() && unwritten.isOf(row);
	}

	/**
	 * Take out the changes that are kept without the operation as last seen.
	 * @return the ids of the operations, which must be polled again
	 */
	synchronized List<String> takeIncomplete() {
		List<String> ids = List.copyOf(this.incomplete.keySet());
		this.incomplete.clear();
		return ids;
	}

	/**
	 * Return the last change of an operation that is not yet stored.
	 * @param operationId the operation's id
	 * @return the change, {@code null} if there is none
	 */
	synchronized @Nullable TrackedChange get(String operationId) {
		UnwrittenChange last = this.incomplete.get(operationId);
		last = (last != null) ? last : this.changes.get(operationId);
		last = (last != null) ? last : this.writing.get(operationId);
		return (last != null) ? last.change() : null;
	}

	/**
	 * Begin to read rows of the database. Rows that were read before an end was stored
	 * still show the operation as open. Rows that were read after a change was stored may
	 * be newer than the operation in memory.
	 * @return knows which operations this instance has ended or changed
	 */
	synchronized Reading read() {
		Reading reading = new Reading();
		this.readings.add(reading);
		return reading;
	}

	/**
	 * Return the memory of the changes, without those that a write has taken out.
	 * @return the number of bytes
	 */
	synchronized long weight() {
		return this.weight;
	}

	synchronized boolean isEmpty() {
		return this.changes.isEmpty();
	}

	/**
	 * Return whether there are enough changes to write them without waiting for more.
	 * @return whether there is a whole batch
	 */
	synchronized boolean hasBatch() {
		return this.changes.size() >= this.batch || this.weight >= BATCH_WEIGHT;
	}

	synchronized void clear() {
		this.changes.clear();
		this.incomplete.clear();
		this.writing.clear();
		this.weight = 0;
	}

	/**
	 * Knows which operations this instance has ended or changed, although rows that were
	 * read since its creation show another state than the memory.
	 */
	final class Reading implements AutoCloseable {

		private final Map<String, Long> ends = new HashMap<>();

		private Reading() {
		}

		/**
		 * Return whether an operation has ended.
		 * @param row its row, as read
		 * @return whether its end was stored after the read, or waits to be stored
		 */
		boolean hasEnded(TrackedRow row) {
			synchronized (ChangeBuffer.this) {
				TrackedChange unwritten = get(row.id());
				boolean isEnding = unwritten != null && unwritten.isEnd()
						&& (unwritten.version() >= row.version() || isOwnChange(row));
				return isEnding || this.ends.getOrDefault(row.id(), Long.MIN_VALUE) >= row.version();
			}
		}

		/**
		 * Return whether a row is newer than the operation in memory only because this
		 * instance has just stored a change of it.
		 * @param row the row, as read
		 * @return whether a change of an earlier version of the row waits for the answer
		 * of the database, or waits to be written. If it was not this change that made
		 * the row newer, the database refuses the change, and the row is loaded again.
		 */
		boolean isOwnChange(TrackedRow row) {
			synchronized (ChangeBuffer.this) {
				return Stream.of(ChangeBuffer.this.writing, ChangeBuffer.this.changes, ChangeBuffer.this.incomplete)
					.anyMatch((all) -> isBefore(all.get(row.id()), row));
			}
		}

		@Override
		public void close() {
			synchronized (ChangeBuffer.this) {
				ChangeBuffer.this.readings.removeIf((other) -> other == this);
			}
		}

	}

}
