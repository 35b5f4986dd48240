package io.operations.internal.polling;

import java.time.Duration;

import io.operations.Operation;
import io.operations.OperationTimeoutException;
import io.operations.OperationsListener;
import io.operations.internal.resilience.PollCapacity;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import org.jspecify.annotations.Nullable;

/**
 * Plans the polls of waits, and judges whether the limits allow enough of them.
 */
final class WaitPlans {

	// The last poll of a wait is due this many shortest intervals before its deadline.
	private static final int LAST_CHANCE = 2;

	// A poll that was due for less is late because its wait ends, not because of the
	// limits: the last polls of waits that end together are due together.
	private static final int HELD_BACK = 2 * LAST_CHANCE;

	// Without an overload, the limits are the reason of a timeout only if they held the
	// poll back for this part of it.
	private static final int PART_OF_TIMEOUT = 10;

	private final PollerParts parts;

	private final Object lock;

	private final String client;

	private final PollCapacity capacity;

	private final Pace pace;

	private final PollingSettings settings;

	private final OperationsListener listener;

	private final Outage outage;

	private final PollDispatcher dispatcher;

	private final HeldPolls held;

	private final Overload overload;

	private final OverloadReport overloadReport;

	// Guarded by the lock.
	private int stuck;

	/**
	 * Create the planner.
	 * @param parts what the classes of a poller share
	 * @param held the held operations
	 */
	WaitPlans(PollerParts parts, HeldPolls held) {
		this.parts = parts;
		this.lock = parts.lock();
		this.client = parts.client();
		this.capacity = parts.capacity();
		this.pace = parts.pace();
		this.settings = parts.settings();
		this.listener = parts.listener();
		this.outage = parts.outage();
		this.dispatcher = parts.dispatcher();
		this.held = held;
		this.overload = new Overload(this.settings.minInterval().multipliedBy(HELD_BACK), this.settings.timeout());
		this.overload.judge(this.capacity.pollsPerSecond(), now());
		this.overloadReport = new OverloadReport(this.client, this.overload, this.capacity, this.outage,
				parts.scheduler(), this.listener);
	}

	/**
	 * Plan the first poll of a wait that has just begun.
	 * @param wait the wait
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @param now the present time
	 */
	void first(Wait wait, @Nullable Duration retryAfter, long now) {
		double pollsPerSecond = this.capacity.pollsPerSecond();
		long delay = planFirst(wait, retryAfter, now, pollsPerSecond);
		expectAnotherPoll(wait, delay);
		judgeLoad(pollsPerSecond, now);
	}

	private long planFirst(Wait wait, @Nullable Duration retryAfter, long now, double pollsPerSecond) {
		PollingState state = wait.state(null, now, pollsPerSecond);
		HeldPoll held = this.held.get(wait.operationId());
		if (held == null || retryAfter != null) {
			long delay = (held != null) ? this.pace.next(state, retryAfter) : this.pace.first(state, retryAfter);
			plan(wait, delay, now, (retryAfter != null) ? now + delay : now);
			return delay;
		}
		// It is no new operation, and the next poll of the held one serves it, too.
		long delay = this.pace.next(state, null);
		synchronized (this.lock) {
			delay = Math.min(delay, Math.max(0, held.at() - now));
		}
		plan(wait, delay, now, now);
		return delay;
	}

	// A poll that comes at once only finds out what to wait for.
	private void expectAnotherPoll(Wait wait, long delay) {
		synchronized (this.lock) {
			if (delay <= this.settings.minInterval().toMillis() && wait.polls() == 0 && !wait.isOver()) {
				this.overload.needsAnotherPoll(wait, true);
			}
		}
	}

	private void judgeLoad(double pollsPerSecond, long now) {
		this.overloadReport.judge(pollsPerSecond, now);
	}

	/**
	 * Record that a wait needs no first poll any more. The caller holds the lock.
	 * @param wait the wait
	 */
	void repeated(Wait wait) {
		if (!wait.isRepeated() && !wait.isOver()) {
			this.overload.needsAnotherPoll(wait, false);
		}
		if (!wait.isRepeated()) {
			// It leaves the queue of first polls, if it was put there meanwhile.
			this.dispatcher.remove(wait);
		}
		wait.repeated();
	}

