package io.operations.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.operations.Operation;
import io.operations.OperationFetcher;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationsClosedException;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsListeners;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.resilience.Admission;
import io.operations.resilience.Turn;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.ContextView;

/**
 * Polls operations until they end. All callers that wait for the same operation share its
 * polls. After a transient error the operation is polled again. A wait ends with the end
 * of its operation, with its deadline or with an error that a further poll cannot clear.
 * <p>
 * The poller also polls the tracked operations that a store has handed to it: the held
 * operations. Their polls have the same order, the same permits and the same outage. If a
 * wait and a held operation have the same id, they share their polls.
 * <p>
 * The poller keeps all of them in the order in which they are due. It hands the admission
 * only as many polls as may leave soon. The backlog therefore stays here, in order, and
 * costs one entry for each operation. One timer serves all.
 *
 * @since 0.1.0
 */
public final class OperationPoller {

	private static final Log logger = LogFactory.getLog(OperationPoller.class);

	// The last poll of a wait is due this many shortest intervals before its deadline.
	private static final int LAST_CHANCE = 2;

	// A poll that was due for less is late because its wait ends, not because of the
	// limits: the last polls of waits that end together are due together.
	private static final int HELD_BACK = 2 * LAST_CHANCE;

	// Without an overload, the limits are the reason of a timeout only if they held the
	// poll back for this part of it.
	private static final int PART_OF_TIMEOUT = 10;

	private static final HeldPoll.Next AFTER_THE_CLOSE = new HeldPoll.Next(1000, true);

	private static final HeldPoll.Next AFTER_A_DEFECT = new HeldPoll.Next(60_000, true);

	private final StatusCounts counts = new StatusCounts();

	private final SeenOperations seenOperations = new SeenOperations();

	private final String client;

	private final OperationFetcher fetcher;

	private final Admission admission;

	private final Pace pace;

	private final PollingSettings settings;

	private final Waiter.Timeout defaultTimeout;

	private final Scheduler scheduler;

	private final OperationsListener listener;

	private final Outage outage;

	private final Overload overload;

	private final OverloadReport overloadReport;

	private final SentPolls sentPolls;

	private final PollDispatcher dispatcher;

	// Read without the lock, changed while it is held.
	private final Map<String, HeldPoll> held = new ConcurrentHashMap<>();

	// All below is guarded by "this"; nothing foreign is called while it is held.
	// In the order in which they began.
	private final Map<String, Wait> waits = new LinkedHashMap<>();

	private long numbers;

	private int waiters;

	private int stuck;

	private boolean stopped;

	private boolean closed;

	/**
	 * Create a poller that detects outages alone.
	 * @param client the name of the client
	 * @param fetcher makes one attempt, admitted by its {@link Turn}
	 * @param admission admits the attempts and knows how many may leave
	 * @param schedule decides when an operation is polled next
	 * @param settings the bounds of polls and waits
	 * @param scheduler runs all timers and is the clock
	 * @param listener notified of waits and of the statuses that polls see
	 */
	public OperationPoller(String client, OperationFetcher fetcher, Admission admission, PollingSchedule schedule,
			PollingSettings settings, Scheduler scheduler, OperationsListener listener) {
		this(client, fetcher, admission, schedule, settings, scheduler, listener,
				new Outage(client, settings, scheduler, listener), new SentPolls());
	}

