package io.operations.resilience;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.KeyPrefix;
import io.operations.OperationSnapshot;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * Decides when each request to an account is sent. Every fetch, poll and write waits here
 * for the end of a pause, for a place among the requests in flight, and for a permit of
 * the rate limiter. The admission reserves only one permit at a time, and the request at
 * the head of the queue uses it. When the permit arrives, the admission checks again for
 * a pause. A cancelled request therefore leaves no reservation behind, and no request
 * that was queued before a pause is sent during it.
 *
 * @since 0.1.0
 */
public final class Admission implements PollCapacity {

	private static final double RATE_MEMORY = 60;

	// Rejected credentials, a proxy, and timeouts say nothing about the account's limits.
	private static final Set<Integer> BEFORE_THE_ACCOUNT = Set.of(401, 403, 407, 408, 425, 429);

	private final WorkLoop sending = new WorkLoop(this::sendAll);

	private final AtomicLong numbers = new AtomicLong();

	private final AdmissionRefusals refusals;

	private final String keyPrefix;

	private final RateLimitSettings settings;

	private final Permit permit;

	private final @Nullable AccountBudget budget;

	private final AccountRate rate;

	private final Duration maxPauseOfFetches;

	private final Scheduler scheduler;

	private final Consumer<OperationsThrottledException> onThrottled;

	// One for each poller: templates of one account may share its admission.
	private final List<Runnable> onRoom = new CopyOnWriteArrayList<>();

	// "this" guards the fields below. No foreign code is called while it is locked.
	private final CallQueue queue = new CallQueue();

	private final AccountCapacity capacity;

	private final AccountPause pause;

	private final DecayingRate fetches = new DecayingRate(RATE_MEMORY);

	private boolean closed;

	/**
	 * Create the admission.
	 * @param client the name of the client
	 * @param limiter the rate limiter
	 * @param settings the limits
	 * @param retry how long to pause after a 429 without Retry-After, and how long a
	 * fetch waits at most for the end of a pause
	 * @param scheduler the scheduler that runs all delays
	 * @param listener the listener for pauses and for throttled requests
	 */
	public Admission(String client, RateLimiter limiter, RateLimitSettings settings, RetrySettings retry,
			Scheduler scheduler, OperationsListener listener) {
		this(client, () -> limiter, settings, retry, scheduler, listener);
	}

	/**
	 * Create the admission of an instance that has the whole rate.
	 * @param client the name of the client
	 * @param limiter the supplier of the rate limiter, called for each permit
	 * @param settings the limits
	 * @param retry how long to pause after a 429 without Retry-After, and how long a
	 * fetch waits at most for the end of a pause
	 * @param scheduler the scheduler that runs all delays
	 * @param listener the listener for pauses and for throttled requests
	 */
	public Admission(String client, Supplier<RateLimiter> limiter, RateLimitSettings settings, RetrySettings retry,
			Scheduler scheduler, OperationsListener listener) {
		this(client, limiter, null, settings, retry, scheduler, listener, KeyPrefix.DEFAULT);
	}

	/**
	 * Create the admission.
	 * @param client the name of the client
	 * @param limiter the supplier of the rate limiter, called for each permit
	 * @param budget shares the rate of the limiter among all instances; {@code null} if
	 * each instance has the whole rate
	 * @param settings the limits
	 * @param retry how long to pause after a 429 without Retry-After, and how long a
	 * fetch waits at most for the end of a pause
	 * @param scheduler the scheduler that runs all delays
	 * @param listener the listener for pauses and for throttled requests
	 * @param keyPrefix the prefix of the configuration keys that messages name
	 */
	public Admission(String client, Supplier<RateLimiter> limiter, @Nullable BudgetStore budget,
			RateLimitSettings settings, RetrySettings retry, Scheduler scheduler, OperationsListener listener,
			String keyPrefix) {
		this.keyPrefix = keyPrefix;
		this.settings = settings;
		this.refusals = new AdmissionRefusals(client, keyPrefix);
		this.capacity = new AccountCapacity(settings.maxInFlight(), retry, scheduler);
		this.pause = new AccountPause(client, scheduler, listener, this::resume);
		this.maxPauseOfFetches = retry.maxRetryAfter();
		this.scheduler = scheduler;
		this.onThrottled = (refusal) -> listener.throttled(client, refusal);
		// Last, because the budget may call at once.
		this.budget = (budget != null) ? new AccountBudget(client, budget, scheduler, () -> queued() > 0, this::drain,
				this::pauseHere, listener) : null;
		this.rate = new AccountRate(limiter, this.budget);
		this.permit = new Permit(limiter, this.budget, scheduler, this::drain);
	}

	@Override
	public String keyPrefix() {
		return this.keyPrefix;
	}

