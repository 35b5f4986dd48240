package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsException;
import io.operations.internal.TraceParent;
import io.operations.internal.polling.HeldPoll;
import io.operations.internal.polling.PolledOperation;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

/**
 * Keeps only the facts that the polls of a tracked operation need, without its attributes
 * and without the operation as last seen. A million of these entries may be in memory, so
 * each field counts. Times are those of the local clock, in milliseconds.
 */
final class HeldEntry extends HeldPoll {

	private static final List<OperationStatus> STATUSES = List.of(OperationStatus.values());

	private static final long NONE = Long.MIN_VALUE;

	// Stands for a text that is not known. No text gets this hash.
	private static final int UNKNOWN = 0;

	private static final int NEVER = Integer.MIN_VALUE;

	private static final long STEP = 20;

	private static final long NANOS = 1_000_000_000;

	private final HeldOperations owner;

	private final long since;

	// In steps of 20 ms, rounded up.
	private final int timeout;

	private long deadline;

	private final boolean accepted;

	private long created;

	// In milliseconds, at most 24 days.
	private int learned;

	// The time after "since", in steps of 20 ms. So an int is large enough for the
	// longest time that an operation may last.
	private int notFoundSince;

	// By the server's clock, in nanoseconds, as it was last seen.
	private long createdAt = NONE;

	private volatile long version;

	private @Nullable String kind;

	private final @Nullable TraceParent traceParent;

	private volatile int polls;

	// The hash of the status text. The text itself is not kept, because a change of its
	// hash shows a change of the text. After a load, the hash may be UNKNOWN until the
	// first poll.
	private int statusText;

	// A hash of the class and of the HTTP status of the last fault; 0 if the last poll
	// succeeded.
	private int fault;

	// The place among the statuses, negative if no poll has seen the operation.
	private byte status;

	private boolean stuck;

	private boolean scheduled;

	// Whether there are polls that no change has reported.
	private volatile boolean unreported;

	HeldEntry(HeldOperations owner, long number, TrackedRow row) {
		super(number, row.id());
		PolledOperation polled = row.polled();
		this.owner = owner;
		this.since = polled.since().toEpochMilli();
		this.timeout = (int) -Math.floorDiv(-row.timeout().toMillis(), STEP);
		this.deadline = row.deadline().toEpochMilli();
		this.accepted = polled.accepted();
		this.version = row.version();
		this.traceParent = row.traceParent();
		this.stuck = row.stuck();
		// The first fault after a load is reported, even if the row has it already.
		this.fault = (row.lastFault() != null) ? 1 : 0;
		keep(polled);
		this.status = -1;
		if (polled.lastSeen() != null) {
			keep(polled.lastSeen());
			if (polled.lastSeen().statusText().equals(polled.lastSeen().status().name())) {
				// A store may know the status only.
				this.statusText = UNKNOWN;
			}
		}
	}

	private static int learned(@Nullable Duration age) {
		return (age != null) ? (int) Math.min(Integer.MAX_VALUE, age.toMillis()) : NEVER;
	}

	private @Nullable Duration learned() {
		return (this.learned != NEVER) ? Duration.ofMillis(this.learned) : null;
	}

	private void keep(PolledOperation polled) {
		this.created = polled.created().toEpochMilli();
		this.learned = learned(polled.learned());
		this.notFoundSince = (polled.notFoundSince() != null)
				? (int) -Math.floorDiv(this.since - polled.notFoundSince().toEpochMilli(), STEP) : NEVER;
		this.kind = this.owner.shared(polled.kind());
		this.polls = polled.polls();
	}

	private void keep(Operation seen) {
		this.status = (byte) STATUSES.indexOf(seen.status());
		this.statusText = hash(seen);
		this.scheduled = seen.isScheduled();
		this.createdAt = nanos(seen.createdAt());
	}

	// The nanoseconds of a plausible time fit into a long. Nothing is learned from any
	// other time.
	private static long nanos(@Nullable Instant time) {
		boolean fits = time != null && Math.abs(time.getEpochSecond()) < Long.MAX_VALUE / NANOS;
		return (time != null && fits) ? time.getEpochSecond() * NANOS + time.getNano() : NONE;
	}

	private static int hash(Operation seen) {
		int hash = seen.statusText().toLowerCase(Locale.ROOT).hashCode();
		return (hash != UNKNOWN) ? hash : 1;
	}

	long since() {
		return this.since;
	}

	long version() {
		return this.version;
	}

	int polls() {
		return this.polls;
	}

	@Override
	protected boolean isStuck() {
		return this.stuck;
	}

	@Nullable OperationStatus status() {
		return (this.status >= 0) ? STATUSES.get(this.status) : null;
	}

