package io.operations.internal.polling;

import java.time.Duration;

import io.operations.Operation;
import io.operations.OperationsListener;
import io.operations.internal.resilience.PollCapacity;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import org.jspecify.annotations.Nullable;

/**
 * Plans the polls of waits, with a last one shortly before the deadline. With each plan,
 * it checks whether there is an overload.
 */
final class WaitPlans {

	/**
	 * The last poll of a wait is due this many shortest intervals before its deadline.
	 */
	static final int LAST_CHANCE = 2;

	private final PollerParts parts;

	private final Object lock;

	private final String client;

	private final PollCapacity capacity;

	private final PollDelays delays;

	private final PollingSettings settings;

	private final OperationsListener listener;

	private final PollDispatcher dispatcher;

	private final HeldPolls held;

	private final Overload overload;

	private final OverloadReport overloadReport;

	private final StuckWaits stuck;

	/**
	 * Create the planner.
	 * @param parts what the classes of a poller share
	 * @param held the held operations
	 * @param overload judges whether the limits allow enough polls
	 * @param stuck reports and counts the waits whose operation is stuck
	 */
	WaitPlans(PollerParts parts, HeldPolls held, Overload overload, StuckWaits stuck) {
		this.parts = parts;
		this.lock = parts.lock();
		this.client = parts.client();
		this.capacity = parts.capacity();
		this.delays = parts.delays();
		this.settings = parts.settings();
		this.listener = parts.listener();
		this.dispatcher = parts.dispatcher();
		this.held = held;
		this.overload = overload;
		this.stuck = stuck;
		this.overload.judge(this.capacity.pollsPerSecond(), now());
		this.overloadReport = new OverloadReport(this.client, this.overload, this.capacity, parts.outage(),
				parts.scheduler(), this.listener);
	}

	/**
	 * Plan the first poll of a wait that has just begun.
	 * @param awaited the awaited operation
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @param now the present time
	 */
	void first(AwaitedOperation awaited, @Nullable Duration retryAfter, long now) {
		double pollsPerSecond = this.capacity.pollsPerSecond();
		long delay = planFirst(awaited, retryAfter, now, pollsPerSecond);
		expectAnotherPoll(awaited, delay);
		judgeLoad(pollsPerSecond, now);
	}

	private long planFirst(AwaitedOperation awaited, @Nullable Duration retryAfter, long now, double pollsPerSecond) {
		PollingState state = awaited.state(null, now, pollsPerSecond);
		HeldPoll held = this.held.get(awaited.operationId());
		if (held == null || retryAfter != null) {
			long delay = (held != null) ? this.delays.next(state, retryAfter) : this.delays.first(state, retryAfter);
			plan(awaited, delay, now, (retryAfter != null) ? now + delay : now);
			return delay;
		}
		// The operation is not new, and the next poll of the held operation also serves
		// this wait.
		long delay = this.delays.next(state, null);
		synchronized (this.lock) {
			delay = Math.min(delay, Math.max(0, held.at() - now));
		}
		plan(awaited, delay, now, now);
		return delay;
	}

	// A poll that is due at once is too early to see the end, so a second poll is needed.
	private void expectAnotherPoll(AwaitedOperation awaited, long delay) {
		synchronized (this.lock) {
			if (delay <= this.settings.minInterval().toMillis() && awaited.polls() == 0 && !awaited.isOver()) {
				this.overload.needsAnotherPoll(awaited, true);
			}
		}
	}

	private void judgeLoad(double pollsPerSecond, long now) {
		this.overloadReport.judge(pollsPerSecond, now);
	}

	/**
	 * Record that a wait needs no first poll any more. The caller holds the lock.
	 * @param awaited the awaited operation
	 */
	void repeated(AwaitedOperation awaited) {
		if (!awaited.isRepeated() && !awaited.isOver()) {
			this.overload.needsAnotherPoll(awaited, false);
		}
		if (!awaited.isRepeated()) {
			// The wait leaves the queue of first polls, if it was put there meanwhile.
			this.dispatcher.remove(awaited);
		}
		awaited.repeated();
	}

	/**
	 * Plan the next poll, unless it is planned or in flight.
	 * @param awaited the awaited operation
	 * @param delay the time to the poll in milliseconds
	 * @param now the present time
	 * @param notBefore the time before which the poll must not leave
	 */
	void plan(AwaitedOperation awaited, long delay, long now, long notBefore) {
		synchronized (this.lock) {
			// The response to a shared poll may have planned the next poll meanwhile.
			if (awaited.isOver() || awaited.pollInFlight() != null || awaited.place() >= 0) {
				return;
			}
			this.dispatcher.add(awaited, Math.min(now + delay, Math.max(notBefore, lastChance(awaited))), notBefore);
		}
		this.listener.pollScheduled(this.client, awaited.operationId(), Duration.ofMillis(awaited.at() - now));
	}