	/**
	 * Send a request when its turn has come. The Reactor context contains the
	 * {@link Turn} of the request.
	 * @param operationId the id of the operation that the request is about
	 * @param call the request
	 * @param <T> the type of the result
	 * @return the result of the request. The {@code Mono} fails with a local
	 * {@link OperationsThrottledException} if the queue is full, the rate limiter gives
	 * no permit in time, or the pause is longer than a fetch waits. It fails with an
	 * {@link OperationsClosedException} once the admission is closed.
	 */
	public <T> Mono<T> admit(String operationId, Mono<T> call) {
		return Mono.create((sink) -> admit(
				new AdmittedCall<>(this, operationId, null, Turn.of(sink.contextView(), now()),
						this.numbers.getAndIncrement(), call, Admission::concurrentRequests, sink, this.scheduler),
				sink));
	}

	private static @Nullable Integer concurrentRequests(Object result) {
		return (result instanceof OperationSnapshot snapshot) ? snapshot.concurrentRequests() : null;
	}

	/**
	 * Send a write when its turn has come. In the queue it counts as a fetch, and errors
	 * are as with {@link #admit(String, Mono)}.
	 * @param subject the beginning of a message about the write
	 * @param call the write
	 * @param concurrentRequests reads from a result how many requests of the account were
	 * in flight; returns {@code null} if the server did not report it
	 * @param <T> the type of the result
	 * @return the result of the write, or the refusal by the admission
	 */
	<T> Mono<T> admitWrite(String subject, Mono<T> call, Function<? super T, @Nullable Integer> concurrentRequests) {
		return Mono.create((sink) -> admit(new AdmittedCall<>(this, null, subject, new Turn(Turn.Kind.FETCH, now()),
				this.numbers.getAndIncrement(), call, concurrentRequests, sink, this.scheduler), sink));
	}

	private <T> void admit(AdmittedCall<T> call, MonoSink<T> sink) {
		OperationsException refusal = enter(call);
		if (refusal != null) {
			noteRefusal(refusal);
			sink.error(refusal);
			return;
		}
		sink.onDispose(call);
		drain();
	}

	private synchronized @Nullable OperationsException enter(AdmittedCall<?> call) {
		if (this.closed) {
			return this.refusals.closed(call);
		}
		if (call.kind() == Turn.Kind.FETCH) {
			this.fetches.add(now());
			Duration left = this.pause.left();
			if (left.compareTo(this.maxPauseOfFetches) > 0) {
				return this.refusals.pausedTooLong(call, left);
			}
			if (this.queue.fetches() >= this.settings.maxQueued()) {
				return this.refusals.queueFull(call, this.queue.fetches());
			}
		}
		this.queue.add(call);
		return null;
	}

	/**
	 * Note that the server throttled a request. If the account is full, all requests
	 * pause for the time that the server named. If it named none, the pause grows from
	 * one 429 to the next. If the refusal is noise, nothing happens here: the refused
	 * request waits alone.
	 * @param refusal what the server answered
	 * @param call the request that was throttled
	 */
	private void refused(OperationsThrottledException refusal, AdmittedCall<?> call) {
		Duration length;
		synchronized (this) {
			length = this.capacity.refused(refusal, call, !this.pause.left().isZero());
		}
		if (length != null) {
			pause(length);
		}
	}

	/**
	 * Pause all requests, unless they already pause for longer.
	 * @param pause how long the pause lasts
	 */
	void pause(Duration pause) {
		if (pauseHere(pause) && this.budget != null) {
			this.budget.pause(pause);
		}
	}

	private boolean pauseHere(Duration pause) {
		List<AdmittedCall<?>> refused = List.of();
		synchronized (this) {
			if (this.closed || !this.pause.begin(pause)) {
				return false;
			}
			if (pause.compareTo(this.maxPauseOfFetches) > 0) {
				refused = this.queue.removeFetches();
			}
		}
		this.pause.report();
		refused.forEach((call) -> call.refuse(this.refusals.pausedTooLong(call, pause)));
		return true;
	}

	/**
	 * Note that the server accepted a request.
	 * @param call the request
	 * @param concurrentRequests how many requests of the account were in flight;
	 * {@code null} if the server did not report it
	 */
	synchronized void accepted(AdmittedCall<?> call, @Nullable Integer concurrentRequests) {
		this.capacity.accepted(call, concurrentRequests);
	}

	void noteFault(Throwable fault, AdmittedCall<?> call) {
		if (fault instanceof OperationsThrottledException refusal) {
			refused(refusal, call);
			this.pause.throttled(refusal);
			this.pause.report();
			return;
		}
		if (fault instanceof OperationsException known && isAnswerOfTheAccount(known)) {
			accepted(call, null);
		}
	}

