package io.operations.internal.polling;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import io.operations.Operation;
import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.internal.KeyPrefix;
import io.operations.internal.resilience.PollCapacity;
import io.operations.internal.resilience.RequestPriority;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Polls operations until they end. All callers that wait for the same operation share its
 * polls. After a transient error the operation is polled again. A wait ends with the end
 * of its operation, with its deadline or with an error that a further poll cannot clear.
 * <p>
 * The poller also polls the tracked operations that a store has handed to it: the held
 * operations. Their polls have the same order, the same permits and the same outage. If a
 * wait and a held operation have the same id, they share their polls.
 * <p>
 * The poller orders all waits and held operations by due time, with one timer. It hands
 * the admission only as many polls as may leave soon, so the backlog stays here.
 *
 * @since 0.1.0
 */
public final class Poller {

	private final AtomicLong numbers = new AtomicLong();

	private final SeenOperations seenOperations = new SeenOperations();

	private final WaitingCaller.Timeout defaultTimeout;

	private final Disposable capacityListener;

	private final PollDelays delays;

	private final PollDispatcher dispatcher;

	private final HeldPolls held;

	private final WaitRegistry registry;

	private final WaitEntrance entrance;

	private final Waits waits;

	private final StuckWaits stuck;

	private final PollSender polls;

	/**
	 * Create a poller that does not share its knowledge of outages.
	 * @param client the name of the client
	 * @param fetcher makes one attempt, admitted by its {@link RequestPriority}
	 * @param capacity how many polls the account has capacity for
	 * @param schedule decides when an operation is polled next
	 * @param settings the bounds of polls and waits
	 * @param scheduler runs all timers and is the clock
	 * @param listener notified of waits and of the statuses that polls see
	 */
	public Poller(String client, OperationFetcher fetcher, PollCapacity capacity, PollingSchedule schedule,
			PollingSettings settings, Scheduler scheduler, OperationsListener listener) {
		this(client, fetcher, capacity, schedule, settings, scheduler, listener,
				new Outage(client, settings, scheduler, listener), new SentPolls(), KeyPrefix.DEFAULT);
	}

	/**
	 * Create a poller that shares its knowledge of outages with other callers of the
	 * server.
	 * @param client the name of the client
	 * @param fetcher makes one attempt, admitted by its {@link RequestPriority}
	 * @param capacity how many polls the account has capacity for
	 * @param schedule decides when an operation is polled next
	 * @param settings the bounds of polls and waits
	 * @param scheduler runs all timers and is the clock
	 * @param listener notified of waits and of the statuses that polls see
	 * @param outage the shared knowledge of outages
	 * @param sentPolls knows which polls have left
	 * @param keyPrefix the prefix of the configuration keys that messages name
	 */
	public Poller(String client, OperationFetcher fetcher, PollCapacity capacity, PollingSchedule schedule,
			PollingSettings settings, Scheduler scheduler, OperationsListener listener, Outage outage,
			SentPolls sentPolls, String keyPrefix) {
		this.defaultTimeout = new WaitingCaller.Timeout(settings.timeout(), false);
		this.delays = new PollDelays(client, keyPrefix, schedule, settings);
		this.dispatcher = new PollDispatcher(capacity, this.delays, outage, scheduler, this::poll, this::endLate);
		OperationsListeners safe = OperationsListeners.of(listener);
		PollerParts parts = new PollerParts(this, client, keyPrefix, fetcher, capacity, this.delays, settings,
				scheduler, safe, outage, sentPolls, this.seenOperations, this.dispatcher);
		this.held = new HeldPolls(parts);
		this.registry = new WaitRegistry(this, scheduler);
		this.stuck = new StuckWaits(parts);
		Overload overload = WaitTimeouts.overload(settings);
		WaitPlans plans = new WaitPlans(parts, this.held, overload, this.stuck);
		this.entrance = new WaitEntrance(parts, this.registry, this.held, plans, this.numbers);
		PollReports reports = new PollReports(parts, this.registry, this.held);
		this.waits = new Waits(parts, this.registry, plans, new WaitTimeouts(parts, overload), this.stuck, reports);
		this.polls = new PollSender(parts, this.registry, this.held, new PollResults(parts,
				new WaitResults(parts, this.waits, plans), new HeldResults(parts, this.held), reports));
		this.capacityListener = capacity.onCapacity(this.dispatcher::dispatch);
	}

