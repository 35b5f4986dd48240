package io.operations.internal.polling;

import java.time.Duration;

import io.operations.OperationTimeoutException;
import io.operations.internal.resilience.PollCapacity;
import io.operations.polling.PollingSettings;
import org.jspecify.annotations.Nullable;

/**
 * Explains why a wait was not over at its deadline.
 */
final class WaitTimeouts {

	// The limits count as the reason of a timeout only if they held the poll back for
	// more than this many shortest intervals. A shorter delay has another reason: the
	// last polls of waits that end together are due together.
	private static final int HELD_BACK = 2 * WaitPlans.LAST_CHANCE;

	// Without an overload, the limits count as the reason of a timeout only if they held
	// the poll back for more than the timeout divided by this.
	private static final int PART_OF_TIMEOUT = 10;

	private final PollerParts parts;

	private final PollCapacity capacity;

	private final PollDispatcher dispatcher;

	private final Overload overload;

	/**
	 * Create the object.
	 * @param parts what the classes of a poller share
	 * @param overload judges whether the limits allow enough polls
	 */
	WaitTimeouts(PollerParts parts, Overload overload) {
		this.parts = parts;
		this.capacity = parts.capacity();
		this.dispatcher = parts.dispatcher();
		this.overload = overload;
	}

	/**
	 * Create the judge of overloads. If the limits hold polls back for too short a time
	 * to be the reason of a timeout, there is no overload.
	 * @param settings the bounds of polls and waits
	 * @return the judge
	 */
	static Overload overload(PollingSettings settings) {
		return new Overload(settings.minInterval().multipliedBy(HELD_BACK), settings.timeout());
	}

	/**
	 * Return the reason for a timeout, as far as it is known without a call of foreign
	 * code.
	 * @param caller the caller whose deadline has passed
	 * @return the reason
	 */
	OperationTimeoutException known(WaitingCaller caller) {
		return timeout(caller, null, null);
	}

	/**
	 * Return the reason for a timeout, with what the schedule and the limits say of it.
	 * @param caller the caller whose deadline has passed
	 * @return the reason
	 */
	OperationTimeoutException explained(WaitingCaller caller) {
		return timeout(caller, this.parts.delays().learnedUnusualAge(caller.awaited().kind()), hold(caller));
	}

	private OperationTimeoutException timeout(WaitingCaller caller, @Nullable Duration unusualAge,
			OperationTimeoutException.@Nullable Hold hold) {
		AwaitedOperation awaited = caller.awaited();
		return new OperationTimeoutException(awaited.operationId(), caller.timeout(),
				caller.isOwnTimeout() ? null : this.parts.keyPrefix() + ".polling.timeout", caller.lastSeen(),
				awaited.polls(), awaited.age(this.parts.now()), unusualAge, awaited.lastFault(), hold);
	}

	// No foreign code is called, because other deadlines wait for this method.
	private OperationTimeoutException.@Nullable Hold hold(WaitingCaller caller) {
		AwaitedOperation awaited = caller.awaited();
		// An operator may pause a client because of an outage.
		boolean byOperator = this.capacity.operatorPause().isOn();
		if (awaited.end() != null || (this.parts.outage().isOn() && !byOperator) || !this.dispatcher.isHeld(awaited)) {
			return null;
		}
		Duration pausedFor = this.capacity.paused();
		if (!pausedFor.isZero()) {
			return OperationTimeoutException.Hold.byPause(pausedFor, byOperator);
		}
		long heldBack = this.dispatcher.heldBack(awaited);
		if (heldBack <= HELD_BACK * this.parts.settings().minInterval().toMillis()
				|| (heldBack <= caller.timeout().toMillis() / PART_OF_TIMEOUT && !this.overload.isOn())) {
			return null;
		}
		this.overload.timedOut(this.parts.now());
		return OperationTimeoutException.Hold.byLimits(Duration.ofMillis(heldBack), this.overload.latestRate(),
				this.capacity.inFlightLimit(), this.capacity.senders(), this.capacity.keyPrefix());
	}

}
