package io.operations.resilience;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.KeyPrefix;
import io.operations.OperationSnapshot;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
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
public final class Admission {

	private static final double RATE_MEMORY = 60;

	// Rejected credentials, a proxy, and timeouts say nothing about the account's limits.
	private static final Set<Integer> BEFORE_THE_ACCOUNT = Set.of(401, 403, 407, 408, 425, 429);

	private final AtomicInteger draining = new AtomicInteger();

	private final AtomicInteger telling = new AtomicInteger();

	private final Queue<Runnable> pauseChanges = new ConcurrentLinkedQueue<>();

	private final AtomicLong numbers = new AtomicLong();

	private final Disposable.Swap pauseEnd = Disposables.swap();

	private final String client;

	private final String keyPrefix;

	private final RateLimitSettings settings;

	private final Supplier<RateLimiter> limiter;

	private final Permit permit;

	private final @Nullable AccountBudget budget;

	private final IntervalFunction pauses;

	private final Duration patience;

	private final Scheduler scheduler;

	private final OperationsListener listener;

	// One for each poller: templates of one account may share its admission.
	private final List<Runnable> onRoom = new CopyOnWriteArrayList<>();

	// "this" guards the fields below. No foreign code is called while it is locked.
	private final CallQueue queue = new CallQueue();

	private final InFlightLimit inFlightLimit;

	private final RefusalJudge judge;

	private final DecayingRate fetches = new DecayingRate(RATE_MEMORY);

	private int inFlight;

	private long pausedUntil = Long.MIN_VALUE;

	private long lastPauseEnd = Long.MIN_VALUE;

