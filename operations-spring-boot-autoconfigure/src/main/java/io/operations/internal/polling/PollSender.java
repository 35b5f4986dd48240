package io.operations.internal.polling;

import java.util.List;
import java.util.function.Consumer;

import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationsClosedException;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.internal.resilience.RequestPriority;
import io.operations.polling.ObservedRun;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Sends the polls that the dispatcher hands over, and records what they bring to the wait
 * and to the held operation that share a poll.
 */
final class PollSender {

	private static final Log logger = LogFactory.getLog(PollSender.class);

	private static final HeldPoll.Next AFTER_THE_CLOSE = new HeldPoll.Next(1000, true);

	private final PollerParts parts;

	private final Object lock;

	private final PollDispatcher dispatcher;

	private final Outage outage;

	private final WaitRegistry registry;

	private final Waits waits;

	private final WaitPlans plans;

	private final HeldPolls held;

	/**
	 * Create the sender of polls.
	 * @param parts what the classes of a poller share
	 * @param registry the waits by id
	 * @param waits ends waits and notifies their callers
	 * @param plans plans the polls of waits
	 * @param held the held operations
	 */
	PollSender(PollerParts parts, WaitRegistry registry, Waits waits, WaitPlans plans, HeldPolls held) {
		this.parts = parts;
		this.lock = parts.lock();
		this.dispatcher = parts.dispatcher();
		this.outage = parts.outage();
		this.registry = registry;
		this.waits = waits;
		this.plans = plans;
		this.held = held;
	}

	/**
	 * Send a poll, and plan the next one when its result is there.
	 * @param poll the poll
	 */
	void poll(Poll poll) {
		if (!begin(poll)) {
			this.dispatcher.ended(poll);
			return;
		}
		try {
			subscribe(poll);
		}
		catch (LinkageError | VirtualMachineError ex) {
			// Reactor throws these errors and does not signal them: the wait would hang.
			OperationsException broken = OperationsUnavailableException.broken(poll.operationId(), ex);
			serve(poll, (recipients) -> failed(recipients, broken));
			this.dispatcher.ended(poll);
		}
	}

	private boolean begin(Poll poll) {
		synchronized (this.lock) {
			if (poll.first().isOver()) {
				return false;
			}
			AwaitedOperation awaited = this.registry.get(poll.operationId());
			HeldPoll held = this.held.get(poll.operationId());
			if (awaited != null) {
				unqueue(awaited);
				poll.addRecipient(awaited);
			}
			if (held != null) {
				unqueue(held);
				poll.addRecipient(held);
			}
			return true;
		}
	}

	// The poll of one of them is due, so that one is in no queue any more.
	private void unqueue(Polled polled) {
		if (polled.place() >= 0) {
			this.dispatcher.remove(polled);
		}
	}

	private void subscribe(Poll poll) {
		String operationId = poll.operationId();
		RequestPriority priority = new RequestPriority(
				poll.isRepeat() ? RequestPriority.Kind.REPEAT_POLL : RequestPriority.Kind.FIRST_POLL, poll.due(),
				() -> mayLeave(poll));
		// Deferred, so that an exception from a decorator is a fault of this poll.
		Mono.defer(() -> this.parts.fetcher().fetch(operationId))
			.subscribe(new Response(poll,
					this.parts.sentPolls().handed(poll, Context.of(RequestPriority.class, priority))));
	}

	// The holder may have lost the right to poll while the poll was queued, or nobody may
	// need the poll any more.
	private boolean mayLeave(Poll poll) {
		if (poll.getAwaited() != null) {
			return true;
		}
		boolean mayPollHeld = this.dispatcher.mayPollHeld();
		synchronized (this.lock) {
			HeldPoll held = poll.getHeld();
			if (poll.getAwaited() != null || (held != null && mayPollHeld)) {
				return true;
			}
			if (held != null) {
				poll.leave(held);
				this.dispatcher.add(held, held.at(), held.notBefore());
			}
		}
		poll.request().dispose();
		return false;
	}

