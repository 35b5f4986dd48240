package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;

import io.operations.internal.polling.HeldPoll;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.polling.Poller;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;

/**
 * Polls the open operations of a client with the template's poller. This class keeps
 * about 256 bytes of each: what the polls need, and neither attributes nor the operation
 * as last seen. The span in which the tracking began takes 40 bytes more, if it is
 * sampled. Thread-safe.
 *
 * @since 0.1.0
 */
public final class HeldOperations {

	private final KindNames kinds = new KindNames();

	private final OperationPolls polls;

	private final Poller poller;

	private final TrackingSteps steps;

	private final Changes changes;

	private final PollCounts counts;

	HeldOperations(OperationPolls polls, TrackingSteps steps, Changes changes, BooleanSupplier mayPoll) {
		this.polls = polls;
		this.poller = polls.poller();
		this.steps = steps;
		this.changes = changes;
		this.counts = new PollCounts(() -> this.poller.held().all());
		this.poller.mayPollHeld(mayPoll);
	}

	String client() {
		return this.polls.client();
	}

	TrackingSteps steps() {
		return this.steps;
	}

	void changed(TrackedChange change) {
		this.changes.changed(change);
	}

	@Nullable String shared(@Nullable String kind) {
		return this.kinds.shared(kind);
	}

	/**
	 * Poll an operation that this instance has begun to track. Replaces an operation of
	 * the same id, unless that has the same version or a later one. Polls that are due
	 * leave on this thread.
	 * @param row the row, in state TRACKED. Its next poll is due at the time in the row.
	 * Without a time, the next poll is due at once or, if the operation was polled
	 * before, as if the polls had never stopped.
	 */
	public void hold(TrackedRow row) {
		add(row);
		this.poller.dispatch();
	}

	/**
	 * Poll operations that the store has loaded. New operations go ahead of those without
	 * a time in the row. No poll leaves on this thread.
	 * @param rows the rows, as for {@link #hold(TrackedRow)}
	 */
	public void load(Collection<TrackedRow> rows) {
		rows.forEach(this::add);
		this.poller.dispatchSoon();
	}

	private void add(TrackedRow row) {
		Instant due = row.due();
		HeldPoll.Next next = (due != null)
				? next(due, row.deadline().toEpochMilli(), row.polled().accepted() && row.polled().polls() == 0)
				: new HeldPoll.Next((row.polled().polls() > 0) ? this.polls.resume(row.polled()).toMillis() : 0,
						row.polled().isScheduled());
		// A backlog that was never polled must not delay new operations.
		add(row, next, due != null && row.polled().polls() == 0);
	}

	/**
	 * Poll operations that other instances have begun to track. The schedule counts them
	 * as new and plans their first polls. No poll leaves on this thread.
	 * @param rows the rows, in state TRACKED and not polled yet. A time in the row is the
	 * earliest time of the first poll.
	 */
	public void take(Collection<TrackedRow> rows) {
		for (TrackedRow row : rows) {
			// If this instance has tracked it, the schedule has counted it already.
			if (has(row.id(), row.version())) {
				continue;
			}
			Instant now = this.polls.now();
			Instant first = now.plus(this.polls.firstPoll(row.polled(), null));
			Instant floor = row.due();
			Instant due = (floor != null && floor.isAfter(first)) ? floor : first;
			Instant last = due.isBefore(row.deadline()) ? due : row.deadline();
			add(row, next((floor != null && floor.isAfter(last)) ? floor : last, row.deadline().toEpochMilli(),
					floor != null && floor.isAfter(now)), row.polled().polls() == 0);
		}
		this.poller.dispatchSoon();
	}

	// One at a time, so that an older row never replaces a newer one.
	private synchronized void add(TrackedRow row, HeldPoll.Next next, boolean isNew) {
		HeldEntry known = entry(row.id());
		if (known == null || known.version() < row.version()) {
			this.poller.hold(new HeldEntry(this, this.poller.number(), row), next, isNew);
		}
	}

	HeldPoll.Next next(Instant due, long deadline, boolean fixed) {
		long delay = Math.max(0, Duration.between(this.polls.now(), due).toMillis());
		// Both clocks are rounded down to milliseconds, but the poll at the deadline must
		// not begin before it.
		return new HeldPoll.Next((due.toEpochMilli() >= deadline) ? delay + 1 : delay, fixed);
	}

	/**
	 * Stop polling an operation. A poll in flight is abandoned, and no change is reported
	 * any more.
	 * @param operationId the operation's id
	 * @return whether the operation was held
	 */
	public boolean release(String operationId) {
		return release(operationId, Long.MAX_VALUE);
	}