	/**
	 * Poll earlier if the earliest deadline needs it. The deadline of a new caller may be
	 * earlier than those of all other callers.
	 * @param awaited the awaited operation
	 */
	void hasten(AwaitedOperation awaited) {
		// The poller itself chose a late poll for a scheduled operation. The server did
		// not request it.
		long earliest = awaited.mayBeHastened() ? now() : awaited.notBefore();
		this.dispatcher.hasten(awaited, Math.max(earliest, lastChance(awaited)));
	}

	// A caller should not get a timeout when the operation ended long before.
	private long lastChance(AwaitedOperation awaited) {
		long deadline = Long.MAX_VALUE;
		for (WaitingCaller caller = awaited.callers(); caller != null; caller = caller.next) {
			deadline = Math.min(deadline, caller.at());
		}
		return deadline - LAST_CHANCE * this.settings.minInterval().toMillis();
	}

	/**
	 * Plan the poll after one that saw the operation or failed.
	 * @param awaited the awaited operation
	 * @param operation the operation as last seen
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @param now the present time
	 */
	void next(AwaitedOperation awaited, @Nullable Operation operation, @Nullable Duration retryAfter, long now) {
		double pollsPerSecond = this.capacity.pollsPerSecond();
		if (awaited.isScheduled()) {
			nextOfScheduled(awaited, retryAfter, now, pollsPerSecond);
			return;
		}
		mayNotBeHastened(awaited);
		this.stuck.note(awaited, now);
		long delay = this.delays.next(awaited.state(operation, now, pollsPerSecond), retryAfter);
		long pause = (retryAfter != null) ? delay : Math.min(delay, this.settings.minInterval().toMillis());
		plan(awaited, delay, now, now + pause);
		judgeLoad(pollsPerSecond, now);
	}

	/**
	 * Plan the poll after one that the server throttled.
	 * @param awaited the awaited operation
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @param now the present time
	 */
	void nextAfterThrottling(AwaitedOperation awaited, @Nullable Duration retryAfter, long now) {
		double pollsPerSecond = this.capacity.pollsPerSecond();
		if (awaited.isScheduled()) {
			nextOfScheduled(awaited, retryAfter, now, pollsPerSecond);
			return;
		}
		mayNotBeHastened(awaited);
		this.stuck.note(awaited, now);
		long delay = this.delays.again(awaited.state(awaited.operation(), now, pollsPerSecond), retryAfter);
		plan(awaited, delay, now, now + delay);
		judgeLoad(pollsPerSecond, now);
	}

	private void mayNotBeHastened(AwaitedOperation awaited) {
		synchronized (this.lock) {
			awaited.mayBeHastened(false);
		}
	}

	// A scheduled operation is not stuck, because it has not begun. Unused permits are
	// not spent on it.
	private void nextOfScheduled(AwaitedOperation awaited, @Nullable Duration retryAfter, long now,
			double pollsPerSecond) {
		long delay = this.delays.scheduled(now - awaited.began(), this.held.scheduled(), pollsPerSecond, retryAfter);
		long at = now + delay;
		synchronized (this.lock) {
			awaited.mayBeHastened(retryAfter == null);
			if (retryAfter == null) {
				at = Math.min(at, Math.max(now + this.settings.minInterval().toMillis(), lastChance(awaited)));
			}
		}
		plan(awaited, delay, now, at);
		judgeLoad(pollsPerSecond, now);
	}

	/**
	 * Plan the poll after one whose result could not be recorded.
	 * @param awaited the awaited operation
	 * @return whether the wait still goes on
	 */
	boolean nextAfterDefect(AwaitedOperation awaited) {
		synchronized (this.lock) {
			repeated(awaited);
		}
		long now = now();
		plan(awaited, HeldPolls.AFTER_A_DEFECT.delay(), now, now + this.settings.minInterval().toMillis());
		synchronized (this.lock) {
			return !awaited.isOver();
		}
	}

	/**
	 * Count a wait that begins or gets another caller. The caller holds the lock.
	 * @param awaited the awaited operation
	 */
	void add(AwaitedOperation awaited) {
		this.overload.add(awaited);
	}

	/**
	 * Stop counting a wait. The caller holds the lock.
	 * @param awaited the awaited operation
	 */
	void remove(AwaitedOperation awaited) {
		this.overload.remove(awaited);
	}

	/**
	 * Record that a response has shown an operation. The caller holds the lock.
	 */
	void answered() {
		this.overload.answered();
	}

	/**
	 * Stop reporting overloads.
	 */
	void close() {
		this.overloadReport.dispose();
	}

	private long now() {
		return this.parts.now();
	}

}