	// Both are free for the next poll. The response of this one goes to both.
	private Recipients land(Poll poll) {
		synchronized (this.lock) {
			Recipients recipients = new Recipients(poll.getAwaited(), poll.getHeld());
			if (recipients.awaited() != null) {
				poll.leave(recipients.awaited());
			}
			if (recipients.held() != null) {
				poll.leave(recipients.held());
			}
			return recipients;
		}
	}

	// Whatever fails on the way, the recipients must be polled again.
	private void serve(Poll poll, Consumer<Recipients> outcome) {
		Recipients recipients = land(poll);
		try {
			outcome.accept(recipients);
		}
		catch (RuntimeException | Error ex) {
			if (pollAgain(recipients)) {
				logger.error(notRecorded(this.parts.client(), poll.operationId()), ex);
			}
			// Reactor reports the end of the poll only after some of the errors.
			this.dispatcher.ended(poll);
			throw ex;
		}
	}

	private boolean pollAgain(Recipients recipients) {
		HeldPoll operation = recipients.held();
		AwaitedOperation awaited = recipients.awaited();
		boolean isHeld = operation != null && this.held.again(operation, HeldPolls.AFTER_A_DEFECT);
		boolean waits = awaited != null && this.plans.nextAfterDefect(awaited);
		return isHeld || waits;
	}

	static String notRecorded(String client, String operationId) {
		return "[" + client + "] The result of a poll of operation '" + OperationsErrorResponse.printable(operationId)
				+ "' could not be recorded. The poller polls it again in one minute. If this repeats, fix the cause"
				+ " below.";
	}

	private void seen(Poll poll, OperationSnapshot snapshot) {
		OperationsException other = OtherOperationException.in(poll.operationId(), snapshot, this.parts.keyPrefix());
		if (other != null) {
			failed(poll, other);
			return;
		}
		serve(poll, (recipients) -> seen(recipients, snapshot));
	}

	private void seen(Recipients recipients, OperationSnapshot snapshot) {
		AwaitedOperation awaited = recipients.awaited();
		HeldPoll held = recipients.held();
		PolledOperation before = (held != null) ? held.polled() : null;
		PolledOperation.Sighting sighting = (before != null) ? before.seen(snapshot, this.parts.clock()) : null;
		Operation known = (before != null) ? before.lastSeen() : null;
		boolean heldChanged = held != null && !held.hasStatusOf(snapshot.operation());
		this.outage.succeeded();
		if (held != null && sighting != null) {
			this.parts.delays().learn(sighting.run());
			if (awaited == null && heldChanged) {
				this.parts.listener().statusSeen(this.parts.client(), snapshot, known);
			}
			PolledOperation after = sighting.operation();
			this.held.planNext(held, () -> held.seen(after, snapshot));
		}
		// Last, because callers may continue on this thread for as long as they like.
		if (awaited != null) {
			seen(awaited, snapshot, sighting != null, heldChanged ? known : null, heldChanged);
		}
	}

	private void seen(AwaitedOperation awaited, OperationSnapshot snapshot, boolean shared, @Nullable Operation known,
			boolean changedElsewhere) {
		long now = this.parts.now();
		LastSeen previous = awaited.lastSeen();
		Operation operation = snapshot.operation();
		ObservedRun run = awaited.seen(snapshot, now);
		// The run of a shared poll is learned once.
		if (!shared) {
			this.parts.delays().learn(run);
		}
		boolean changed = previous == null || !previous.withoutUrl().hasStatusOf(operation);
		this.waits.seen(awaited, operation, changed);
		if (changed || changedElsewhere) {
			this.parts.listener()
				.statusSeen(this.parts.client(), snapshot, (previous != null) ? previous.operation() : known);
		}
		if (operation.isTerminal()) {
			this.waits.end(awaited, snapshot);
			return;
		}
		if (changed) {
			this.waits.notifyCallers(awaited);
		}
		this.plans.next(awaited, operation, snapshot.retryAfter(), now);
	}

	private void failed(Poll poll, Throwable fault) {
		serve(poll, (recipients) -> {
			this.outage.failed(fault);
			failed(recipients, fault);
		});
	}