	/**
	 * Record that a change was stored.
	 * @param expected the version that the change was made for
	 * @param next the version that the row has now
	 */
	void stored(long expected, long next) {
		if (this.version == expected) {
			this.version = next;
		}
	}

	/**
	 * Return whether there are polls that no change has reported, and count them as
	 * reported.
	 * @return whether there were such polls
	 */
	boolean takeUnreported() {
		boolean before = this.unreported;
		this.unreported = false;
		return before;
	}

	@Override
	protected @Nullable TraceParent traceParent() {
		return this.traceParent;
	}

	@Override
	protected PolledOperation polled() {
		return polled(seenBefore());
	}

	private PolledOperation polled(@Nullable Operation seen) {
		return new PolledOperation(id(), this.kind, this.accepted, Instant.ofEpochMilli(this.since),
				Instant.ofEpochMilli(this.created), learned(), this.polls,
				(this.notFoundSince != NEVER) ? Instant.ofEpochMilli(this.since + STEP * this.notFoundSince) : null,
				Map.of(), seen);
	}

	private @Nullable Operation seenBefore() {
		OperationStatus known = status();
		Instant began = (this.createdAt != NONE) ? Instant.ofEpochSecond(this.createdAt / NANOS, this.createdAt % NANOS)
				: null;
		return (known != null) ? new Operation(id(), known, this.scheduled ? "SCHEDULED" : known.name(), began, null,
				null, null, Map.of(), Map.of()) : null;
	}

	@Override
	protected void met(PolledOperation known) {
		this.kind = (this.kind != null) ? this.kind : this.owner.shared(known.kind());
		if (this.learned == NEVER && known.learned() != null) {
			this.created = known.created().toEpochMilli();
			this.learned = learned(known.learned());
		}
	}

	@Override
	protected boolean hasStatusOf(Operation operation) {
		return status() == operation.status() && (this.statusText == UNKNOWN || this.statusText == hash(operation));
	}

	@Override
	protected boolean isScheduled() {
		return this.scheduled;
	}

	@Override
	protected @Nullable Next seen(PolledOperation after, OperationSnapshot snapshot) {
		TrackedRow row = this.owner.steps().seen(row(after), after, snapshot, this.scheduled);
		return advance(row, snapshot.operation(), 0, snapshot.retryAfter() != null || after.isScheduled());
	}

	@Override
	protected @Nullable Next failed(PolledOperation after, Throwable cause) {
		TrackedRow row = this.owner.steps().failed(row(after), after, cause);
		int mark = 31 * cause.getClass().getName().hashCode() + ((cause instanceof OperationsException known)
				? Objects.requireNonNullElse(known.getStatusCode(), 0) : 0);
		boolean floor = cause instanceof OperationsException known && known.getRetryAfter() != null;
		return advance(row, null, (mark != 0) ? mark : 1,
				floor || after.isScheduled() || TrackingSteps.isThrottled(cause) || TrackingSteps.mustBeFixed(cause));
	}

	private TrackedRow row(PolledOperation after) {
		return new TrackedRow(this.owner.client(), after, Map.of(), Duration.ofMillis(STEP * this.timeout),
				Instant.ofEpochMilli(this.deadline), null, null, this.stuck, TrackedRow.Ending.NONE, this.version);
	}

	private @Nullable Next advance(TrackedRow row, @Nullable Operation seen, int mark, boolean fixed) {
		long deadline = row.deadline().toEpochMilli();
		boolean changed = this.fault != mark || this.deadline != deadline || this.stuck != row.stuck()
				|| row.state() != TrackingState.TRACKED || !Objects.equals(this.kind, row.polled().kind())
				|| (seen != null && !hasStatusOf(seen));
		keep(row.polled());
		if (changed) {
			this.owner.changed(new TrackedChange(polled(seen), row.deadline(), row.lastFault(), row.stuck(),
					row.ending(), this.version));
		}
		// Set only after the change was reported. After an exception, the next poll
		// reports the change again.
		this.fault = mark;
		this.deadline = deadline;
		this.stuck = row.stuck();
		if (seen != null) {
			keep(seen);
		}
		this.unreported = !changed;
		Instant due = row.due();
		return (row.state() == TrackingState.TRACKED && due != null) ? this.owner.next(due, this.deadline, fixed)
				: null;
	}

	/**
	 * Complete a row by what only this entry knows.
	 * @param row the row as stored
	 * @param due when the next poll is due
	 * @return the row
	 */
	TrackedRow current(TrackedRow row, Instant due) {
		PolledOperation stored = row.polled();
		PolledOperation now = new PolledOperation(stored.id(), stored.kind(), stored.accepted(), stored.since(),
				stored.created(), learned(), this.polls, stored.notFoundSince(), stored.related(), stored.lastSeen());
		return row.polled(now, due, row.lastFault(), row.stuck());
	}

}