	/**
	 * Create a poller that shares its knowledge of outages with other callers of the
	 * server.
	 * @param client the name of the client
	 * @param fetcher makes one attempt, admitted by its {@link Turn}
	 * @param admission admits the attempts and knows how many may leave
	 * @param schedule decides when an operation is polled next
	 * @param settings the bounds of polls and waits
	 * @param scheduler runs all timers and is the clock
	 * @param listener notified of waits and of the statuses that polls see
	 * @param outage the shared knowledge of outages
	 * @param sentPolls knows which polls have left
	 */
	public OperationPoller(String client, OperationFetcher fetcher, Admission admission, PollingSchedule schedule,
			PollingSettings settings, Scheduler scheduler, OperationsListener listener, Outage outage,
			SentPolls sentPolls) {
		this.client = client;
		this.fetcher = fetcher;
		this.admission = admission;
		this.pace = new Pace(schedule, settings);
		this.settings = settings;
		this.defaultTimeout = new Waiter.Timeout(settings.timeout(), false);
		this.scheduler = scheduler;
		// The composite ignores the exceptions of a listener.
		this.listener = (listener instanceof OperationsListeners) ? listener
				: new OperationsListeners(List.of(listener));
		this.overload = new Overload(settings.minInterval().multipliedBy(HELD_BACK), settings.timeout());
		this.overloadReport = new OverloadReport(client, this.overload, admission, outage, scheduler, this.listener);
		this.outage = outage;
		this.sentPolls = sentPolls;
		this.dispatcher = new PollDispatcher(admission, this.pace, outage, scheduler, this::poll, this::endLate);
		this.overload.allows(admission.pollsPerSecond(), now());
		admission.onRoom(this.dispatcher::pump);
	}

	/**
	 * Wait for the end of an operation. An outcome is emitted on the thread that received
	 * the response, or on the subscribing thread if the outcome is known at once.
	 * @param target the operation to wait for
	 * @param timeout the time from the subscription to the deadline; {@code null} for the
	 * timeout of the settings
	 * @return the response that shows the terminal operation, whether COMPLETED, FAILED
	 * or CANCELLED; or an {@link OperationsException}
	 */
	public Mono<OperationSnapshot> await(PollingTarget target, @Nullable Duration timeout) {
		Waiter.Timeout own = timeout(timeout);
		return Mono.create((sink) -> {
			Waiter waiter = enter(target, sink.contextView(),
					(wait, number, now) -> new Waiter.Awaiting(number, wait, target, own, now, sink));
			sink.onDispose(() -> leave(waiter, null));
			waiter.tell();
		});
	}

	/**
	 * Watch an operation until it ends. Changes are emitted on the thread that received
	 * the response, or on the subscribing thread if they are known at once.
	 * @param target the operation to watch
	 * @param timeout the time from the subscription to the deadline; {@code null} for the
	 * timeout of the settings
	 * @return the operation as first seen and after each change of its status; completes
	 * after the terminal one, or fails with an {@link OperationsException}
	 */
	public Flux<Operation> watch(PollingTarget target, @Nullable Duration timeout) {
		Waiter.Timeout own = timeout(timeout);
		return Flux.create((sink) -> {
			Waiter waiter = enter(target, sink.contextView(),
					(wait, number, now) -> new Waiter.Watching(number, wait, target, own, now, sink));
			sink.onDispose(() -> leave(waiter, null));
			waiter.tell();
		}, FluxSink.OverflowStrategy.LATEST);
	}

	/**
	 * Record that a fetch has seen an operation. A wait for this operation then does not
	 * trust the first 404.
	 * @param snapshot the response that shows the operation
	 */
	public void noteSeen(OperationSnapshot snapshot) {
		if (snapshot.operation().answeredId().isEmpty()) {
			this.seenOperations.add(snapshot.operation().id());
		}
	}

	private Waiter.Timeout timeout(@Nullable Duration own) {
		return (own != null) ? new Waiter.Timeout(own, true) : this.defaultTimeout;
	}

