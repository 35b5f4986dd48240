package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

/**
 * Contains the statements of the instance that holds the lease of a client. The
 * statements have no effect unless the lease still has the given epoch. Therefore an
 * instance that lost its lease without noticing, because its process was suspended, can
 * change nothing. Each call is one transaction.
 */
interface FencedRows {

	/**
	 * The maximum number of operations of one call.
	 */
	int BATCH = 1000;

	/**
	 * The time after which a statement without an answer fails. It is short, because
	 * another instance can take the lease meanwhile.
	 */
	Duration SHORT = Duration.ofSeconds(10);

	/**
	 * The time after which a statement on many rows without an answer fails.
	 */
	Duration LONG = Duration.ofSeconds(30);

	/**
	 * Renew the lease by the clock of the database, and take the operations that callers
	 * have added or removed.
	 * @param epoch the epoch of the lease
	 * @param limit the maximum number of entries to take
	 * @param consumer receives the operations before they are removed from the inbox
	 * @return the number of entries, -1 if the lease is lost
	 */
	int look(long epoch, int limit, Consumer<Inbox> consumer);

	/**
	 * Store changes of operations, and schedule the delivery of the outcomes among them.
	 * Waits for no row that another transaction has locked.
	 * @param epoch the epoch of the lease
	 * @param changes at most one change for each operation
	 * @param due when the deliveries are due, by the database's clock
	 * @return the result, {@code null} if the lease is lost
	 */
	@Nullable Written write(long epoch, List<TrackedChange> changes, Instant due);

	/**
	 * Store numbers of polls. Rows that another transaction has locked, or that have
	 * another version, keep theirs.
	 * @param epoch the epoch of the lease
	 * @param polls the numbers, at most one for each operation
	 */
	void count(long epoch, List<HeldOperations.Polls> polls);

	/**
	 * Store what this instance has learned, for the next holder and for restarts.
	 * @param epoch the epoch of the lease
	 * @param durations the durations by kind. Kinds with very long names are left out.
	 */
	void learned(long epoch, Map<String, List<Duration>> durations);

	/**
	 * Return the row before a notable change.
	 * @param stored the row as stored
	 * @return a row in state TRACKED. It is not stuck if the change was that the
	 * operation became stuck.
	 */
	static TrackedRow before(TrackedRow stored) {
		boolean ended = stored.state() != TrackingState.TRACKED;
		return new TrackedRow(stored.client(), stored.polled(), stored.attributes(), stored.timeout(),
				stored.deadline(), null, stored.lastFault(), ended && stored.stuck(), TrackedRow.Ending.NONE,
				stored.version() - 1, stored.traceParent());
	}

	/**
	 * Holds the operations of the inbox.
	 *
	 * @param open the rows of operations to poll
	 * @param gone the ids of operations not to poll
	 */
	record Inbox(List<TrackedRow> open, List<String> gone) {

	}

	/**
	 * Holds the result of a write. An operation that is in neither of the first two
	 * collections was locked by another transaction. The caller tries again.
	 *
	 * @param stored the new version of each row that was written
	 * @param refused the ids of rows that have another version or are gone
	 * @param notable supply the rows, as stored, of operations that have ended or have
	 * become stuck. They parse the rows, which may take long, so they are called after
	 * the transaction.
	 */
	record Written(Map<String, Long> stored, Set<String> refused, List<Supplier<TrackedRow>> notable) {

	}

}
