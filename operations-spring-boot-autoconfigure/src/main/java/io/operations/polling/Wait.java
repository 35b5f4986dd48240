package io.operations.polling;

import java.time.Duration;

import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationWait;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * The waiting for one operation: what is known of it, when it is asked for next, and
 * those whom to tell. Polls of one operation never overlap, so that only one thread at a
 * time changes what is known; who waits and when is guarded by the poller.
 */
final class Wait extends Timed {

	// The Date header has whole seconds: a younger operation may be a new one.
	private static final long CLOCK_RESOLUTION = 1000;

	private final Disposable.Swap poll = Disposables.swap();

	private final String operationId;

	private final long began;

	private final boolean accepted;

	private @Nullable Waiter waiters;

	private boolean repeated;

	private long notBefore;

	private volatile @Nullable String kind;

	private volatile int polls;

	private volatile @Nullable LastSeen lastSeen;

	private volatile @Nullable Throwable lastFault;

	private volatile @Nullable String lastRequestId;

	private volatile @Nullable Object end;

	private long notFoundSince = -1;

	// By this template, before this wait began.
	private final boolean seenBefore;

	private long created;

	// Up to which age the schedule has been told that the operation ran.
	private long learned = -1;

	private @Nullable OperationStatus countedAs;

	private boolean stuck;

	private boolean over;

	/**
	 * Begin a wait.
	 * @param number its number
	 * @param operationId the operation's id
	 * @param kind what the operation is about, if that is known
	 * @param accepted whether the operation began with the wait
	 * @param now the present time
	 * @param seenBefore whether this template has seen the operation already
	 */
	Wait(long number, String operationId, @Nullable String kind, boolean accepted, long now, boolean seenBefore) {
		super(number);
		this.seenBefore = seenBefore;
		this.operationId = operationId;
		this.kind = kind;
		this.accepted = accepted;
		this.began = now;
		this.created = now;
	}

	String operationId() {
		return this.operationId;
	}

	long began() {
		return this.began;
	}

	Disposable.Swap poll() {
		return this.poll;
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

	void join(Waiter waiter) {
		waiter.next = this.waiters;
		if (this.waiters != null) {
			this.waiters.previous = waiter;
		}
		this.waiters = waiter;
	}

	/**
	 * Let one who waits go.
	 * @param waiter who waits no longer
	 * @return whether it was the last
	 */
	boolean leave(Waiter waiter) {
		if (waiter.previous != null) {
			waiter.previous.next = waiter.next;
		}
		else {
			this.waiters = waiter.next;
		}
		if (waiter.next != null) {
			waiter.next.previous = waiter.previous;
		}
		waiter.next = null;
		waiter.previous = null;
		return this.waiters == null;
	}

	@Nullable Waiter waiters() {
		return this.waiters;
	}

	boolean isRepeated() {
		return this.repeated;
	}

	void repeated() {
		this.repeated = true;
	}

	/**
	 * Return the time before which it must not be asked for, whoever has a permit to
	 * spare.
	 * @return the time
	 */
	long notBefore() {
		return this.notBefore;
	}

	void notBefore(long time) {
		this.notBefore = time;
	}

	boolean isOver() {
		return this.over;
	}

	void over() {
		this.over = true;
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
	 * Note what a poll saw.
	 * @param snapshot what it saw
	 * @param now the present time
	 * @return what there is to be learned from it, if there is anything
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	@Nullable ObservedRun seen(OperationSnapshot snapshot, long now) {
		Operation operation = snapshot.operation();
		this.polls++;
		this.lastSeen = LastSeen.of(operation);
		this.lastRequestId = snapshot.requestId();
		this.lastFault = null;
		this.notFoundSince = -1;
		if (this.kind == null && !operation.related().isEmpty()) {
			this.kind = Kinds.of(operation.related());
		}
		// The age is the server's; only the time since the answer is ours.
		snapshot.age().ifPresent((age) -> this.created = Math.min(now - age.toMillis(), this.began));
		return snapshot.hasCredibleTimes() ? learn(operation, now) : null;
	}

	private @Nullable ObservedRun learn(Operation operation, long now) {
		long age = Math.max(0, now - this.created);
		long from = (this.learned >= 0) ? this.learned : entry();
		if (operation.isTerminal()) {
			if (operation.status() == OperationStatus.CANCELLED) {
				return null;
			}
			// What had ended before it was waited for would not have been waited for
			// longer: it says nothing.
			long to = operation.duration().map(Duration::toMillis).orElse((from + age) / 2);
			return (to >= from) ? run(from, to, true) : (this.learned >= 0) ? run(to, to, true) : null;
		}
		this.learned = Math.max(from, age);
		return (age > from) ? run(from, age, false) : null;
	}

	private long entry() {
		return this.accepted ? 0 : Math.max(0, this.began - this.created - CLOCK_RESOLUTION);
	}

	private ObservedRun run(long from, long to, boolean ended) {
		return new ObservedRun(this.kind, Duration.ofMillis(from), Duration.ofMillis(Math.max(0, to)), ended);
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
	 * Return when the endpoint first did not know the operation, without having known it
	 * since. What other faults came between says nothing of that.
	 * @return the time of the first 404, negative if there was none
	 */
	long notFoundSince() {
		return this.notFoundSince;
	}

	/**
	 * End the wait.
	 * @param outcome what those who wait are given: the {@link OperationSnapshot} that
	 * told of the operation's end, or a {@link Throwable}
	 */
	void end(Object outcome) {
		this.end = outcome;
	}

	/**
	 * Return how the wait ended.
	 * @return what those who wait are given, {@code null} while the wait goes on
	 */
	@Nullable Object end() {
		return this.end;
	}

	Duration age(long now) {
		return Duration.ofMillis(Math.max(0, now - this.created));
	}

	PollingState state(@Nullable Operation operation, long now, double pollsPerSecond) {
		return new PollingState(this.operationId, this.kind, operation, age(now), this.polls, pollsPerSecond);
	}

	int polls() {
		return this.polls;
	}

	@Nullable Throwable lastFault() {
		return this.lastFault;
	}

	OperationWait summary(long now) {
		return new OperationWait(this.operationId, operation(), this.polls, this.lastRequestId,
				Duration.ofMillis(now - this.began));
	}

}