	/**
	 * Return the delays of the polls.
	 * @return the delays
	 */
	PollDelays delays() {
		return this.delays;
	}

	private void poll(Poll poll) {
		this.polls.poll(poll);
	}

	private void endLate(WaitingCaller caller) {
		this.waits.endLate(caller);
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
		WaitingCaller.Timeout own = timeout(timeout);
		return Mono.create((sink) -> {
			WaitingCaller caller = this.entrance.enter(target, sink.contextView(),
					(awaited, number, now) -> new WaitingCaller.Awaiting(number, awaited, target, own, now, sink));
			sink.onDispose(() -> this.waits.leave(caller, null));
			caller.notifySubscriber();
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
		WaitingCaller.Timeout own = timeout(timeout);
		return Flux.create((sink) -> {
			WaitingCaller caller = this.entrance.enter(target, sink.contextView(),
					(awaited, number, now) -> new WaitingCaller.Watching(number, awaited, target, own, now, sink));
			sink.onDispose(() -> this.waits.leave(caller, null));
			caller.notifySubscriber();
		}, FluxSink.OverflowStrategy.LATEST);
	}

	private WaitingCaller.Timeout timeout(@Nullable Duration own) {
		return (own != null) ? new WaitingCaller.Timeout(own, true) : this.defaultTimeout;
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

	/**
	 * Set the condition under which held operations are polled. The poller checks it
	 * before each of their polls leaves. While it is false, their polls remain due.
	 * @param condition the condition; it must not block
	 */
	public void mayPollHeld(BooleanSupplier condition) {
		this.dispatcher.mayPollHeld(condition);
	}

	/**
	 * Return a number for the next held operation.
	 * @return the number
	 */
	public long number() {
		return this.numbers.getAndIncrement();
	}

	/**
	 * Poll an operation until it ends or is released. Replaces a held operation of the
	 * same id. Sends no poll: call {@link #dispatch()} or {@link #dispatchSoon()}
	 * afterwards.
	 * @param operation the operation
	 * @param next when its next poll is due
	 * @param isNew whether it was never polled, so that its poll is a first poll
	 */
	public void hold(HeldPoll operation, HeldPoll.Next next, boolean isNew) {
		this.held.hold(operation, next, isNew, this.waits::meet);
	}

	/**
	 * Send the polls that are due and may leave. Only one thread at a time does so: a
	 * further thread returns at once.
	 */
	public void dispatch() {
		this.dispatcher.dispatch();
	}

	/**
	 * Send the polls that are due and may leave, on a thread of the scheduler.
	 */
	public void dispatchSoon() {
		this.dispatcher.dispatchSoon();
	}

	/**
	 * Return the held operations.
	 * @return the held operations
	 */
	public HeldPolls held() {
		return this.held;
	}

	/**
	 * End all waits with an {@link OperationsClosedException}, and refuse new waits until
	 * {@link #start()} is called.
	 */
	public void stop() {
		this.entrance.refuse(true);
		this.waits.endAll();
	}

	/**
	 * Accept waits again, unless this poller is closed.
	 */
	public void start() {
		this.entrance.refuse(false);
	}

	/**
	 * End all waits with an {@link OperationsClosedException}, and refuse new waits for
	 * good.
	 */
	public void close() {
		this.entrance.close();
		this.waits.endAll();
		this.dispatcher.close();
		this.capacityListener.dispose();
	}

	/**
	 * Return the waits.
	 * @return the waits by id
	 */
	public WaitRegistry waits() {
		return this.registry;
	}

	/**
	 * Return the number of kinds of operations whose durations are learned.
	 * @return the number of kinds
	 */
	public int kinds() {
		return this.delays.learned().size();
	}

	/**
	 * Return the number of awaited operations that are stuck: they have been running for
	 * unusually long compared with others of their kind.
	 * @return the number of operations
	 */
	public int stuck() {
		return this.stuck.count();
	}

	/**
	 * Return the time by which the earliest due poll of a wait is overdue.
	 * @return the time, zero if no poll is overdue
	 */
	public Duration backlogAge() {
		return this.dispatcher.backlogAge();
	}

}
