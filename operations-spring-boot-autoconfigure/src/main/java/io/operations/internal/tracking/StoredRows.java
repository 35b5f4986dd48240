package io.operations.internal.tracking;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.operations.internal.TraceParent;
import io.operations.internal.polling.PolledOperation;
import io.operations.tracking.StoredOperation;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingStore;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the rows of a client in a {@link TrackingStore}, and gives each new
 * row a version that no earlier row had. Thread-safe.
 */
final class StoredRows {

	private static final int PAGE = 500;

	private final TrackingStore store;

	private final AtomicLong lastVersion = new AtomicLong();

	StoredRows(TrackingStore store) {
		this.store = store;
	}

	/**
	 * Add a row unless the store has one of the same id.
	 * @param row the row, with the version from {@link #numbered}
	 * @return the row that the store already has, {@code null} if the row was added
	 */
	@Nullable TrackedRow insert(TrackedRow row) {
		return row(this.store.insert(stored(row)));
	}

	/**
	 * Return a new row with a version that no row of this client had, because a worker
	 * may still have a forgotten row of the same id.
	 * @param row the row
	 * @return the row with its version
	 */
	TrackedRow numbered(TrackedRow row) {
		return row.version(this.lastVersion.updateAndGet((last) -> Math.max(row.version(), last + 1)));
	}

	@Nullable TrackedRow find(String operationId) {
		return row(this.store.find(operationId));
	}

	List<TrackedRow> list(TrackingFilter filter) {
		return this.store.list(filter).stream().map(StoredRows::toRow).toList();
	}

	/**
	 * Return the rows in a state, page by page.
	 * @param state the state
	 * @param after the id after which the rows come, {@code null} for the first page
	 * @return the rows, none after the last page
	 */
	List<TrackedRow> page(TrackingState state, @Nullable String after) {
		TrackingFilter filter = TrackingFilter.of(state).withLimit(PAGE);
		return list((after != null) ? filter.withAfter(after) : filter);
	}

	long count(TrackingState state) {
		return this.store.count(TrackingFilter.of(state));
	}

	long failing() {
		return this.store
			.count(TrackingFilter.of(TrackingState.ENDED, TrackingState.UNDELIVERED).withFailing(Boolean.TRUE));
	}

	/**
	 * Store a row if the store has the version that the row was made from.
	 * @param row the row
	 * @return the row with its next version, {@code null} if it was not stored
	 */
	@Nullable TrackedRow store(TrackedRow row) {
		TrackedRow next = next(row);
		return this.store.update(stored(next), row.version()) ? next : null;
	}

	/**
	 * Call the handlers of an outcome and store a row, as {@link #store} does.
	 * @param handlers calls the handlers
	 * @param row the row
	 * @return the row with its next version, {@code null} if it was not stored
	 */
	@Nullable TrackedRow storeAfter(Runnable handlers, TrackedRow row) {
		TrackedRow next = next(row);
		return this.store.updateAfter(handlers, stored(next), row.version()) ? next : null;
	}

	private TrackedRow next(TrackedRow row) {
		TrackedRow next = row.stored();
		this.lastVersion.accumulateAndGet(next.version(), Math::max);
		return next;
	}

	/**
	 * Store a row and keep its version.
	 * @param row the row
	 */
	void keep(TrackedRow row) {
		this.store.update(stored(row), row.version());
	}

	boolean remove(TrackedRow row) {
		return this.store.remove(row.id(), row.version());
	}

	private static @Nullable TrackedRow row(@Nullable StoredOperation stored) {
		return (stored != null) ? toRow(stored) : null;
	}

	private static TrackedRow toRow(StoredOperation stored) {
		TrackedOperation operation = stored.operation();
		StoredOperation.Progress progress = stored.progress();
		PolledOperation polled = new PolledOperation(operation.id(), operation.kind(), progress.accepted(),
				operation.since(), progress.created(), progress.learned(), operation.polls(), progress.notFoundSince(),
				progress.related(), operation.operation());
		TrackedRow.Ending ending = (operation.state() != TrackingState.TRACKED)
				? new TrackedRow.Ending(operation.state(), operation.outcome(), operation.endedAt(),
						operation.attempts(), progress.forgiven(), operation.deliveryFault())
				: TrackedRow.Ending.NONE;
		return new TrackedRow(operation.client(), polled, operation.attributes(), progress.timeout(),
				operation.deadline(), operation.nextDue(), operation.lastFault(), operation.stuck(), ending,
				stored.version(), TraceParent.parse(progress.traceparent()));
	}

	private static StoredOperation stored(TrackedRow row) {
		PolledOperation polled = row.polled();
		return new StoredOperation(row.toOperation(),
				new StoredOperation.Progress(row.timeout(), polled.accepted(), polled.created(), polled.learned(),
						polled.notFoundSince(), polled.related(), row.ending().forgiven(), row.traceText()),
				row.version());
	}

}