	/**
	 * Plan the next poll, unless it is planned or in flight.
	 * @param wait the wait
	 * @param delay the time to the poll in milliseconds
	 * @param now the present time
	 * @param notBefore the time before which the poll must not leave
	 */
	void plan(Wait wait, long delay, long now, long notBefore) {
		synchronized (this.lock) {
			// The response of a shared poll may have planned it meanwhile.
			if (wait.isOver() || wait.flight() != null || wait.place() >= 0) {
				return;
			}
			this.dispatcher.add(wait, Math.min(now + delay, Math.max(notBefore, lastChance(wait))), notBefore);
		}
		this.listener.pollScheduled(this.client, wait.operationId(), Duration.ofMillis(wait.at() - now));
	}

	/**
	 * Poll earlier if the earliest deadline needs it: the new caller's may be earlier
	 * than those of the callers before.
	 * @param wait the wait
	 */
	void hasten(Wait wait) {
		// A scheduled operation is due late, but not because the server asks for it.
		long earliest = wait.mayBeHastened() ? now() : wait.notBefore();
		this.dispatcher.hasten(wait, Math.max(earliest, lastChance(wait)));
	}

	// A caller should not get a timeout when the operation ended long before.
	private long lastChance(Wait wait) {
		long deadline = Long.MAX_VALUE;
		for (Waiter waiter = wait.waiters(); waiter != null; waiter = waiter.next) {
			deadline = Math.min(deadline, waiter.at());
		}
		return deadline - LAST_CHANCE * this.settings.minInterval().toMillis();
	}

	/**
	 * Plan the poll after one that saw the operation or failed.
	 * @param wait the wait
	 * @param operation the operation as last seen
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @param now the present time
	 */
	void next(Wait wait, @Nullable Operation operation, @Nullable Duration retryAfter, long now) {
		double pollsPerSecond = this.capacity.pollsPerSecond();
		if (wait.isScheduled()) {
			nextOfScheduled(wait, retryAfter, now, pollsPerSecond);
			return;
		}
		mayNotBeHastened(wait);
		noteIfStuck(wait, now);
		long delay = this.pace.next(wait.state(operation, now, pollsPerSecond), retryAfter);
		long pause = (retryAfter != null) ? delay : Math.min(delay, this.settings.minInterval().toMillis());
		plan(wait, delay, now, now + pause);
		judgeLoad(pollsPerSecond, now);
	}

	/**
	 * Plan the poll after one that the server throttled.
	 * @param wait the wait
	 * @param retryAfter the shortest time, {@code null} if the server named none
	 * @param now the present time
	 */
	void nextAfterThrottling(Wait wait, @Nullable Duration retryAfter, long now) {
		double pollsPerSecond = this.capacity.pollsPerSecond();
		if (wait.isScheduled()) {
			nextOfScheduled(wait, retryAfter, now, pollsPerSecond);
			return;
		}
		mayNotBeHastened(wait);
		noteIfStuck(wait, now);
		long delay = this.pace.again(wait.state(wait.operation(), now, pollsPerSecond), retryAfter);
		plan(wait, delay, now, now + delay);
		judgeLoad(pollsPerSecond, now);
	}

	private void mayNotBeHastened(Wait wait) {
		synchronized (this.lock) {
			wait.mayBeHastened(false);
		}
	}

	// It is not stuck: it has not begun. No permit that is unused now is spent on it.
	private void nextOfScheduled(Wait wait, @Nullable Duration retryAfter, long now, double pollsPerSecond) {
		long delay = this.pace.scheduled(now - wait.began(), this.held.scheduled(), pollsPerSecond, retryAfter);
		long at = now + delay;
		synchronized (this.lock) {
			wait.mayBeHastened(retryAfter == null);
			if (retryAfter == null) {
				at = Math.min(at, Math.max(now + this.settings.minInterval().toMillis(), lastChance(wait)));
			}
		}
		plan(wait, delay, now, at);
		judgeLoad(pollsPerSecond, now);
	}

