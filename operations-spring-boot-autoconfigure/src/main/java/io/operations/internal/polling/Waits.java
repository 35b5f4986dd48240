package io.operations.internal.polling;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

import io.operations.Operation;
import io.operations.OperationTimeoutException;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import org.jspecify.annotations.Nullable;

/**
 * Ends waits, and notifies their callers of changes.
 */
final class Waits {

	private final PollerParts parts;

	private final Object lock;

	private final String client;

	private final OperationsListener listener;

	private final PollDispatcher dispatcher;

	private final WaitPlans plans;

	private final WaitRegistry registry;

	private final WaitTimeouts timeouts;

	private final StuckWaits stuck;

	private final PollReports reports;

	/**
	 * Create the object.
	 * @param parts what the classes of a poller share
	 * @param registry the waits by id
	 * @param plans plans the polls
	 * @param timeouts explains timeouts
	 * @param stuck counts the waits whose operation is stuck
	 * @param reports notifies listeners of the ends of waits
	 */
	Waits(PollerParts parts, WaitRegistry registry, WaitPlans plans, WaitTimeouts timeouts, StuckWaits stuck,
			PollReports reports) {
		this.parts = parts;
		this.lock = parts.lock();
		this.client = parts.client();
		this.listener = parts.listener();
		this.dispatcher = parts.dispatcher();
		this.registry = registry;
		this.plans = plans;
		this.timeouts = timeouts;
		this.stuck = stuck;
		this.reports = reports;
	}

	/**
	 * Let an operation that is held from now on share the polls of a wait, and continue
	 * with what the wait knows of it. The caller holds the lock.
	 * @param operation the operation
	 */
	void meet(HeldPoll operation) {
		AwaitedOperation awaited = this.registry.get(operation.operationId());
		if (awaited == null) {
			return;
		}
		PolledOperation known = awaited.met(now(), this.parts.clock());
		if (known != null) {
			operation.met(known);
		}
		Poll poll = awaited.pollInFlight();
		if (poll != null) {
			poll.addRecipient(operation);
		}
	}

	/**
	 * End the wait of a caller whose deadline has passed.
	 * @param caller the caller
	 */
	void endLate(WaitingCaller caller) {
		AwaitedOperation awaited = caller.awaited();
		OperationTimeoutException reason = this.timeouts.known(caller);
		try {
			reason = this.timeouts.explained(caller);
			if (awaited.end() == null) {
				this.listener.deadlinePassed(this.client, awaited.summary(now()), reason);
			}
		}
		finally {
			// Also after an error of a schedule or a listener, the caller waits no
			// longer.
			leave(caller, reason);
			caller.giveUp(reason);
		}
	}

	/**
	 * Record that a poll has seen an operation.
	 * @param awaited the awaited operation
	 * @param operation the operation
	 * @param changed whether its status has changed
	 */
	void seen(AwaitedOperation awaited, Operation operation, boolean changed) {
		synchronized (this.lock) {
			this.plans.repeated(awaited);
			this.plans.answered();
			if (changed && !awaited.isOver()) {
				this.registry.changed(awaited, operation.status());
			}
		}
	}

	/**
	 * Notify the callers of a change.
	 * @param awaited the awaited operation
	 */
	void notifyCallers(AwaitedOperation awaited) {
		for (WaitingCaller caller : callers(awaited)) {
			caller.notifySubscriber();
		}
	}

	/**
	 * Return the callers that wait.
	 * @param awaited the awaited operation
	 * @return the callers, a copy
	 */
	List<WaitingCaller> callers(AwaitedOperation awaited) {
		synchronized (this.lock) {
			List<WaitingCaller> waiting = new ArrayList<>(1);
			for (WaitingCaller caller = awaited.callers(); caller != null; caller = caller.next) {
				waiting.add(caller);
			}
			return waiting;
		}
	}

	/**
	 * End a wait. Does nothing if it is over.
	 * @param awaited the awaited operation
	 * @param outcome the outcome for the callers, as for
	 * {@link AwaitedOperation#end(Object)}
	 */
	void end(AwaitedOperation awaited, Object outcome) {
		List<WaitingCaller> waiting;
		Poll poll;
		synchronized (this.lock) {
			if (awaited.isOver()) {
				return;
			}
			waiting = callers(awaited);
			this.plans.remove(awaited);
			poll = over(awaited);
		}
		try {
			this.reports.waitEnded(awaited, (outcome instanceof Throwable reason) ? reason : null);
		}
		finally {
			awaited.end(outcome);
			waiting.forEach(WaitingCaller::notifySubscriber);
			this.parts.cancel(poll);
		}
	}

	private @Nullable Poll over(AwaitedOperation awaited) {
		awaited.over();
		this.registry.remove(awaited);
		if (awaited.lastSeen() != null) {
			this.parts.seenOperations().add(awaited.operationId());
		}
		this.dispatcher.remove(awaited);
		this.stuck.over(awaited);
		return awaited.leavePoll();
	}

	/**
	 * Record that a caller waits no longer.
	 * @param caller the caller
	 * @param reason why, {@code null} if the caller has cancelled
	 */
	void leave(WaitingCaller caller, @Nullable OperationsException reason) {
		AwaitedOperation awaited = caller.awaited();
		boolean abandoned;
		Poll poll = null;
		synchronized (this.lock) {
			if (!caller.go()) {
				return;
			}
			this.registry.left();
			this.dispatcher.removeDeadline(caller);
			boolean counted = !awaited.isOver();
			if (counted) {
				this.plans.remove(awaited);
			}
			abandoned = awaited.leave(caller) && counted;
			if (abandoned) {
				poll = over(awaited);
			}
			else if (counted) {
				this.plans.add(awaited);
			}
		}
		if (abandoned) {
			this.parts.cancel(poll);
			this.reports.waitEnded(awaited,
					(reason != null) ? reason
							: new CancellationException("All callers cancelled their waits for operation '"
									+ awaited.operationId() + "'. The poller no longer polls it."));
		}
	}

	/**
	 * End all waits. New waits may begin.
	 */
	void endAll() {
		for (AwaitedOperation awaited : this.registry.all()) {
			end(awaited, new OperationsClosedException(this.client, awaited.operationId()));
		}
	}

	private long now() {
		return this.parts.now();
	}

}
