package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationWait;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingState;
import org.jspecify.annotations.Nullable;

/**
 * Represents an operation that callers await, with what is known of it so far. Polls of
 * one operation never overlap, so that only one thread at a time changes what is known.
 */
final class AwaitedOperation extends PolledForCallers {

	// The Date header has whole seconds, so a difference below a second means nothing.
	private static final long CLOCK_RESOLUTION = 1000;

	private final long began;

	private final boolean accepted;

	private volatile @Nullable String kind;

	private volatile int polls;

	private volatile @Nullable LastSeen lastSeen;

	private volatile @Nullable Throwable lastFault;

	private volatile @Nullable String lastRequestId;

	private volatile @Nullable Object end;

	private long notFoundSince = -1;

	// Whether this template had seen the operation before this wait began.
	private boolean seenBefore;

	private long created;

	// The age up to which the schedule has learned that the operation ran.
	private long learned = -1;

	private @Nullable OperationStatus countedAs;

	private boolean stuck;

	private boolean needsAnotherPoll;

	private boolean mayBeHastened;

	/**
	 * Begin a wait.
	 * @param number the number that orders the wait among events of the same time
	 * @param operationId the operation's id
	 * @param kind the kind of the operation, {@code null} if it is unknown
	 * @param accepted whether the operation began with the wait
	 * @param now the present time
	 * @param seenBefore whether this template has seen the operation already
	 */
	AwaitedOperation(long number, String operationId, @Nullable String kind, boolean accepted, long now,
			boolean seenBefore) {
		super(number, operationId);
		this.seenBefore = seenBefore;
		this.kind = kind;
		this.accepted = accepted;
		this.began = now;
		this.created = now;
	}

	/**
	 * Continue from what another component knows of the operation.
	 * @param known the operation as known so far
	 * @param age its present age
	 * @param now the present time
	 */
	void met(PolledOperation known, Duration age, long now) {
		this.seenBefore |= known.lastSeen() != null;
		this.kind = (this.kind != null) ? this.kind : known.kind();
		if (known.learned() != null) {
			this.created = now - age.toMillis();
			this.learned = known.learned().toMillis();
		}
	}

	/**
	 * Return the operation in the form that another component can continue from.
	 * @param now the present time
	 * @param clock the present time by the local clock
	 * @return the operation, {@code null} if nothing was learned from it yet
	 */
	@Nullable PolledOperation met(long now, Instant clock) {
		if (this.learned < 0) {
			return null;
		}
		return new PolledOperation(operationId(), this.kind, this.accepted, clock.minusMillis(now - this.began),
				clock.minusMillis(now - this.created), Duration.ofMillis(this.learned), this.polls, null, Map.of(),
				null);
	}

	long began() {
		return this.began;
	}

	boolean wasSeen() {
		return this.seenBefore || this.lastSeen != null;
	}

	@Nullable LastSeen lastSeen() {
		return this.lastSeen;
	}

	@Nullable Operation operation() {
		LastSeen seen = this.lastSeen;
		return (seen != null) ? seen.operation() : null;
	}

	@Nullable String kind() {
		return this.kind;
	}

	@Nullable OperationStatus countedAs() {
		return this.countedAs;
	}

	void countedAs(OperationStatus status) {
		this.countedAs = status;
	}

	boolean isStuck() {
		return this.stuck;
	}

	void stuck() {
		this.stuck = true;
	}

	/**
	 * Return how many polls it takes at least to see the operation end.
	 * @return 1; 2 while the first poll is still to come and is too early to see the end
	 */
	int pollsToTheEnd() {
		return this.needsAnotherPoll ? 2 : 1;
	}

	void needsAnotherPoll(boolean needs) {
		this.needsAnotherPoll = needs;
	}

	/**
	 * Return whether the poll that was last handed to the admission has left.
	 * @return {@code false} while that poll is queued in the admission
	 */
	boolean isSent() {
		Poll poll = pollInFlight();
		return poll == null || poll.isSent();
	}