	/**
	 * Stop polling an operation, as {@link #release(String)} does, unless it is held in a
	 * later version: then it was tracked again meanwhile.
	 * @param operationId the operation's id
	 * @param version the version of the row that is gone
	 * @return whether the operation was held in that version or an earlier one
	 */
	public boolean release(String operationId, long version) {
		HeldEntry entry = entry(operationId);
		return entry != null && entry.version() <= version && this.poller.held().release(entry);
	}

	/**
	 * Stop polling all operations, as {@link #release(String)} does.
	 */
	public void releaseAll() {
		this.poller.held().releaseAll();
		this.counts.endRound();
	}

	/**
	 * Record that a change was stored.
	 * @param operationId the operation's id
	 * @param version the version that the change was made for
	 * @param next the version that the row has now
	 */
	public void stored(String operationId, long version, long next) {
		HeldEntry entry = entry(operationId);
		if (entry != null) {
			entry.stored(version, next);
		}
	}

	/**
	 * Look for due polls, for example because {@code mayPoll} permits them again. No poll
	 * leaves on this thread.
	 */
	public void resume() {
		this.poller.dispatchSoon();
	}

	/**
	 * Return whether an operation is held, in any version.
	 * @param operationId the operation's id
	 * @return whether it is held
	 */
	public boolean has(String operationId) {
		return entry(operationId) != null;
	}

	/**
	 * Return whether an operation is held.
	 * @param operationId the operation's id
	 * @param version the version of its row
	 * @return whether it is held in that version or a later one
	 */
	public boolean has(String operationId, long version) {
		HeldEntry entry = entry(operationId);
		return entry != null && entry.version() >= version;
	}

	/**
	 * Return the number of operations that are held.
	 * @return the number of operations
	 */
	public int held() {
		return this.poller.held().all().size();
	}

	/**
	 * Return the time at which the next poll of an operation is due.
	 * @param operationId the operation's id
	 * @return the time, {@code null} if the operation is not held or a poll is in flight
	 */
	public @Nullable Instant nextDue(String operationId) {
		HeldEntry entry = entry(operationId);
		return (entry != null && this.poller.held().isQueued(entry)) ? due(entry) : null;
	}

	private Instant due(HeldEntry entry) {
		return this.polls.now().plus(this.poller.held().untilDue(entry));
	}

	/**
	 * Complete a row by what only the holder knows: the number of polls and the time at
	 * which the next poll, or the poll in flight, is due.
	 * @param row the row as stored
	 * @return the row as it is now, the same row if the operation is not held
	 */
	public TrackedRow current(TrackedRow row) {
		HeldEntry entry = entry(row.id());
		boolean isHeld = entry != null && row.state() == TrackingState.TRACKED && entry.version() == row.version();
		return (entry != null && isHeld) ? entry.current(row, due(entry)) : row;
	}

	/**
	 * Return how often operations were polled, for those that were polled since their
	 * last change or count. A store calls this method to write these counts now and then.
	 * Each call continues where the call before stopped, and so visits each operation
	 * once. After the last operation, a call returns fewer counts than the maximum, and
	 * the next call begins again.
	 * @param most the maximum number of counts
	 * @return the counts
	 */
	public List<Polls> polls(int most) {
		return this.counts.next(most);
	}

	/**
	 * Summarize the operations that are held. Takes time in proportion to their number.
	 * @return the summary of state TRACKED; no other state is counted
	 */
	public TrackingSummary summary() {
		OpenSummary summary = new OpenSummary(this.polls.now());
		for (HeldPoll held : this.poller.held().all()) {
			HeldEntry entry = (HeldEntry) held;
			Duration left = this.poller.held().untilDue(entry);
			boolean isOverdue = left.compareTo(Duration.ZERO) <= 0 && this.poller.held().isQueued(entry);
			summary.add(entry.status(), entry.isStuck(), entry.since(), isOverdue ? left.abs() : null);
		}
		return summary.toSummary();
	}

	private @Nullable HeldEntry entry(String operationId) {
		return (HeldEntry) this.poller.held().get(operationId);
	}

	/**
	 * Receives what polls have changed: first sightings, changes of the status, the
	 * beginning and the end of faults, the beginning of being stuck, and ends.
	 */
	@FunctionalInterface
	public interface Changes {

		/**
		 * Store a change. Called on the thread of the response, one call at a time for
		 * each operation. Must not block. After an exception, the next poll reports the
		 * change again.
		 * @param change the change
		 */
		void changed(TrackedChange change);

	}

	/**
	 * Says how often an operation was polled.
	 *
	 * @param id the operation's id
	 * @param polls the number of polls so far
	 * @param version the version that the row must have for the count to be stored
	 */
	public record Polls(String id, int polls, long version) {
	}

}
