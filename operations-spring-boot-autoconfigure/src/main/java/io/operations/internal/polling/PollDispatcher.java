package io.operations.internal.polling;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.operations.OperationsErrorResponse;
import io.operations.internal.WorkLoop;
import io.operations.internal.resilience.PollCapacity;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Hands due polls to the admission, as many as may leave soon, and reports deadlines that
 * have passed. One timer serves all waits and all held operations.
 */
final class PollDispatcher {

	private static final Log logger = LogFactory.getLog(PollDispatcher.class);

	// The time until the next check while held operations must not be polled.
	private static final long LOOK_AGAIN_MILLIS = 1000;

	private final WorkLoop dispatching = new WorkLoop(this::handOver);

	private final Deadlines deadlines = new Deadlines();

	private final PollTimer timer;

	private final PollCapacity capacity;

	private final PollDelays delays;

	private final Scheduler scheduler;

	private final Consumer<Poll> poll;

	private final Consumer<WaitingCaller> late;

	private final Outage outage;

	private volatile BooleanSupplier mayPollHeld = () -> true;

	// The fields below are guarded by "this". No foreign code is called while it is
	// locked. The poller may hold its own lock when it locks "this", but never takes its
	// lock while "this" is locked.
	private final DuePolls due = new DuePolls();

	private final HandedPolls handed = new HandedPolls();

	// The latest time at which an outage held the polls of waits back.
	private long heldUntil = Long.MIN_VALUE;

	private boolean closed;

	/**
	 * Create the dispatcher.
	 * @param capacity how many polls the account has capacity for
	 * @param delays knows whether the schedule is short of polls
	 * @param outage knows whether the server is unavailable
	 * @param scheduler runs the timer
	 * @param poll sends a poll, and calls {@link #ended(Poll)} at its end
	 * @param late called with each caller whose deadline has passed
	 */
	PollDispatcher(PollCapacity capacity, PollDelays delays, Outage outage, Scheduler scheduler, Consumer<Poll> poll,
			Consumer<WaitingCaller> late) {
		this.capacity = capacity;
		this.delays = delays;
		this.scheduler = scheduler;
		this.poll = poll;
		this.late = late;
		this.outage = outage;
		this.timer = new PollTimer(scheduler, this::dispatch);
	}

	/**
	 * Set the condition under which held operations are polled.
	 * @param condition called before each of their polls
	 */
	void mayPollHeld(BooleanSupplier condition) {
		this.mayPollHeld = condition;
	}

	boolean mayPollHeld() {
		return this.mayPollHeld.getAsBoolean();
	}

	synchronized void add(Polled polled, long at, long notBefore) {
		polled.at(at, notBefore);
		this.due.add(polled);
	}

	synchronized void hasten(AwaitedOperation awaited, long at) {
		if (at < awaited.at() && this.due.remove(awaited)) {
			awaited.at(at, Math.min(awaited.notBefore(), at));
			this.due.add(awaited);
		}
	}

	synchronized void remove(Polled polled) {
		this.due.remove(polled);
	}

	synchronized void removeHeld() {
		this.due.removeHeld();
	}

	void addDeadline(WaitingCaller caller) {
		this.deadlines.add(caller);
	}

	void removeDeadline(WaitingCaller caller) {
		this.deadlines.remove(caller);
	}

	/**
	 * Record that a poll is over. A second call for the same poll changes nothing.
	 * @param poll the poll
	 */
	void ended(Poll poll) {
		synchronized (this) {
			if (!poll.markEnded()) {
				return;
			}
			count(poll, -1);
		}
		dispatch();
	}

	/**
	 * Hand over the polls that may leave now, report the deadlines that have passed, and
	 * set the timer for the next event. Only one thread at a time does this. A further
	 * thread returns at once, and the first one repeats the work.
	 */
	void dispatch() {
		try {
			this.dispatching.run();
		}
		catch (RuntimeException | Error ex) {
			// The timer may not have been set.
			this.timer.forget();
			throw ex;
		}
	}

	private void handOver() {
		this.deadlines.takePassed(now()).forEach(this::endLate);
		Poll poll = next(hasCapacityForEarlyPolls(), mayPollHeld());
		while (poll != null) {
			this.poll.accept(poll);
			poll = next(hasCapacityForEarlyPolls(), mayPollHeld());
		}
		long nextPoll = nextPoll(hasCapacityForEarlyPolls(), mayPollHeld());
		this.timer.set(Math.min(nextPoll, this.deadlines.next()), now());
	}