	// An account that is full refuses a request before it looks for the operation.
	private static boolean isAnswerOfTheAccount(OperationsException fault) {
		int status = fault.getStatusCode().orElse(0);
		return (status >= 200 && status < 300)
				|| (status >= 400 && status < 500 && !BEFORE_THE_ACCOUNT.contains(status));
	}

	void noteRefusal(Throwable refusal) {
		if (refusal instanceof OperationsThrottledException throttled) {
			this.onThrottled.accept(throttled);
		}
	}

	private void resume(long until) {
		synchronized (this) {
			if (this.closed || !this.pause.end(until)) {
				return;
			}
		}
		this.pause.report();
		drain();
	}

	/**
	 * Send the requests that may be sent now. Only one thread does this at a time; it
	 * also does the work of the others.
	 */
	void drain() {
		if (this.sending.run() && hasRoom()) {
			this.onRoom.forEach(Runnable::run);
		}
	}

	private void sendAll() {
		boolean sent = true;
		while (sent) {
			sent = isReady() && sendNext();
		}
	}

	private boolean sendNext() {
		Permit.State state;
		try {
			state = this.permit.request();
		}
		catch (RuntimeException | LinkageError ex) {
			return refuseNext(ex);
		}
		if (state == Permit.State.COMING) {
			return false;
		}
		AdmittedCall<?> call = take(state == Permit.State.HELD);
		if (call == null) {
			return false;
		}
		if (state == Permit.State.REFUSED) {
			call.refuse(this.refusals.noPermit(call));
		}
		else if (call.proceed()) {
			this.permit.use();
		}
		else {
			finished(call, 0);
		}
		return true;
	}

	// An event consumer of the application may throw, which must not stop all requests.
	private boolean refuseNext(Throwable cause) {
		AdmittedCall<?> call = take(false);
		if (call != null) {
			call.refuse(this.refusals.limiterFailed(call, cause));
		}
		return call != null;
	}

	private synchronized boolean isReady() {
		return !this.queue.isEmpty() && isOpen();
	}

	private synchronized @Nullable AdmittedCall<?> take(boolean toSend) {
		// A pause may have begun since the permit was requested.
		AdmittedCall<?> call = isReady() ? this.queue.poll() : null;
		if (call != null && toSend) {
			this.capacity.sent(call);
		}
		return call;
	}

	synchronized void leave(AdmittedCall<?> call) {
		this.queue.remove(call);
	}

	void finished(AdmittedCall<?> call, long nanos) {
		ended(call, nanos);
		drain();
	}

	/**
	 * Give the place in flight of a request back. The caller must call {@link #drain()}
	 * afterwards.
	 * @param call the request
	 * @param nanos how long the request took
	 */
	synchronized void ended(AdmittedCall<?> call, long nanos) {
		this.capacity.ended(call, nanos);
	}

	@Override
	public Disposable onRoom(Runnable action) {
		this.onRoom.add(action);
		return () -> this.onRoom.remove(action);
	}

	@Override
	public synchronized boolean hasRoom() {
		return this.queue.isEmpty() && isOpen();
	}

	private boolean isOpen() {
		return !this.closed && this.capacity.hasPlace() && this.pause.left().isZero();
	}

	@Override
	public int maxHanded() {
		return this.settings.maxInFlight();
	}

	@Override
	public double pollsPerSecond() {
		double rate = this.rate.perSecond();
		synchronized (this) {
			double all = Math.min(rate, this.capacity.perSecond());
			double polls = Math.max(all * CallQueue.SHARE_OF_POLLS, all - this.fetches.perSecond(now()));
			return polls / Math.max(1, this.onRoom.size());
		}
	}

	@Override
	public synchronized int inFlightLimit() {
		return this.capacity.limit();
	}

	/**
	 * Close the admission. It sends no further requests, and queued requests fail with an
	 * {@link OperationsClosedException}.
	 */
	public void close() {
		List<AdmittedCall<?>> queued;
		synchronized (this) {
			this.closed = true;
			queued = this.queue.removeAll();
		}
		this.pause.dispose();
		this.permit.dispose();
		if (this.budget != null) {
			this.budget.dispose();
		}
		queued.forEach((call) -> call.refuse(this.refusals.closed(call)));
	}

	@Override
	public synchronized Duration paused() {
		return this.pause.left();
	}

	@Override
	public synchronized long lastPauseEnd() {
		return this.pause.lastEnd();
	}

	/**
	 * Return how many requests are queued.
	 * @return the number of requests
	 */
	public synchronized int queued() {
		return this.queue.size();
	}

	/**
	 * Return how many requests are in flight.
	 * @return the number of requests
	 */
	public synchronized int inFlight() {
		return this.capacity.inFlight();
	}

	@Override
	public int senders() {
		return this.rate.senders();
	}

	/**
	 * Return the rate of this instance.
	 * @return the rate
	 */
	public AccountRate rate() {
		return this.rate;
	}

	// Monotonic, like the due times of the polls.
	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