	private int strikes;

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
		this.client = client;
		this.keyPrefix = keyPrefix;
		this.settings = settings;
		this.limiter = limiter;
		this.inFlightLimit = new InFlightLimit(settings.maxInFlight());
		this.judge = new RefusalJudge(settings.maxInFlight());
		this.pauses = retry.backOff();
		this.patience = retry.maxRetryAfter();
		this.scheduler = scheduler;
		this.listener = listener;
		// Last, because the budget may call at once.
		this.budget = (budget != null) ? new AccountBudget(client, budget, scheduler, () -> queued() > 0, this::drain,
				this::pauseHere, listener) : null;
		this.permit = new Permit(limiter, this.budget, scheduler, this::drain);
	}

	/**
	 * Return the prefix of the configuration keys of the client that owns the limits.
	 * @return the prefix, without a dot at its end
	 */
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
			return new OperationsClosedException(this.client, call.operationId());
		}
		if (call.kind() == Turn.Kind.FETCH) {
			this.fetches.add(now());
			Duration pause = paused();
			if (pause.compareTo(this.patience) > 0) {
				return pausedTooLong(call, pause);
			}
			if (this.queue.fetches() >= this.settings.maxQueued()) {
				return new OperationsThrottledException(
						call.notSent() + this.queue.fetches() + " fetches and writes are already queued ("
								+ this.keyPrefix + ".rate-limit.max-queued). Send fewer of them, or raise "
								+ this.keyPrefix + ".rate-limit.requests-per-second if the account allows it.",
						call.operationId(), (Duration) null);
			}
		}
		this.queue.add(call);
		return null;
	}

	private OperationsThrottledException pausedTooLong(AdmittedCall<?> call, Duration pause) {
		return new OperationsThrottledException(call.notSent()
				+ "the server throttles the account, and the pause lasts for another " + pause + ", longer than "
				+ this.keyPrefix + ".retry.max-retry-after. Send the request again after the pause.",
				call.operationId(), pause);
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
		Duration retryAfter = refusal.getRetryAfter();
		Duration pause;
		synchronized (this) {
			long retryAt = (retryAfter != null) ? now() + retryAfter.toMillis() : RefusalJudge.NO_TIME;
			boolean full = this.judge.isFull(call.sentAs(), refusal.getConcurrentRequests(), nanoTime(), retryAt);
			// A 429 that comes during a pause may extend it, but not for long: it may be
			// noise.
			if (!full && paused().isZero()) {
				return;
			}
			// A success during a pause resets the count, but this 429 still counts.
			if (paused().isZero() || this.strikes == 0) {
				this.strikes++;
			}
			pause = (retryAfter != null) ? retryAfter : Duration.ofMillis(this.pauses.apply(this.strikes));
			if (full && this.judge.retryAt() > now() + pause.toMillis()) {
				pause = Duration.ofMillis(this.judge.retryAt() - now());
			}
			if (!full && pause.compareTo(this.patience) > 0) {
				pause = this.patience;
			}
			int reached = (full && call.filled() > 0) ? this.judge.reached() : call.filled();
			this.inFlightLimit.refused(call.began(), nanoTime(), pause, reached, refusal.getConcurrentRequests());
		}
		pause(pause);
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
		long until;
		List<AdmittedCall<?>> impatient = List.of();
		synchronized (this) {
			until = now() + pause.toMillis();
			if (this.closed || until <= this.pausedUntil) {
				return false;
			}
			this.pausedUntil = until;
			this.pauseChanges.add(() -> pauseBegan(pause, until));
			if (pause.compareTo(this.patience) > 0) {
				impatient = this.queue.removeFetches();
			}
		}
		tellOfPauses();
		impatient.forEach((call) -> call.refuse(pausedTooLong(call, pause)));
		return true;
	}

	private void pauseBegan(Duration pause, long until) {
		// A timer that is replaced finds that the pause has another end.
		this.pauseEnd.replace(this.scheduler.schedule(() -> resume(until), pause.toMillis(), TimeUnit.MILLISECONDS));
		this.listener.pauseBegan(this.client, pause);
	}

	/**
	 * Notify the listener of pauses and of throttled requests in their order. Only one
	 * thread does this at a time; it also does the work of the others.
	 */
	private void tellOfPauses() {
		if (this.telling.getAndIncrement() != 0) {
			return;
		}
		boolean done = false;
		try {
			int missed = 1;
			while (missed != 0) {
				Runnable change = this.pauseChanges.poll();
				while (change != null) {
					change.run();
					change = this.pauseChanges.poll();
				}
				missed = this.telling.addAndGet(-missed);
			}
			done = true;
		}
		finally {
			if (!done) {
				// After any error the next thread must be able to continue.
				this.telling.set(0);
			}
		}
	}

	/**
	 * Note that the server accepted a request.
	 * @param call the request
	 * @param concurrentRequests how many requests of the account were in flight;
	 * {@code null} if the server did not report it
	 */
	synchronized void accepted(AdmittedCall<?> call, @Nullable Integer concurrentRequests) {
		this.strikes = 0;
		this.judge.accepted(call.sentAs(), concurrentRequests);
		this.inFlightLimit.accepted(nanoTime(), this.inFlight, concurrentRequests);
	}

	void noteFault(Throwable fault, AdmittedCall<?> call) {
		if (fault instanceof OperationsThrottledException refusal) {
			refused(refusal, call);
			// After the pause that it may have begun, if another thread reports that.
			this.pauseChanges.add(() -> this.listener.throttled(this.client, refusal));
			tellOfPauses();
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
			this.listener.throttled(this.client, throttled);
		}
	}

	private void resume(long until) {
		synchronized (this) {
			if (this.closed || this.pausedUntil != until) {
				return;
			}
			// The timer ends the pause, because the clock may have been set back.
			this.pausedUntil = Long.MIN_VALUE;
			this.lastPauseEnd = TimeUnit.NANOSECONDS.toMillis(nanoTime());
			this.pauseChanges.add(() -> this.listener.pauseEnded(this.client));
		}
		tellOfPauses();
		drain();
	}

	/**
	 * Send the requests that may be sent now. Only one thread does this at a time; it
	 * also does the work of the others.
	 */
	void drain() {
		if (this.draining.getAndIncrement() != 0) {
			return;
		}
		boolean done = false;
		try {
			int missed = 1;
			while (missed != 0) {
				boolean sent = true;
				while (sent) {
					sent = isReady() && sendNext();
				}
				missed = this.draining.addAndGet(-missed);
			}
			done = true;
		}
		finally {
			if (!done) {
				// After any error the next thread must be able to continue.
				this.draining.set(0);
			}
		}
		if (hasRoom()) {
			this.onRoom.forEach(Runnable::run);
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
			call.refuse(new OperationsThrottledException(call.notSent()
					+ "the rate limiter gave no permit within its timeoutDuration. Send fewer requests, or"
					+ " raise the limit of the rate limiter.", call.operationId(), (Duration) null));
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
			call.refuse(new OperationsUnavailableException(call.notSent() + "the rate limiter failed with " + cause
					+ ". Check the rate limiter and its event consumers.", call.operationId(), cause));
		}
		return call != null;
	}

	private synchronized boolean isReady() {
		return !this.closed && !this.queue.isEmpty() && this.inFlight < this.inFlightLimit.get() && paused().isZero();
	}

	private synchronized @Nullable AdmittedCall<?> take(boolean toSend) {
		// A pause may have begun since the permit was requested.
		AdmittedCall<?> call = isReady() ? this.queue.poll() : null;
		if (call != null && toSend) {
			this.inFlight++;
			call.sent(this.judge.sent(this.inFlight),
					(this.inFlight >= this.inFlightLimit.get() - 1) ? this.inFlight : 0);
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
		this.judge.ended(call.sentAs());
		this.inFlight--;
		this.inFlightLimit.took(nanos);
	}

	/**
	 * Add an action to run whenever no request is queued and another one could be in
	 * flight. A poll that is not due yet can then use the free capacity. Each poller that
	 * sends its polls through this admission adds one.
	 * @param action the action, which runs on the thread that freed the capacity
	 * @return removes the action
	 */
	public Disposable onRoom(Runnable action) {
		this.onRoom.add(action);
		return () -> this.onRoom.remove(action);
	}

	/**
	 * Return whether no request is queued and another one could be in flight.
	 * @return {@code true} if the next request would be sent next
	 */
	public synchronized boolean hasRoom() {
		return !this.closed && this.queue.isEmpty() && this.inFlight < this.inFlightLimit.get() && paused().isZero();
	}

	/**
	 * Return how many polls the poller needs to hand over at once. The number applies to
	 * first polls and to repeat polls separately. It is the maximum of requests in
	 * flight, so that no free place stays unused.
	 * @return the number of polls
	 */
	public int maxHanded() {
		return this.settings.maxInFlight();
	}

	/**
	 * Return how many polls one poller may send per second. The number is what the rate
	 * limiter and the limit of requests in flight allow, minus the recent rate of
	 * fetches. If instances or pollers share the rate, it is an equal share of it. It is
	 * at least the share of the queue that is reserved for polls.
	 * @return the number of polls per second
	 */
	public double pollsPerSecond() {
		double rate = Permit.perSecond(this.limiter.get()) * ((this.budget != null) ? this.budget.share() : 1);
		synchronized (this) {
			double all = Math.min(rate, this.inFlightLimit.perSecond());
			double polls = Math.max(all * CallQueue.SHARE_OF_POLLS, all - this.fetches.perSecond(now()));
			return polls / Math.max(1, this.onRoom.size());
		}
	}

	/**
	 * Return how many requests may be in flight at present.
	 * @return the number of requests, at most that of the settings
	 */
	public synchronized int inFlightLimit() {
		return this.inFlightLimit.get();
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
		this.pauseEnd.dispose();
		this.permit.dispose();
		if (this.budget != null) {
			this.budget.dispose();
		}
		queued.forEach((call) -> call.refuse(new OperationsClosedException(this.client, call.operationId())));
	}

	/**
	 * Return how long the current pause still lasts.
	 * @return the time; zero if there is no pause
	 */
	public synchronized Duration paused() {
		long left = (this.pausedUntil != Long.MIN_VALUE) ? this.pausedUntil - now() : 0;
		return (left > 0) ? Duration.ofMillis(left) : Duration.ZERO;
	}

	/**
	 * Return when the last pause ended.
	 * @return the time in milliseconds of the scheduler's monotonic clock;
	 * {@link Long#MIN_VALUE} if no pause has ended
	 */
	public synchronized long lastPauseEnd() {
		return this.lastPauseEnd;
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
		return this.inFlight;
	}

	/**
	 * Return how many instances share the rate.
	 * @return the number of instances seen last, including this one; 1 if the rate is not
	 * shared
	 */
	public int instances() {
		return (this.budget != null) ? this.budget.instances() : 1;
	}

	/**
	 * Return how many instances have a part of the rate that {@link #pollsPerSecond()}
	 * returns, if instances share the rate.
	 * @return the number of instances, including this one; 0 if the rate is not shared
	 */
	public int senders() {
		return (this.budget != null) ? (int) Math.round(1 / this.budget.share()) : 0;
	}

	/**
	 * Return whether the shared rate is unavailable, so that this instance sends only its
	 * share of the rate.
	 * @return {@code true} if the rate is shared and its store does not answer
	 */
	public boolean isBudgetAway() {
		return this.budget != null && this.budget.isLost();
	}

	/**
	 * Return how many permits of the shared rate this instance has reserved and not used.
	 * @return the number of permits; 0 if the rate is not shared
	 */
	public int permits() {
		return (this.budget != null) ? this.budget.left() : 0;
	}

	/**
	 * Return how long a request waits for the next reserved permit of the shared rate.
	 * @return the time; zero if there is no need to wait or the rate is not shared
	 */
	public Duration untilPermit() {
		return (this.budget != null) ? this.budget.untilNext() : Duration.ZERO;
	}

	// Monotonic, like the due times of the polls.
	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(nanoTime());
	}

	private long nanoTime() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

}
