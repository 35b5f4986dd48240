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

	/**
	 * Create the object.
	 * @param parts what the classes of a poller share
	 * @param registry the waits by id
	 * @param plans plans the polls
	 */
	Waits(PollerParts parts, WaitRegistry registry, WaitPlans plans) {
		this.parts = parts;
		this.lock = parts.lock();
		this.client = parts.client();
		this.listener = parts.listener();
		this.dispatcher = parts.dispatcher();
		this.registry = registry;
		this.plans = plans;
	}

	/**
	 * Let an operation that is held from now on share the polls of a wait, and continue
	 * with what the wait knows of it. The caller holds the lock.
	 * @param operation the operation
	 */
	void meet(HeldPoll operation) {
		Wait wait = this.registry.get(operation.operationId());
		if (wait == null) {
			return;
		}
		PolledOperation known = wait.met(now(), this.parts.clock());
		if (known != null) {
			operation.met(known);
		}
		Flight flight = wait.flight();
		if (flight != null) {
			flight.board(operation);
		}
	}

	/**
	 * End the wait of a caller whose deadline has passed.
	 * @param waiter the waiter
	 */
	void endLate(Waiter waiter) {
		Wait wait = waiter.waitedFor();
		OperationTimeoutException reason = this.plans.timeout(waiter);
		try {
			reason = this.plans.explainedTimeout(waiter);
			if (wait.end() == null) {
				this.listener.deadlinePassed(this.client, wait.summary(now()), reason);
			}
		}
		finally {
			// Also after an error of a schedule or a listener, the caller waits no
			// longer.
			leave(waiter, reason);
			waiter.giveUp(reason);
		}
	}

	/**
	 * Record that a poll has seen an operation.
	 * @param wait the wait
	 * @param operation the operation
	 * @param changed whether its status has changed
	 */
	void seen(Wait wait, Operation operation, boolean changed) {
		synchronized (this.lock) {
			this.plans.repeated(wait);
			this.plans.answered();
			if (changed && !wait.isOver()) {
				this.registry.changed(wait, operation.status());
			}
		}
	}

	/**
	 * Notify the callers of a change.
	 * @param wait the wait
	 */
	void tellAll(Wait wait) {
		for (Waiter waiter : waiting(wait)) {
			waiter.tell();
		}
	}

	/**
	 * Return the callers that wait.
	 * @param wait the wait
	 * @return the callers, a copy
	 */
	List<Waiter> waiting(Wait wait) {
		synchronized (this.lock) {
			List<Waiter> waiting = new ArrayList<>(1);
			for (Waiter waiter = wait.waiters(); waiter != null; waiter = waiter.next) {
				waiting.add(waiter);
			}
			return waiting;
		}
	}

	/**
	 * End a wait. Does nothing if it is over.
	 * @param wait the wait
	 * @param outcome the outcome for the callers, as for {@link Wait#end(Object)}
	 */
	void end(Wait wait, Object outcome) {
		List<Waiter> waiting;
		Flight flight;
		synchronized (this.lock) {
			if (wait.isOver()) {
				return;
			}
			waiting = waiting(wait);
			this.plans.remove(wait);
			flight = over(wait);
		}
		try {
			this.listener.waitEnded(this.client, wait.summary(now()),
					(outcome instanceof Throwable reason) ? reason : null);
		}
		finally {
			wait.end(outcome);
			waiting.forEach(Waiter::tell);
			this.parts.cancel(flight);
		}
	}

	private @Nullable Flight over(Wait wait) {
		wait.over();
		this.registry.remove(wait);
		if (wait.lastSeen() != null) {
			this.parts.seenOperations().add(wait.operationId());
		}
		this.dispatcher.remove(wait);
		this.plans.over(wait);
		return wait.leaveFlight();
	}

	/**
	 * Record that a caller waits no longer.
	 * @param waiter the waiter
	 * @param reason why, {@code null} if the caller has cancelled
	 */
	void leave(Waiter waiter, @Nullable OperationsException reason) {
		Wait wait = waiter.waitedFor();
		boolean abandoned;
		Flight flight = null;
		synchronized (this.lock) {
			if (!waiter.go()) {
				return;
			}
			this.registry.left();
			this.dispatcher.removeDeadline(waiter);
			boolean counted = !wait.isOver();
			if (counted) {
				this.plans.remove(wait);
			}
			abandoned = wait.leave(waiter) && counted;
			if (abandoned) {
				flight = over(wait);
			}
			else if (counted) {
				this.plans.add(wait);
			}
		}
		if (abandoned) {
			this.parts.cancel(flight);
			this.listener.waitEnded(this.client, wait.summary(now()),
					(reason != null) ? reason
							: new CancellationException("All callers cancelled their waits for operation '"
									+ wait.operationId() + "'. The poller no longer polls it."));
		}
	}

	/**
	 * End all waits. New waits may begin.
	 */
	void endAll() {
		for (Wait wait : this.registry.all()) {
			end(wait, new OperationsClosedException(this.client, wait.operationId()));
		}
	}

	private long now() {
		return this.parts.now();
	}

}