	/**
	 * Record the response to a poll.
	 * @param snapshot the response
	 * @param now the present time
	 * @return the run to learn from, {@code null} if there is nothing to learn
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	@Nullable ObservedRun seen(OperationSnapshot snapshot, long now) {
		Operation operation = snapshot.operation();
		LastSeen before = this.lastSeen;
		this.polls++;
		this.lastSeen = LastSeen.of(operation);
		this.lastRequestId = snapshot.requestId();
		this.lastFault = null;
		this.notFoundSince = -1;
		if (this.kind == null && !operation.related().isEmpty()) {
			this.kind = Kinds.of(operation.related());
		}
		if (operation.isScheduled() || (before != null && before.withoutUrl().isScheduled())) {
			begin(operation, now);
			return null;
		}
		if (this.learned < 0) {
			this.created = now - TimeOrigin.age(snapshot, now - this.began, now - this.created);
		}
		return snapshot.hasCredibleTimes() ? learn(snapshot, (before != null) ? before.withoutUrl() : null, now) : null;
	}

	// The run begins with the first response that is not SCHEDULED. The schedule learns
	// nothing from the time before it. If this response is already terminal, it learns
	// nothing from the run either.
	private void begin(Operation operation, long now) {
		this.created = now;
		this.learned = (operation.isScheduled() || operation.isTerminal()) ? -1 : 0;
	}

	private @Nullable ObservedRun learn(OperationSnapshot snapshot, @Nullable Operation before, long now) {
		long age = Math.max(0, now - this.created);
		boolean sawRunning = this.learned >= 0;
		long from = sawRunning ? this.learned : entry();
		if (!snapshot.operation().isTerminal()) {
			this.learned = Math.max(from, age);
		}
		return TimeOrigin.run(this.kind, snapshot, from, age, sawRunning, before);
	}

	private long entry() {
		return this.accepted ? 0 : Math.max(0, this.began - this.created - CLOCK_RESOLUTION);
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	void failed(Throwable fault, long now) {
		this.polls++;
		this.lastFault = fault;
		if (fault instanceof OperationNotFoundException && this.notFoundSince < 0) {
			this.notFoundSince = now;
		}
	}

	/**
	 * Return the time of the first 404 since the operation was last seen. Other faults in
	 * between do not reset it.
	 * @return the time of the first 404, negative if there was none
	 */
	long notFoundSince() {
		return this.notFoundSince;
	}

	/**
	 * End the wait.
	 * @param outcome the outcome for the callers: the {@link OperationSnapshot} with the
	 * terminal operation, or a {@link Throwable}
	 */
	void end(Object outcome) {
		this.end = outcome;
	}

	/**
	 * Return the outcome of the wait.
	 * @return the outcome for the callers, {@code null} while the wait lasts
	 */
	@Nullable Object end() {
		return this.end;
	}

	/**
	 * Return whether a caller with an earlier deadline may have the operation polled
	 * before {@link #notBefore()}. The poller guards this.
	 * @return {@code true} while the operation is scheduled, unless the server has named
	 * a time
	 */
	boolean mayBeHastened() {
		return this.mayBeHastened;
	}

	void mayBeHastened(boolean may) {
		this.mayBeHastened = may;
	}

	boolean isScheduled() {
		Operation operation = operation();
		return operation != null && operation.isScheduled();
	}

	Duration age(long now) {
		return Duration.ofMillis(Math.max(0, now - this.created));
	}

	PollingState state(@Nullable Operation operation, long now, double pollsPerSecond) {
		return new PollingState(operationId(), this.kind, operation, age(now), this.polls, pollsPerSecond);
	}

	int polls() {
		return this.polls;
	}

	@Nullable Throwable lastFault() {
		return this.lastFault;
	}

	OperationWait summary(long now) {
		return new OperationWait(operationId(), operation(), this.polls, this.lastRequestId,
				Duration.ofMillis(now - this.began));
	}

}
