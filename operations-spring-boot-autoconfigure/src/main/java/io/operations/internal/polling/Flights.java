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
import io.operations.internal.resilience.Turn;
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
final class Flights {

	private static final Log logger = LogFactory.getLog(Flights.class);

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
	Flights(PollerParts parts, WaitRegistry registry, Waits waits, WaitPlans plans, HeldPolls held) {
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
	 * @param flight the poll
	 */
	void poll(Flight flight) {
		if (!begin(flight)) {
			this.dispatcher.handedBack(flight);
			return;
		}
		try {
			subscribe(flight);
		}
		catch (LinkageError | VirtualMachineError ex) {
			// Reactor throws these errors and does not signal them: the wait would hang.
			OperationsException broken = OperationsUnavailableException.broken(flight.operationId(), ex);
			serve(flight, (passengers) -> failed(passengers, broken));
			this.dispatcher.handedBack(flight);
		}
	}

	private boolean begin(Flight flight) {
		synchronized (this.lock) {
			if (flight.first().isOver()) {
				return false;
			}
			Wait wait = this.registry.get(flight.operationId());
			HeldPoll held = this.held.get(flight.operationId());
			if (wait != null) {
				unqueue(wait);
				flight.board(wait);
			}
			if (held != null) {
				unqueue(held);
				flight.board(held);
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

	private void subscribe(Flight flight) {
		String operationId = flight.operationId();
		Turn turn = new Turn(flight.isRepeat() ? Turn.Kind.REPEAT_POLL : Turn.Kind.FIRST_POLL, flight.due(),
				() -> mayLeave(flight));
		// Deferred, so that an exception from a decorator is a fault of this poll.
		Mono.defer(() -> this.parts.fetcher().fetch(operationId))
			.subscribe(new Response(flight, this.parts.sentPolls().handed(flight, Context.of(Turn.class, turn))));
	}

	// The holder may have lost the right to poll while the poll was queued, or nobody may
	// need the poll any more.
	private boolean mayLeave(Flight flight) {
		if (flight.getWait() != null) {
			return true;
		}
		boolean mayPollHeld = this.dispatcher.mayPollHeld();
		synchronized (this.lock) {
			HeldPoll held = flight.getHeld();
			if (flight.getWait() != null || (held != null && mayPollHeld)) {
				return true;
			}
			if (held != null) {
				flight.leave(held);
				this.dispatcher.add(held, held.at(), held.notBefore());
			}
		}
		flight.request().dispose();
		return false;
	}

	// Both are free for the next poll. The response of this one goes to both.
	private Passengers land(Flight flight) {
		synchronized (this.lock) {
			Passengers passengers = new Passengers(flight.getWait(), flight.getHeld());
			if (passengers.waiting() != null) {
				flight.leave(passengers.waiting());
			}
			if (passengers.held() != null) {
				flight.leave(passengers.held());
			}
			return passengers;
		}
	}

	// Whatever fails on the way, the passengers must be polled again.
	private void serve(Flight flight, Consumer<Passengers> outcome) {
		Passengers passengers = land(flight);
		try {
			outcome.accept(passengers);
		}
		catch (RuntimeException | Error ex) {
			if (pollAgain(passengers)) {
				logger.error(notRecorded(this.parts.client(), flight.operationId()), ex);
			}
			// Reactor reports the end of the poll only after some of the errors.
			this.dispatcher.handedBack(flight);
			throw ex;
		}
	}

	private boolean pollAgain(Passengers passengers) {
		HeldPoll operation = passengers.held();
		Wait wait = passengers.waiting();
		boolean isHeld = operation != null && this.held.again(operation, HeldPolls.AFTER_A_DEFECT);
		boolean waits = wait != null && this.plans.nextAfterDefect(wait);
		return isHeld || waits;
	}

	static String notRecorded(String client, String operationId) {
		return "[" + client + "] The result of a poll of operation '" + OperationsErrorResponse.printable(operationId)
				+ "' could not be recorded. The poller polls it again in one minute. If this repeats, fix the cause"
				+ " below.";
	}

	private void seen(Flight flight, OperationSnapshot snapshot) {
		OperationsException other = OtherOperationException.in(flight.operationId(), snapshot, this.parts.keyPrefix());
		if (other != null) {
			failed(flight, other);
			return;
		}
		serve(flight, (passengers) -> seen(passengers, snapshot));
	}

	private void seen(Passengers passengers, OperationSnapshot snapshot) {
		Wait wait = passengers.waiting();
		HeldPoll held = passengers.held();
		PolledOperation before = (held != null) ? held.polled() : null;
		PolledOperation.Sighting sighting = (before != null) ? before.seen(snapshot, this.parts.clock()) : null;
		Operation known = (before != null) ? before.lastSeen() : null;
		boolean heldChanged = held != null && !held.hasStatusOf(snapshot.operation());
		this.outage.succeeded();
		if (held != null && sighting != null) {
			this.parts.pace().learn(sighting.run());
			if (wait == null && heldChanged) {
				this.parts.listener().statusSeen(this.parts.client(), snapshot, known);
			}
			PolledOperation after = sighting.operation();
			this.held.planNext(held, () -> held.seen(after, snapshot));
		}
		// Last, because callers may continue on this thread for as long as they like.
		if (wait != null) {
			seen(wait, snapshot, sighting != null, heldChanged ? known : null, heldChanged);
		}
	}

	private void seen(Wait wait, OperationSnapshot snapshot, boolean shared, @Nullable Operation known,
			boolean changedElsewhere) {
		long now = this.parts.now();
		LastSeen previous = wait.lastSeen();
		Operation operation = snapshot.operation();
		ObservedRun run = wait.seen(snapshot, now);
		// The run of a shared poll is learned once.
		if (!shared) {
			this.parts.pace().learn(run);
		}
		boolean changed = previous == null || !previous.withoutUrl().hasStatusOf(operation);
		this.waits.seen(wait, operation, changed);
		if (changed || changedElsewhere) {
			this.parts.listener()
				.statusSeen(this.parts.client(), snapshot, (previous != null) ? previous.operation() : known);
		}
		if (operation.isTerminal()) {
			this.waits.end(wait, snapshot);
			return;
		}
		if (changed) {
			this.waits.tellAll(wait);
		}
		this.plans.next(wait, operation, snapshot.retryAfter(), now);
	}

	private void failed(Flight flight, Throwable fault) {
		serve(flight, (passengers) -> {
			this.outage.failed(fault);
			failed(passengers, fault);
		});
	}

	private void failed(Passengers passengers, Throwable fault) {
		Wait wait = passengers.waiting();
		HeldPoll held = passengers.held();
		if (held != null) {
			this.held.planNext(held, () -> (fault instanceof OperationsClosedException) ? AFTER_THE_CLOSE
					: soonAfterOutage(held.failed(held.polled().failed(fault, this.parts.clock()), fault)));
		}
		if (wait != null) {
			failed(wait, fault);
		}
	}

	// A failed probe shows nothing of the operation, which remains due until the server
	// answers. The outage spreads the probes.
	private HeldPoll.@Nullable Next soonAfterOutage(HeldPoll.@Nullable Next next) {
		long shortest = this.parts.settings().minInterval().toMillis();
		return (next != null && !next.isFixed() && next.delay() > shortest && this.outage.isOn())
				? new HeldPoll.Next(shortest, false) : next;
	}

	private void failed(Wait wait, Throwable fault) {
		long now = this.parts.now();
		wait.failed(fault, now);
		if (fault instanceof OperationNotFoundException notFound) {
			notFound(wait, notFound, now);
			return;
		}
		if (!(fault instanceof OperationsException known && known.isTransient())) {
			this.waits.end(wait, fault);
			return;
		}
		synchronized (this.lock) {
			this.plans.repeated(wait);
		}
		if (fault instanceof OperationsThrottledException throttled && !throttled.isLocal()) {
			this.plans.nextAfterThrottling(wait, throttled.getRetryAfter(), now);
			return;
		}
		this.plans.next(wait, wait.operation(), known.getRetryAfter(), now);
	}

	// Ends the waits of callers that trust the 404, and continues to poll for the others.
	private void notFound(Wait wait, OperationNotFoundException fault, long now) {
		List<Waiter> convinced = this.waits.waiting(wait);
		convinced.removeIf((waiter) -> !waiter.believesNotFound(now));
		convinced.forEach((waiter) -> this.waits.leave(waiter, fault));
		convinced.forEach((waiter) -> waiter.giveUp(fault));
		synchronized (this.lock) {
			this.plans.repeated(wait);
		}
		this.plans.next(wait, wait.operation(), fault.getRetryAfter(), now);
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

		private final Flight flight;

		private final Context context;

		private boolean done;

		Response(Flight flight, Context context) {
			this.flight = flight;
			this.context = context;
		}

		@Override
		public Context currentContext() {
			return this.context;
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			// Set before an answer can come, so that no cancellation is missed.
			this.flight.request().replace(() -> {
				subscription.cancel();
				Flights.this.dispatcher.handedBack(this.flight);
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
				seen(this.flight, snapshot);
			}
			catch (RuntimeException | Error ex) {
				Exceptions.throwIfFatal(ex);
				this.flight.request().dispose();
				failed(this.flight, ex);
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
				failed(this.flight, fault);
			}
			finally {
				Flights.this.dispatcher.handedBack(this.flight);
			}
		}

		@Override
		public void onComplete() {
			if (this.done) {
				Flights.this.dispatcher.handedBack(this.flight);
				return;
			}
			onError(withoutResult(this.flight.operationId()));
		}

	}

	/**
	 * Those that a poll served.
	 *
	 * @param waiting the wait, {@code null} if there is none
	 * @param held the held operation, {@code null} if there is none
	 */
	private record Passengers(@Nullable Wait waiting, @Nullable HeldPoll held) {
	}

}
