package io.operations.internal.polling;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import reactor.util.context.ContextView;

/**
 * Lets callers begin or join waits, or refuses them.
 */
final class WaitEntrance {

	private final PollerParts parts;

	private final Object lock;

	private final String client;

	private final OperationsListener listener;

	private final PollDispatcher dispatcher;

	private final WaitRegistry registry;

	private final HeldPolls held;

	private final WaitPlans plans;

	private final AtomicLong numbers;

	// Both are guarded by the lock.
	private boolean stopped;

	private boolean closed;

	/**
	 * Create the entrance.
	 * @param parts what the classes of a poller share
	 * @param registry the waits by id
	 * @param held the held operations
	 * @param plans plans the polls
	 * @param numbers the source of the numbers of waits, callers and held operations
	 */
	WaitEntrance(PollerParts parts, WaitRegistry registry, HeldPolls held, WaitPlans plans, AtomicLong numbers) {
		this.parts = parts;
		this.lock = parts.lock();
		this.client = parts.client();
		this.listener = parts.listener();
		this.dispatcher = parts.dispatcher();
		this.registry = registry;
		this.held = held;
		this.plans = plans;
		this.numbers = numbers;
	}

	/**
	 * Begin a wait, or join the present wait for the operation.
	 * @param target the operation to wait for
	 * @param context the Reactor context of the caller
	 * @param factory creates the caller
	 * @return the caller
	 * @throws OperationsException if no further wait may begin
	 */
	WaitingCaller enter(PollingTarget target, ContextView context, CallerFactory factory) {
		OperationsRequestException.checkId(target.operationId());
		// Called before the wait can end, because the caller's transaction ends with it.
		this.listener.callerJoined(this.client, target.operationId(), context);
		long now = now();
		WaitingCaller caller;
		boolean began = false;
		OperationsException refusal = null;
		synchronized (this.lock) {
			AwaitedOperation awaited = this.registry.get(target.operationId());
			if (awaited == null) {
				began = true;
				awaited = new AwaitedOperation(this.numbers.getAndIncrement(), target.operationId(), target.kind(),
						target.accepted(), now, this.parts.seenOperations().contains(target.operationId()));
			}
			caller = factory.create(awaited, this.numbers.getAndIncrement(), now);
			if (this.stopped) {
				refusal = new OperationsClosedException(this.client, target.operationId());
			}
			else if (this.registry.callers() >= this.parts.settings().maxWaits()) {
				refusal = tooManyWaits(target);
			}
			else {
				this.registry.joined();
				if (!began) {
					this.plans.remove(awaited);
				}
				awaited.join(caller);
				this.plans.add(awaited);
				this.dispatcher.addDeadline(caller);
				if (!began) {
					this.plans.hasten(awaited);
				}
				if (began) {
					this.registry.add(awaited);
					meet(awaited, now);
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
			AwaitedOperation awaited = caller.awaited();
			this.listener.waitBegan(this.client, target.operationId());
			this.plans.first(awaited, target.retryAfter(), now);
		}
		this.dispatcher.dispatch();
		return caller;
	}

	private OperationsThrottledException tooManyWaits(PollingTarget target) {
		return new OperationsThrottledException("The client refuses the wait for operation '" + target.operationId()
				+ "': the limit of " + this.parts.settings().maxWaits()
				+ " concurrent waits is reached. Start fewer waits at once, or raise " + this.parts.keyPrefix()
				+ ".polling.max-waits.", target.operationId(), (Duration) null);
	}

	// A wait for a held operation continues with what is known of it.
	private void meet(AwaitedOperation awaited, long now) {
		HeldPoll held = this.held.get(awaited.operationId());
		if (held == null) {
			return;
		}
		PolledOperation known = held.polled();
		awaited.met(known, known.age(this.parts.clock()), now);
		Poll poll = held.pollInFlight();
		if (poll != null) {
			poll.addRecipient(awaited);
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

	private long now() {
		return this.parts.now();
	}

	interface CallerFactory {

		WaitingCaller create(AwaitedOperation awaited, long number, long now);

	}

}