	private void failed(Recipients recipients, Throwable fault) {
		AwaitedOperation awaited = recipients.awaited();
		HeldPoll held = recipients.held();
		if (held != null) {
			this.held.planNext(held, () -> (fault instanceof OperationsClosedException) ? AFTER_THE_CLOSE
					: soonAfterOutage(held.failed(held.polled().failed(fault, this.parts.clock()), fault)));
		}
		if (awaited != null) {
			failed(awaited, fault);
		}
	}

	// A failed probe shows nothing of the operation, which remains due until the server
	// answers. The outage spreads the probes.
	private HeldPoll.@Nullable Next soonAfterOutage(HeldPoll.@Nullable Next next) {
		long shortest = this.parts.settings().minInterval().toMillis();
		return (next != null && !next.isFixed() && next.delay() > shortest && this.outage.isOn())
				? new HeldPoll.Next(shortest, false) : next;
	}

	private void failed(AwaitedOperation awaited, Throwable fault) {
		long now = this.parts.now();
		awaited.failed(fault, now);
		if (fault instanceof OperationNotFoundException notFound) {
			notFound(awaited, notFound, now);
			return;
		}
		if (!(fault instanceof OperationsException known && known.isTransient())) {
			this.waits.end(awaited, fault);
			return;
		}
		synchronized (this.lock) {
			this.plans.repeated(awaited);
		}
		if (fault instanceof OperationsThrottledException throttled && !throttled.isLocal()) {
			this.plans.nextAfterThrottling(awaited, throttled.getRetryAfter(), now);
			return;
		}
		this.plans.next(awaited, awaited.operation(), known.getRetryAfter(), now);
	}

	// Ends the waits of callers that trust the 404, and continues to poll for the others.
	private void notFound(AwaitedOperation awaited, OperationNotFoundException fault, long now) {
		List<WaitingCaller> convinced = this.waits.callers(awaited);
		convinced.removeIf((caller) -> !caller.believesNotFound(now));
		convinced.forEach((caller) -> this.waits.leave(caller, fault));
		convinced.forEach((caller) -> caller.giveUp(fault));
		synchronized (this.lock) {
			this.plans.repeated(awaited);
		}
		this.plans.next(awaited, awaited.operation(), fault.getRetryAfter(), now);
	}

	private static OperationsException withoutResult(String operationId) {
		return new OperationsUnavailableException(
				"An OperationFetcherDecorator completed without a result for operation '" + operationId
						+ "'. Let the decorator emit the result of the next fetcher, or an error.",
				operationId, new IllegalStateException("The decorator returned an empty Mono"));
	}

	/**
	 * Receives the response to a poll. Operators for each of its parts would take a fifth
	 * of the time of a poll.
	 */
	private final class Response implements CoreSubscriber<OperationSnapshot> {

		private final Poll poll;

		private final Context context;

		private boolean done;

		Response(Poll poll, Context context) {
			this.poll = poll;
			this.context = context;
		}

		@Override
		public Context currentContext() {
			return this.context;
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			// Set before an answer can come, so that no cancellation is missed.
			this.poll.request().replace(() -> {
				subscription.cancel();
				PollSender.this.dispatcher.ended(this.poll);
			});
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(OperationSnapshot snapshot) {
			if (this.done) {
				Operators.onNextDropped(snapshot, this.context);
				return;
			}
			this.done = true;
			try {
				seen(this.poll, snapshot);
			}
			catch (RuntimeException | Error ex) {
				Exceptions.throwIfFatal(ex);
				this.poll.request().dispose();
				failed(this.poll, ex);
			}
		}

		@Override
		public void onError(Throwable fault) {
			if (this.done) {
				Operators.onErrorDropped(fault, this.context);
				return;
			}
			this.done = true;
			try {
				failed(this.poll, fault);
			}
			finally {
				PollSender.this.dispatcher.ended(this.poll);
			}
		}

		@Override
		public void onComplete() {
			if (this.done) {
				PollSender.this.dispatcher.ended(this.poll);
				return;
			}
			onError(withoutResult(this.poll.operationId()));
		}

	}

	/**
	 * Those that a poll served.
	 *
	 * @param waiting the wait, {@code null} if there is none
	 * @param held the held operation, {@code null} if there is none
	 */
	private record Recipients(@Nullable AwaitedOperation awaited, @Nullable HeldPoll held) {
	}

}