	private Waiter enter(PollingTarget target, ContextView caller, WaiterFactory factory) {
		OperationsRequestException.checkId(target.operationId());
		// Called before the wait can end, because the caller's transaction ends with it.
		this.listener.callerJoined(this.client, target.operationId(), caller);
		long now = now();
		Waiter waiter;
		boolean began = false;
		OperationsException refusal = null;
		synchronized (this) {
			Wait wait = this.waits.get(target.operationId());
			if (wait == null) {
				began = true;
				wait = new Wait(this.numbers++, target.operationId(), target.kind(), target.accepted(), now,
						this.seenOperations.contains(target.operationId()));
			}
			waiter = factory.create(wait, this.numbers++, now);
			if (this.stopped) {
				refusal = new OperationsClosedException(this.client, target.operationId());
			}
			else if (this.waiters >= this.settings.maxWaiting()) {
				refusal = new OperationsThrottledException("The client refuses the wait for operation '"
						+ target.operationId() + "': the limit of " + this.settings.maxWaiting()
						+ " concurrent waits is reached. Start fewer waits at once, or"
						+ " raise operations.polling.max-waiting.", target.operationId(), (Duration) null);
			}
			else {
				this.waiters++;
				if (!began) {
					this.overload.remove(wait);
				}
				wait.join(waiter);
				this.overload.add(wait);
				this.dispatcher.addDeadline(waiter);
				if (!began) {
					hasten(wait);
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
			double pollsPerSecond = this.admission.pollsPerSecond();
			long delay = planFirst(wait, target.retryAfter(), now, pollsPerSecond);
			expectAnotherPoll(wait, delay);
			judgeLoad(pollsPerSecond, now);
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
		wait.met(known, known.age(clock()), now);
		Flight flight = held.flight();
		if (flight != null) {
			flight.board(wait);
		}
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
		synchronized (this) {
			delay = Math.min(delay, Math.max(0, held.at() - now));
		}
		plan(wait, delay, now, now);
		return delay;
	}

	// A poll that comes at once only finds out what to wait for.
	private synchronized void expectAnotherPoll(Wait wait, long delay) {
		if (delay <= this.settings.minInterval().toMillis() && wait.polls() == 0 && !wait.isOver()) {
			this.overload.needsAnotherPoll(wait, true);
		}
	}

	private void judgeLoad(double pollsPerSecond, long now) {
		this.overloadReport.judge(pollsPerSecond, now);
	}

	private void repeated(Wait wait) {
		if (!wait.isRepeated() && !wait.isOver()) {
			this.overload.needsAnotherPoll(wait, false);
		}
		if (!wait.isRepeated()) {
			// It leaves the queue of first polls, if it was put there meanwhile.
			this.dispatcher.remove(wait);
		}
		wait.repeated();
	}

	private void plan(Wait wait, long delay, long now, long notBefore) {
		synchronized (this) {
			// The response of a shared poll may have planned it meanwhile.
			if (wait.isOver() || wait.flight() != null || wait.place() >= 0) {
				return;
			}
			this.dispatcher.add(wait, Math.min(now + delay, Math.max(notBefore, lastChance(wait))), notBefore);
		}
		this.listener.pollScheduled(this.client, wait.operationId(), Duration.ofMillis(wait.at() - now));
	}

	// The new caller's deadline may be earlier than those of the callers before.
	private void hasten(Wait wait) {
		this.dispatcher.hasten(wait, Math.max(wait.notBefore(), lastChance(wait)));
	}

	// A caller should not get a timeout when the operation ended long before.
	private long lastChance(Wait wait) {
		long deadline = Long.MAX_VALUE;
		for (Waiter waiter = wait.waiters(); waiter != null; waiter = waiter.next) {
			deadline = Math.min(deadline, waiter.at());
		}
		return deadline - LAST_CHANCE * this.settings.minInterval().toMillis();
	}

	private void endLate(Waiter waiter) {
		Wait wait = waiter.waitedFor();
		Duration age = wait.age(now());
		OperationTimeoutException reason = timeout(waiter, age, null, null);
		try {
			reason = timeout(waiter, age, this.pace.learnedUnusualAge(wait.kind()), hold(waiter));
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

	private static OperationTimeoutException timeout(Waiter waiter, Duration age, @Nullable Duration unusualAge,
			OperationTimeoutException.@Nullable Hold hold) {
		Wait wait = waiter.waitedFor();
		return new OperationTimeoutException(wait.operationId(), waiter.timeout(), waiter.isOwnTimeout(),
				waiter.lastSeen(), wait.polls(), age, unusualAge, wait.lastFault(), hold);
	}

	// Calls nothing foreign: other deadlines wait for the end of this one.
	private OperationTimeoutException.@Nullable Hold hold(Waiter waiter) {
		Wait wait = waiter.waitedFor();
		if (wait.end() != null || this.outage.isOn() || !this.dispatcher.isHeld(wait)) {
			return null;
		}
		Duration pausedFor = this.admission.paused();
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
				this.admission.inFlightLimit(), this.admission.senders());
	}

	private void poll(Flight flight) {
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

	private synchronized boolean begin(Flight flight) {
		if (flight.first().isOver()) {
			return false;
		}
		Wait wait = this.waits.get(flight.operationId());
		HeldPoll held = this.held.get(flight.operationId());
		if (wait != null) {
			this.dispatcher.remove(wait);
			flight.board(wait);
		}
		if (held != null) {
			this.dispatcher.remove(held);
			flight.board(held);
		}
		return true;
	}

	private void subscribe(Flight flight) {
		String operationId = flight.operationId();
		Turn turn = new Turn(flight.isRepeat() ? Turn.Kind.REPEAT_POLL : Turn.Kind.FIRST_POLL, flight.due(),
				() -> mayLeave(flight));
		// Deferred, so that an exception from a decorator is a fault of this poll.
		Mono.defer(() -> this.fetcher.fetch(operationId))
			.contextWrite((context) -> this.sentPolls.handed(flight, context.put(Turn.class, turn)))
			.doFinally((signal) -> this.dispatcher.handedBack(flight))
			// Set before an answer can come, so that no cancellation is missed.
			.doOnSubscribe((subscription) -> flight.request().replace(subscription::cancel))
			.switchIfEmpty(Mono.error(() -> new OperationsUnavailableException(
					"An OperationFetcherDecorator completed without a result for operation '" + operationId
							+ "'. Let the decorator emit the result of the next fetcher, or an error.",
					operationId, new IllegalStateException("The decorator returned an empty Mono"))))
			.subscribe((snapshot) -> seen(flight, snapshot), (fault) -> failed(flight, fault));
	}

	// The holder may have lost the right to poll while the poll was queued, or nobody may
	// need the poll any more.
	private boolean mayLeave(Flight flight) {
		boolean mayPollHeld = isForWait(flight) || this.dispatcher.mayPollHeld();
		synchronized (this) {
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

	private synchronized boolean isForWait(Flight flight) {
		return flight.getWait() != null;
	}

	// Both are free for the next poll. The response of this one goes to both.
	private synchronized Passengers land(Flight flight) {
		Passengers passengers = new Passengers(flight.getWait(), flight.getHeld());
		if (passengers.waiting() != null) {
			flight.leave(passengers.waiting());
		}
		if (passengers.held() != null) {
			flight.leave(passengers.held());
		}
		return passengers;
	}

	// Whatever fails on the way, the passengers must be polled again.
	private void serve(Flight flight, Consumer<Passengers> outcome) {
		Passengers passengers = land(flight);
		try {
			outcome.accept(passengers);
		}
		catch (RuntimeException | Error ex) {
			if (pollAgain(passengers)) {
				logger.error(notRecorded(flight.operationId()), ex);
			}
			// Reactor reports the end of the poll only after some of the errors.
			this.dispatcher.handedBack(flight);
			throw ex;
		}
	}

	private boolean pollAgain(Passengers passengers) {
		HeldPoll held = passengers.held();
		Wait wait = passengers.waiting();
		if (held != null) {
			again(held, AFTER_A_DEFECT);
		}
		if (wait != null) {
			synchronized (this) {
				repeated(wait);
			}
			long now = now();
			plan(wait, AFTER_A_DEFECT.delay(), now, now + this.settings.minInterval().toMillis());
		}
		return (held != null && !isOver(held)) || (wait != null && !isOver(wait));
	}

	private static String notRecorded(String operationId) {
		return "The result of a poll of operation '" + OperationsErrorResponse.printable(operationId)
				+ "' could not be recorded. The poller polls it again in one minute. If this repeats, fix the cause"
				+ " below.";
	}

	private void seen(Flight flight, OperationSnapshot snapshot) {
		OperationsException other = OtherOperationException.in(flight.operationId(), snapshot);
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
		PolledOperation.Sighting sighting = (before != null) ? before.seen(snapshot, clock()) : null;
		Operation known = (before != null) ? before.lastSeen() : null;
		boolean heldChanged = held != null && !held.hasStatusOf(snapshot.operation());
		this.outage.succeeded();
		if (held != null && sighting != null) {
			this.pace.learn(sighting.run());
			if (wait == null && heldChanged) {
				this.listener.statusSeen(this.client, snapshot, known);
			}
			PolledOperation after = sighting.operation();
			planHeld(held, () -> held.seen(after, snapshot));
		}
		// Last, because callers may continue on this thread for as long as they like.
		if (wait != null) {
			seen(wait, snapshot, sighting != null, heldChanged ? known : null, heldChanged);
		}
	}

	private void seen(Wait wait, OperationSnapshot snapshot, boolean shared, @Nullable Operation known,
			boolean changedElsewhere) {
		long now = now();
		LastSeen previous = wait.lastSeen();
		Operation operation = snapshot.operation();
		ObservedRun run = wait.seen(snapshot, now);
		// The run of a shared poll is learned once.
		if (!shared) {
			this.pace.learn(run);
		}
		boolean changed = previous == null || !previous.withoutUrl().hasStatusOf(operation);
		synchronized (this) {
			repeated(wait);
			this.overload.answered();
			if (changed && !wait.isOver()) {
				this.counts.of(wait.countedAs()).decrementAndGet();
				this.counts.of(operation.status()).incrementAndGet();
				wait.countedAs(operation.status());
			}
		}
		if (changed || changedElsewhere) {
			this.listener.statusSeen(this.client, snapshot, (previous != null) ? previous.operation() : known);
		}
		if (operation.isTerminal()) {
			end(wait, snapshot);
			return;
		}
		if (changed) {
			tellAll(wait);
		}
		planNext(wait, operation, snapshot.retryAfter(), now);
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
			planHeld(held, () -> (fault instanceof OperationsClosedException) ? AFTER_THE_CLOSE
					: soonAfterOutage(held.failed(held.polled().failed(fault, clock()), fault)));
		}
		if (wait != null) {
			failed(wait, fault);
		}
	}

	// A failed probe shows nothing of the operation, which remains due until the server
	// answers. The outage spreads the probes.
	private HeldPoll.@Nullable Next soonAfterOutage(HeldPoll.@Nullable Next next) {
		long shortest = this.settings.minInterval().toMillis();
		return (next != null && !next.isFixed() && next.delay() > shortest && this.outage.isOn())
				? new HeldPoll.Next(shortest, false) : next;
	}

	private void failed(Wait wait, Throwable fault) {
		long now = now();
		wait.failed(fault, now);
		if (fault instanceof OperationNotFoundException notFound) {
			notFound(wait, notFound, now);
			return;
		}
		if (!(fault instanceof OperationsException known && known.isTransient())) {
			end(wait, fault);
			return;
		}
		synchronized (this) {
			repeated(wait);
		}
		if (fault instanceof OperationsThrottledException throttled && !throttled.isLocal()) {
			noteIfStuck(wait, now);
			double pollsPerSecond = this.admission.pollsPerSecond();
			long delay = this.pace.again(wait.state(wait.operation(), now, pollsPerSecond), throttled.getRetryAfter());
			plan(wait, delay, now, now + delay);
			judgeLoad(pollsPerSecond, now);
			return;
		}
		planNext(wait, wait.operation(), known.getRetryAfter(), now);
	}

	private void planHeld(HeldPoll held, Supplier<HeldPoll.@Nullable Next> outcome) {
		if (isOver(held)) {
			return;
		}
		// Also after an error that ends this thread, the operation must be polled again.
		HeldPoll.Next next = AFTER_A_DEFECT;
		try {
			next = outcome.get();
		}
		catch (RuntimeException | LinkageError ex) {
			logger.error(notRecorded(held.operationId()), ex);
		}
		finally {
			again(held, next);
		}
	}

	private synchronized boolean isOver(Polled polled) {
		return polled.isOver();
	}

	private synchronized void again(HeldPoll held, HeldPoll.@Nullable Next next) {
		if (next == null && !held.isOver()) {
			over(held);
		}
		else if (next != null && held.place() < 0) {
			held.repeated();
			plan(held, next);
		}
	}

	private void plan(HeldPoll held, HeldPoll.Next next) {
		if (!held.isOver() && held.flight() == null && held.place() < 0) {
			long now = now();
			long at = now + next.delay();
			long pause = next.isFixed() ? next.delay() : this.settings.minInterval().toMillis();
			this.dispatcher.add(held, at, held.isRepeated() ? Math.min(at, now + pause) : next.isFixed() ? at : now);
		}
	}

	private @Nullable Flight over(HeldPoll held) {
		held.over();
		this.held.remove(held.operationId(), held);
		if (held.polled().lastSeen() != null) {
			this.seenOperations.add(held.operationId());
		}
		this.dispatcher.remove(held);
		return leave(held);
	}

	private static @Nullable Flight leave(Polled polled) {
		Flight flight = polled.flight();
		return (flight != null && flight.leave(polled)) ? flight : null;
	}

	private void abandon(@Nullable Flight flight) {
		if (flight != null) {
			abandon(List.of(flight));
		}
	}

	// The place of an abandoned poll is free for another one, which must not leave on the
	// caller's thread: it may be in a transaction.
	private void abandon(List<Flight> flights) {
		Runnable cancel = () -> flights.forEach((flight) -> flight.request().dispose());
		if (flights.isEmpty()) {
			return;
		}
		try {
			this.scheduler.schedule(cancel);
		}
		catch (RejectedExecutionException ex) {
			cancel.run();
		}
	}

	// Ends the waits of callers that trust the 404, and continues to poll for the others.
	private void notFound(Wait wait, OperationNotFoundException fault, long now) {
		List<Waiter> convinced = waiting(wait);
		convinced.removeIf((waiter) -> !waiter.believesNotFound(now));
		convinced.forEach((waiter) -> leave(waiter, fault));
		convinced.forEach((waiter) -> waiter.giveUp(fault));
		synchronized (this) {
			repeated(wait);
		}
		planNext(wait, wait.operation(), fault.getRetryAfter(), now);
	}

	private void planNext(Wait wait, @Nullable Operation operation, @Nullable Duration retryAfter, long now) {
		noteIfStuck(wait, now);
		double pollsPerSecond = this.admission.pollsPerSecond();
		long delay = this.pace.next(wait.state(operation, now, pollsPerSecond), retryAfter);
		long pause = (retryAfter != null) ? delay : Math.min(delay, this.settings.minInterval().toMillis());
		plan(wait, delay, now, now + pause);
		judgeLoad(pollsPerSecond, now);
	}

	private void noteIfStuck(Wait wait, long now) {
		if (wait.isStuck()) {
			return;
		}
		Duration unusual = this.pace.unusualAge(wait.kind());
		if (wait.age(now).compareTo(unusual) < 0) {
			return;
		}
		synchronized (this) {
			if (wait.isOver()) {
				return;
			}
			wait.stuck();
			this.stuck++;
		}
		this.listener.stuck(this.client, wait.summary(now), wait.age(now), unusual);
	}

	private void tellAll(Wait wait) {
		for (Waiter waiter : waiting(wait)) {
			waiter.tell();
		}
	}

	private synchronized List<Waiter> waiting(Wait wait) {
		List<Waiter> waiting = new ArrayList<>(1);
		for (Waiter waiter = wait.waiters(); waiter != null; waiter = waiter.next) {
			waiting.add(waiter);
		}
		return waiting;
	}

	private void end(Wait wait, Object outcome) {
		List<Waiter> waiting;
		Flight flight;
		synchronized (this) {
			if (wait.isOver()) {
				return;
			}
			waiting = waiting(wait);
			this.overload.remove(wait);
			flight = over(wait);
		}
		try {
			this.listener.waitEnded(this.client, wait.summary(now()),
					(outcome instanceof Throwable reason) ? reason : null);
		}
		finally {
			wait.end(outcome);
			waiting.forEach(Waiter::tell);
			abandon(flight);
		}
	}

	private @Nullable Flight over(Wait wait) {
		wait.over();
		this.waits.remove(wait.operationId());
		if (wait.lastSeen() != null) {
			this.seenOperations.add(wait.operationId());
		}
		this.dispatcher.remove(wait);
		this.counts.of(wait.countedAs()).decrementAndGet();
		if (wait.isStuck()) {
			this.stuck--;
		}
		return leave(wait);
	}

	private void leave(Waiter waiter, @Nullable OperationsException reason) {
		Wait wait = waiter.waitedFor();
		boolean abandoned;
		Flight flight = null;
		synchronized (this) {
			if (!waiter.go()) {
				return;
			}
			this.waiters--;
			this.dispatcher.removeDeadline(waiter);
			boolean counted = !wait.isOver();
			if (counted) {
				this.overload.remove(wait);
			}
			abandoned = wait.leave(waiter) && counted;
			if (abandoned) {
				flight = over(wait);
			}
			else if (counted) {
				this.overload.add(wait);
			}
		}
		if (abandoned) {
			abandon(flight);
			this.listener.waitEnded(this.client, wait.summary(now()),
					(reason != null) ? reason
							: new CancellationException("All callers cancelled their waits for operation '"
									+ wait.operationId() + "'. The poller no longer polls it."));
		}
	}

	/**
	 * Set the condition under which held operations are polled. Called before each of
	 * their polls leaves. Without permission they remain due.
	 * @param condition the condition; it must not block
	 */
	public void mayPollHeld(BooleanSupplier condition) {
		this.dispatcher.mayPollHeld(condition);
	}

	/**
	 * Return a number for the next held operation.
	 * @return the number
	 */
	public synchronized long number() {
		return this.numbers++;
	}

	/**
	 * Poll an operation until it ends or is released. Replaces a held operation of the
	 * same id. Sends no poll: call {@link #pump()} or {@link #pumpSoon()} afterwards.
	 * @param operation the operation
	 * @param next when its next poll is due
	 * @param isNew whether it was never polled, so that its poll is a first poll
	 */
	public void hold(HeldPoll operation, HeldPoll.Next next, boolean isNew) {
		Flight abandoned;
		synchronized (this) {
			HeldPoll replaced = this.held.get(operation.operationId());
			abandoned = (replaced != null) ? over(replaced) : null;
			this.held.put(operation.operationId(), operation);
			if (!isNew) {
				operation.repeated();
			}
			meet(operation);
			plan(operation, next);
		}
		abandon(abandoned);
	}

	// A held operation continues with what a wait knows of it.
	private void meet(HeldPoll operation) {
		Wait wait = this.waits.get(operation.operationId());
		if (wait == null) {
			return;
		}
		PolledOperation known = wait.met(now(), clock());
		if (known != null) {
			operation.met(known);
		}
		Flight flight = wait.flight();
		if (flight != null) {
			flight.board(operation);
		}
	}

	/**
	 * Send the polls that are due and may leave. Only one thread at a time does so: a
	 * further thread returns at once.
	 */
	public void pump() {
		this.dispatcher.pump();
	}

	/**
	 * Send the polls that are due and may leave, on a thread of the scheduler.
	 */
	public void pumpSoon() {
		this.dispatcher.pumpSoon();
	}

	/**
	 * Return a held operation.
	 * @param operationId the operation's id
	 * @return the operation, {@code null} if it is not held
	 */
	public @Nullable HeldPoll held(String operationId) {
		return this.held.get(operationId);
	}

	/**
	 * Return the operations that are held.
	 * @return the operations, which may change while the caller reads them
	 */
	public Collection<HeldPoll> held() {
		return Collections.unmodifiableCollection(this.held.values());
	}

	/**
	 * Return the time until the next poll of a held operation is due.
	 * @param operation the operation
	 * @return the time, negative if the poll is overdue or in flight
	 */
	public synchronized Duration untilDue(HeldPoll operation) {
		return Duration.ofMillis(operation.at() - now());
	}

	/**
	 * Return whether a held operation waits for its next poll.
	 * @param operation the operation
	 * @return {@code false} if a poll is in flight, or the operation is not held
	 */
	public synchronized boolean isQueued(HeldPoll operation) {
		return operation.place() >= 0;
	}

	/**
	 * Stop polling a held operation. Its poll in flight is abandoned, unless a wait needs
	 * it.
	 * @param operation the operation
	 * @return {@code false} if the operation was not held, or if another one of the same
	 * id has replaced it
	 */
	public boolean release(HeldPoll operation) {
		Flight abandoned;
		synchronized (this) {
			if (operation.isOver() || !operation.equals(this.held.get(operation.operationId()))) {
				return false;
			}
			abandoned = over(operation);
		}
		abandon(abandoned);
		return true;
	}

	/**
	 * Stop polling all held operations.
	 */
	public void releaseAll() {
		List<Flight> abandoned = new ArrayList<>();
		synchronized (this) {
			this.dispatcher.removeHeld();
			for (HeldPoll operation : this.held.values()) {
				operation.over();
				operation.place(-1);
				Flight flight = leave(operation);
				if (flight != null) {
					abandoned.add(flight);
				}
			}
			this.held.clear();
		}
		abandon(abandoned);
	}

	/**
	 * End all waits with an {@link OperationsClosedException}. New waits may begin.
	 */
	public void endWaits() {
		List<Wait> open;
		synchronized (this) {
			open = new ArrayList<>(this.waits.values());
		}
		for (Wait wait : open) {
			end(wait, new OperationsClosedException(this.client, wait.operationId()));
		}
	}

	/**
	 * End all waits with an {@link OperationsClosedException}, and refuse new waits until
	 * {@link #start()} is called.
	 */
	public void stop() {
		synchronized (this) {
			this.stopped = true;
		}
		endWaits();
	}

	/**
	 * Accept waits again, unless this poller is closed.
	 */
	public void start() {
		synchronized (this) {
			this.stopped = this.closed;
		}
	}

	/**
	 * End all waits with an {@link OperationsClosedException}, and refuse new waits for
	 * good.
	 */
	public void close() {
		synchronized (this) {
			this.closed = true;
		}
		stop();
		this.overloadReport.dispose();
		this.dispatcher.close();
	}

	/**
	 * Return the number of awaited operations.
	 * @return the number of operations
	 */
	public synchronized int waiting() {
		return this.waits.size();
	}

	/**
	 * Return the number of awaited operations that were last seen with a status.
	 * @param status the status, {@code null} for operations that no poll has seen yet
	 * @return the number of operations
	 */
	public int waiting(@Nullable OperationStatus status) {
		return this.counts.of(status).get();
	}

	/**
	 * Return the number of callers that wait.
	 * @return the number of callers
	 */
	public synchronized int waiters() {
		return this.waiters;
	}

	/**
	 * Return the number of kinds of operations whose durations are learned.
	 * @return the number of kinds
	 */
	public int kinds() {
		return this.pace.learned().size();
	}

	/**
	 * Return the number of awaited operations that are stuck: they have been running for
	 * unusually long compared with others of their kind.
	 * @return the number of operations
	 */
	public synchronized int stuck() {
		return this.stuck;
	}

	/**
	 * Return the age of the oldest wait.
	 * @return its age, zero if there is no wait
	 */
	public synchronized Duration oldestWait() {
		Iterator<Wait> waits = this.waits.values().iterator();
		return waits.hasNext() ? Duration.ofMillis(now() - waits.next().began()) : Duration.ZERO;
	}

	/**
	 * Return the time by which the earliest due poll is overdue.
	 * @return the time, zero if no poll is overdue
	 */
	public Duration backlogAge() {
		return this.dispatcher.backlogAge();
	}

	private Instant clock() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

	// A monotonic clock: after a step back of the wall clock, polls would wait too long.
	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

	/**
	 * Those that a poll served.
	 *
	 * @param waiting the wait, {@code null} if there is none
	 * @param held the held operation, {@code null} if there is none
	 */
	private record Passengers(@Nullable Wait waiting, @Nullable HeldPoll held) {
	}

	private interface WaiterFactory {

		Waiter create(Wait wait, long number, long now);

	}

}
