package io.operations.polling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Keeps the waits by id, from the first caller that joins to the last one that leaves,
 * and counts them.
 */
final class Waits {

	private final StatusCounts counts = new StatusCounts();

	private final PollerParts parts;

	private final Object lock;

	private final String client;

	private final OperationsListener listener;

	private final PollDispatcher dispatcher;

	private final HeldPolls held;

	private final WaitPlans plans;

	private final AtomicLong numbers;

	// All below is guarded by the lock. In the order in which they began.
	private final Map<String, Wait> waits = new LinkedHashMap<>();

	private int waiters;

	private boolean stopped;

	private boolean closed;

	/**
	 * Create the registry, with no wait.
	 * @param parts what the classes of a poller share
	 * @param held the held operations
	 * @param plans plans the polls
	 * @param numbers the numbers of all that is due at a time
	 */
	Waits(PollerParts parts, HeldPolls held, WaitPlans plans, AtomicLong numbers) {
		this.parts = parts;
		this.lock = parts.lock();
		this.client = parts.client();
		this.listener = parts.listener();
		this.dispatcher = parts.dispatcher();
		this.held = held;
		this.plans = plans;
		this.numbers = numbers;
	}

	/**
	 * Begin to wait, or join the wait that there is.
	 * @param target the operation to wait for
	 * @param caller the Reactor context of the caller
	 * @param factory creates the waiter
	 * @return the waiter
	 * @throws OperationsException if no further wait may begin
	 */
	Waiter enter(PollingTarget target, ContextView caller, WaiterFactory factory) {
		OperationsRequestException.checkId(target.operationId());
		// Called before the wait can end, because the caller's transaction ends with it.
		this.listener.callerJoined(this.client, target.operationId(), caller);
		long now = now();
		Waiter waiter;
		boolean began = false;
		OperationsException refusal = null;
		synchronized (this.lock) {
			Wait wait = this.waits.get(target.operationId());
			if (wait == null) {
				began = true;
				wait = new Wait(this.numbers.getAndIncrement(), target.operationId(), target.kind(), target.accepted(),
						now, this.parts.seenOperations().contains(target.operationId()));
			}
			waiter = factory.create(wait, this.numbers.getAndIncrement(), now);
			if (this.stopped) {
				refusal = new OperationsClosedException(this.client, target.operationId());
			}
			else if (this.waiters >= this.parts.settings().maxWaiting()) {
				refusal = new OperationsThrottledException(
						"The client refuses the wait for operation '" + target.operationId() + "': the limit of "
								+ this.parts.settings().maxWaiting()
								+ " concurrent waits is reached. Start fewer waits at once, or raise "
								+ this.parts.keyPrefix() + ".polling.max-waiting.",
						target.operationId(), (Duration) null);
			}
			else {
				this.waiters++;
				if (!began) {
					this.plans.remove(wait);
				}
				wait.join(waiter);
				this.plans.add(wait);
				this.dispatcher.addDeadline(waiter);
				if (!began) {
					this.plans.hasten(wait);
				}
				this.waits.put(target.operationId(), wait);
				if (began) {
					meet(wait, now);
				}
			}
		}
		if (refusal != null) {
			if (refusal instanceof OperationsThrottledException throttled) {
				this.listener.throttled(this.client, throttled);
			}
			throw refusal;
		}
		if (began) {
			Wait wait = waiter.waitedFor();
			this.counts.of(null).incrementAndGet();
			this.listener.waitBegan(this.client, target.operationId());
			this.plans.first(wait, target.retryAfter(), now);
		}
		this.dispatcher.pump();
		return waiter;
	}

	// A wait for a held operation continues with what is known of it.
	private void meet(Wait wait, long now) {
		HeldPoll held = this.held.get(wait.operationId());
		if (held == null) {
			return;
		}
		PolledOperation known = held.polled();
		wait.met(known, known.age(this.parts.clock()), now);
		Flight flight = held.flight();
		if (flight != null) {
			flight.board(wait);
		}
	}

	/**
	 * Let an operation that is held from now on share the polls of a wait, and continue
	 * with what the wait knows of it. The caller holds the lock.
	 * @param operation the operation
	 */
	void meet(HeldPoll operation) {
		Wait wait = this.waits.get(operation.operationId());
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
	 * Return the wait for an operation. The caller holds the lock.
	 * @param operationId the operation's id
	 * @return the wait, {@code null} if there is none
	 */
	@Nullable Wait get(String operationId) {
		return this.waits.get(operationId);
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
				this.counts.of(wait.countedAs()).decrementAndGet();
				this.counts.of(operation.status()).incrementAndGet();
				wait.countedAs(operation.status());
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
		this.waits.remove(wait.operationId());
		if (wait.lastSeen() != null) {
			this.parts.seenOperations().add(wait.operationId());
		}
		this.dispatcher.remove(wait);
		this.counts.of(wait.countedAs()).decrementAndGet();
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
			this.waiters--;
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
		List<Wait> open;
		synchronized (this.lock) {
			open = new ArrayList<>(this.waits.values());
		}
		for (Wait wait : open) {
			end(wait, new OperationsClosedException(this.client, wait.operationId()));
		}
	}

	/**
	 * Refuse new waits, or accept them again.
	 * @param refuse whether to refuse them
	 */
	void refuse(boolean refuse) {
		synchronized (this.lock) {
			this.stopped = refuse || this.closed;
		}
	}

	/**
	 * Refuse new waits for good.
	 */
	void close() {
		synchronized (this.lock) {
			this.closed = true;
			this.stopped = true;
		}
		this.plans.close();
	}

	int size() {
		synchronized (this.lock) {
			return this.waits.size();
		}
	}

	int size(@Nullable OperationStatus status) {
		return this.counts.of(status).get();
	}

	int waiters() {
		synchronized (this.lock) {
			return this.waiters;
		}
	}

	int stuck() {
		synchronized (this.lock) {
			return this.plans.stuck();
		}
	}

	/**
	 * Return the age of the oldest wait.
	 * @return its age, zero if there is no wait
	 */
	Duration oldest() {
		synchronized (this.lock) {
			Iterator<Wait> waits = this.waits.values().iterator();
			return waits.hasNext() ? Duration.ofMillis(now() - waits.next().began()) : Duration.ZERO;
		}
	}

	private long now() {
		return this.parts.now();
	}

	interface WaiterFactory {

		Waiter create(Wait wait, long number, long now);

	}

}