	/**
	 * Do the same as {@link #dispatch()} on a thread of the scheduler, so that the
	 * caller's thread sends no poll.
	 */
	void dispatchSoon() {
		this.scheduler.schedule(this::dispatch);
	}

	// An error at one deadline must not lose the others.
	private void endLate(WaitingCaller caller) {
		try {
			this.late.accept(caller);
		}
		catch (RuntimeException | Error ex) {
			logger.warn(
					"The poller met an exception when it ended the wait for operation '"
							+ OperationsErrorResponse.printable(caller.awaited().operationId())
							+ "' at its deadline. It continues with the other waits. Report this with the stack trace.",
					ex);
		}
	}

	private synchronized @Nullable Poll next(boolean early, boolean held) {
		long now = now();
		boolean outage = this.outage.isOn();
		boolean holdsWaits = this.outage.holdsWaits();
		if (holdsWaits) {
			this.heldUntil = Math.max(this.heldUntil, now);
		}
		if (this.closed) {
			return null;
		}
		boolean probe = outage && this.outage.mayProbe();
		DuePolls.Sorts sorts = (holdsWaits ? DuePolls.Sorts.BOTH : sorts()).withWaits(!holdsWaits || probe)
			.withHeld(held && (!outage || probe));
		Polled polled = this.due.take(now, sorts);
		if (polled == null && early && !holdsWaits) {
			polled = this.due.takeEarly(now, sorts.withHeld(!outage));
		}
		if (polled == null) {
			return null;
		}
		boolean probes = holdsWaits || (outage && polled instanceof HeldPoll);
		if (probes && !this.outage.beginProbe()) {
			this.due.add(polled);
			return null;
		}
		Poll poll = new Poll(polled);
		poll.probe(probes);
		count(poll, 1);
		return poll;
	}

	private void count(Poll poll, int number) {
		this.outage.underWay(number);
		this.handed.count(poll, number);
	}

	private DuePolls.Sorts sorts() {
		return this.handed.below(this.capacity.maxHanded());
	}

	private boolean hasCapacityForEarlyPolls() {
		return this.delays.isShortOfPolls() && this.capacity.hasCapacity();
	}

	private synchronized long nextPoll(boolean early, boolean held) {
		if (this.closed) {
			return Long.MAX_VALUE;
		}
		boolean holdsWaits = this.outage.holdsWaits();
		boolean outage = this.outage.isOn();
		// A sort of polls that is at its bound is left out: the end of one of its polls
		// dispatches again.
		DuePolls.Sorts sorts = holdsWaits ? DuePolls.Sorts.BOTH : sorts();
		long nextWait = next(sorts.withHeld(false), early && !holdsWaits,
				holdsWaits ? this.outage.nextLook() : Long.MIN_VALUE);
		long look = outage ? this.outage.nextLook() : Long.MIN_VALUE;
		long nextHeld = next(sorts.withWaits(false), early && !outage,
				held ? look : Math.max(look, now() + LOOK_AGAIN_MILLIS));
		return Math.min(nextWait, nextHeld);
	}

	private long next(DuePolls.Sorts sorts, boolean early, long earliest) {
		long next = this.due.next(sorts);
		return Math.max(early ? Math.min(next, this.due.nextEarly(sorts)) : next, earliest);
	}

	/**
	 * Return the time by which the earliest due poll of a wait is overdue.
	 * @return the time, zero if no poll is overdue
	 */
	synchronized Duration backlogAge() {
		long next = this.due.next(DuePolls.Sorts.BOTH.withHeld(false));
		return Duration.ofMillis((next != Long.MAX_VALUE) ? Math.max(0, now() - next) : 0);
	}

	/**
	 * Return whether the next poll of a wait has not been sent.
	 * @param awaited the awaited operation
	 * @return {@code false} while the poll is in flight
	 */
	synchronized boolean isHeld(AwaitedOperation awaited) {
		return !awaited.isSent() || this.due.contains(awaited);
	}

	/**
	 * Return the time for which the account's limits have held back the poll of a wait.
	 * Time until the end of an outage or of a pause does not count.
	 * @param awaited the awaited operation
	 * @return the time in milliseconds; zero if the poll is not due or was sent
	 */
	synchronized long heldBack(AwaitedOperation awaited) {
		long heldUntil = Math.max(this.heldUntil, this.capacity.lastPauseEnd());
		return isHeld(awaited) ? Math.max(0, now() - Math.max(awaited.at(), heldUntil)) : 0;
	}

	/**
	 * Stop handing over polls.
	 */
	void close() {
		synchronized (this) {
			this.closed = true;
		}
		dispatch();
	}

	// A monotonic clock. After a step back of the wall clock, polls would wait too long.
	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