	/**
	 * Plan the poll after one whose result could not be recorded.
	 * @param wait the wait
	 * @return whether the wait still goes on
	 */
	boolean nextAfterDefect(Wait wait) {
		synchronized (this.lock) {
			repeated(wait);
		}
		long now = now();
		plan(wait, HeldPolls.AFTER_A_DEFECT.delay(), now, now + this.settings.minInterval().toMillis());
		synchronized (this.lock) {
			return !wait.isOver();
		}
	}

	private void noteIfStuck(Wait wait, long now) {
		if (wait.isStuck()) {
			return;
		}
		Duration unusual = this.pace.unusualAge(wait.kind());
		if (wait.age(now).compareTo(unusual) < 0) {
			return;
		}
		synchronized (this.lock) {
			if (wait.isOver()) {
				return;
			}
			wait.stuck();
			this.stuck++;
		}
		this.listener.stuck(this.client, wait.summary(now), wait.age(now), unusual);
	}

	/**
	 * Count a wait that begins or gets another caller. The caller holds the lock.
	 * @param wait the wait
	 */
	void add(Wait wait) {
		this.overload.add(wait);
	}

	/**
	 * Count a wait no longer. The caller holds the lock.
	 * @param wait the wait
	 */
	void remove(Wait wait) {
		this.overload.remove(wait);
	}

	/**
	 * Record that a wait is over. The caller holds the lock.
	 * @param wait the wait
	 */
	void over(Wait wait) {
		if (wait.isStuck()) {
			this.stuck--;
		}
	}

	/**
	 * Record that the server has shown an operation. The caller holds the lock.
	 */
	void answered() {
		this.overload.answered();
	}

	/**
	 * Return the number of waits whose operation is stuck. The caller holds the lock.
	 * @return the number of waits
	 */
	int stuck() {
		return this.stuck;
	}

	/**
	 * Return what is known at once of the reason why a waiter waits no longer after its
	 * deadline. Calls nothing foreign.
	 * @param waiter the waiter
	 * @return the reason
	 */
	OperationTimeoutException timeout(Waiter waiter) {
		return timeout(waiter, null, null);
	}

	/**
	 * Return the reason why a waiter waits no longer after its deadline.
	 * @param waiter the waiter
	 * @return the reason
	 */
	OperationTimeoutException explainedTimeout(Waiter waiter) {
		return timeout(waiter, this.pace.learnedUnusualAge(waiter.waitedFor().kind()), hold(waiter));
	}

	private OperationTimeoutException timeout(Waiter waiter, @Nullable Duration unusualAge,
			OperationTimeoutException.@Nullable Hold hold) {
		Wait wait = waiter.waitedFor();
		return new OperationTimeoutException(wait.operationId(), waiter.timeout(),
				waiter.isOwnTimeout() ? null : this.parts.keyPrefix() + ".polling.timeout", waiter.lastSeen(),
				wait.polls(), wait.age(now()), unusualAge, wait.lastFault(), hold);
	}

	// Calls nothing foreign: other deadlines wait for the end of this one.
	private OperationTimeoutException.@Nullable Hold hold(Waiter waiter) {
		Wait wait = waiter.waitedFor();
		if (wait.end() != null || this.outage.isOn() || !this.dispatcher.isHeld(wait)) {
			return null;
		}
		Duration pausedFor = this.capacity.paused();
		if (!pausedFor.isZero()) {
			return OperationTimeoutException.Hold.byPause(pausedFor);
		}
		long heldBack = this.dispatcher.heldBack(wait);
		if (heldBack <= HELD_BACK * this.settings.minInterval().toMillis()
				|| (heldBack <= waiter.timeout().toMillis() / PART_OF_TIMEOUT && !this.overload.isOn())) {
			return null;
		}
		this.overload.timedOut(now());
		return OperationTimeoutException.Hold.byLimits(Duration.ofMillis(heldBack), this.overload.latestRate(),
				this.capacity.inFlightLimit(), this.capacity.senders(), this.capacity.keyPrefix());
	}

	/**
	 * Report no overload any more.
	 */
	void close() {
		this.overloadReport.dispose();
	}

	private long now() {
		return this.parts.now();
	}

}
