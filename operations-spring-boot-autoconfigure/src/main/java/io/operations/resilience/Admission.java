package io.operations.resilience;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The one door to an account. Every call, a fetch or a poll, waits here for its turn: for
 * the end of a pause, a place in flight, and a permit of the rate limiter. Only one
 * reservation is ever outstanding, whoever is then at the head of the queue uses it, and
 * the pause is looked at again when its permit has come. So a call that is cancelled
 * leaves nothing behind, and nothing that was queued before a 429 leaves after it.
 *
 * @since 0.1.0
 */
public final class Admission {

	private static final double RATE_MEMORY = 60;

	private final AtomicInteger draining = new AtomicInteger();

	private final AtomicLong numbers = new AtomicLong();

	private final Disposable.Swap pauseEnd = Disposables.swap();

	private final String client;

	private final RateLimitSettings settings;

	private final Supplier<RateLimiter> limiter;

	private final Permit permit;

	private final IntervalFunction pauses;

	private final Duration patience;

	private final Scheduler scheduler;

	private final OperationsListener listener;

	private volatile Runnable onRoom = () -> {
	};

	// All below is guarded by "this"; nothing foreign is called while it is held.
	private final CallQueue queue = new CallQueue();

	private final InFlightLimit inFlightLimit;

	private final DecayingRate fetches = new DecayingRate(RATE_MEMORY);

	private int inFlight;

	private long pausedUntil = Long.MIN_VALUE;

	private int strikes;

	private boolean closed;

	/**
	 * Create the admission.
	 * @param client the name of the client
	 * @param limiter decides on the rate
	 * @param settings the bounds
	 * @param retry how long to pause after a 429 without Retry-After, and how long a
	 * fetch is willing to wait for the end of a pause
	 * @param scheduler where all waiting is done
	 * @param listener told of pauses and of calls that were refused
	 */
	public Admission(String client, RateLimiter limiter, RateLimitSettings settings, RetrySettings retry,
			Scheduler scheduler, OperationsListener listener) {
		this(client, () -> limiter, settings, retry, scheduler, listener);
	}

	/**
	 * Create the admission.
	 * @param client the name of the client
	 * @param limiter gives who decides on the rate, asked for anew each time
	 * @param settings the bounds
	 * @param retry how long to pause after a 429 without Retry-After, and how long a
	 * fetch is willing to wait for the end of a pause
	 * @param scheduler where all waiting is done
	 * @param listener told of pauses and of calls that were refused
	 */
	public Admission(String client, Supplier<RateLimiter> limiter, RateLimitSettings settings, RetrySettings retry,
			Scheduler scheduler, OperationsListener listener) {
		this.client = client;
		this.settings = settings;
		this.limiter = limiter;
		this.inFlightLimit = new InFlightLimit(settings.maxInFlight());
		this.permit = new Permit(limiter, scheduler, this::drain);
		this.pauses = retry.backOff();
		this.patience = retry.maxRetryAfter();
		this.scheduler = scheduler;
		this.listener = listener;
	}

	/**
	 * Make a call when its turn has come. Its {@link Turn} is taken from the context.
	 * @param operationId the id of the operation that the call is about
	 * @param call the call
	 * @param <T> what the call yields
	 * @return what the call yields, or an {@link OperationsThrottledException} of our own
	 * if the queue is full, the limiter refuses, or the pause is longer than a fetch is
	 * willing to wait; {@link OperationsClosedException} once closed
	 */
	public <T> Mono<T> admit(String operationId, Mono<T> call) {
		return Mono.create((sink) -> {
			Turn turn = Turn.of(sink.contextView(), now());
			AdmittedCall<T> admitted = new AdmittedCall<>(this, operationId, turn, this.numbers.getAndIncrement(), call,
					sink, this.scheduler);
			OperationsException refusal = enter(admitted);
			if (refusal != null) {
				noteRefusal(refusal);
				sink.error(refusal);
				return;
			}
			sink.onDispose(admitted);
			drain();
		});
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
				return new OperationsThrottledException(call.notSent() + this.queue.fetches()
						+ " fetches are already queued (operations.rate-limit.max-queued). Send fewer fetches, or"
						+ " raise operations.rate-limit.requests-per-second if the account allows it.",
						call.operationId(), (Duration) null);
			}
		}
		this.queue.add(call);
		return null;
	}

	private static OperationsThrottledException pausedTooLong(AdmittedCall<?> call, Duration pause) {
		return new OperationsThrottledException(
				call.notSent() + "the server throttles the account, and the pause lasts for another " + pause
						+ ", longer than operations.retry.max-retry-after. Fetch again after the pause.",
				call.operationId(), pause);
	}

	/**
	 * Note that the server refused a call because there were too many: nothing leaves
	 * until the time it named has passed, or, if it named none, for a time that grows
	 * from one refusal to the next.
	 * @param refusal what the server answered
	 * @param call the call that was refused
	 */
	private void refused(OperationsThrottledException refusal, AdmittedCall<?> call) {
		Duration retryAfter = refusal.getRetryAfter();
		Duration pause;
		synchronized (this) {
			// A success inside a pause forgets the refusals, not that this is one.
			if (paused().isZero() || this.strikes == 0) {
				this.strikes++;
			}
			pause = (retryAfter != null) ? retryAfter : Duration.ofMillis(this.pauses.apply(this.strikes));
			this.inFlightLimit.refused(call.began(), nanoTime(), pause, call.filled(), refusal.getConcurrentRequests());
		}
		pause(pause);
	}

	/**
	 * Let nothing leave for a while, unless that is so for longer already.
	 * @param pause how long
	 */
	void pause(Duration pause) {
		long until;
		List<AdmittedCall<?>> impatient = List.of();
		synchronized (this) {
			until = now() + pause.toMillis();
			if (this.closed || until <= this.pausedUntil) {
				return;
			}
			this.pausedUntil = until;
			if (pause.compareTo(this.patience) > 0) {
				impatient = this.queue.removeFetches();
			}
		}
		// One that is replaced finds that the pause is not its own any longer.
		this.pauseEnd.replace(this.scheduler.schedule(() -> resume(until), pause.toMillis(), TimeUnit.MILLISECONDS));
		this.listener.pauseBegan(this.client, pause);
		impatient.forEach((call) -> call.refuse(pausedTooLong(call, pause)));
	}

	/**
	 * Note that the server accepted a call.
	 * @param concurrentRequests how many calls of the account were under way, where the
	 * server told
	 */
	synchronized void accepted(@Nullable Integer concurrentRequests) {
		this.strikes = 0;
		this.inFlightLimit.accepted(nanoTime(), this.inFlight, concurrentRequests);
	}

	void noteFault(Throwable fault, AdmittedCall<?> call) {
		if (fault instanceof OperationsThrottledException refusal) {
			refused(refusal, call);
		}
		noteRefusal(fault);
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
			// The timer ends the pause, not the clock: that may have been set back.
			this.pausedUntil = Long.MIN_VALUE;
		}
		this.listener.pauseEnded(this.client);
		drain();
	}

	/**
	 * Send what may be sent now. One thread at a time; others leave it to that one.
	 */
	private void drain() {
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
				// Whatever was thrown, the next one must be able to go on.
				this.draining.set(0);
			}
		}
		if (hasRoom()) {
			this.onRoom.run();
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
			finished(0);
		}
		return true;
	}

	// What an application hangs on its limiter may throw, and must not stop all calls.
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
		// A pause may have begun since the permit was asked for.
		AdmittedCall<?> call = isReady() ? this.queue.poll() : null;
		if (call != null && toSend) {
			this.inFlight++;
			if (this.inFlight == this.inFlightLimit.get()) {
				call.filled(this.inFlight);
			}
		}
		return call;
	}

	synchronized void leave(AdmittedCall<?> call) {
		this.queue.remove(call);
	}

	void finished(long nanos) {
		synchronized (this) {
			this.inFlight--;
			this.inFlightLimit.took(nanos);
		}
		drain();
	}

	/**
	 * Have something done whenever no call is queued and one more could be under way: a
	 * poll that is not due yet may use what would be left unused.
	 * @param action what to do, on the thread that made the room
	 */
	public void onRoom(Runnable action) {
		this.onRoom = action;
	}

	/**
	 * Return whether no call is queued and one more could be under way.
	 * @return {@code true} if the next call would be the next to leave
	 */
	public synchronized boolean hasRoom() {
		return !this.closed && this.queue.isEmpty() && this.inFlight < this.inFlightLimit.get() && paused().isZero();
	}

	/**
	 * Return how many polls of a sort, first ones or repeats, need be handed over at once
	 * so that none that could leave is missing: as many as may be under way.
	 * @return the number of polls
	 */
	public int maxHanded() {
		return this.settings.maxInFlight();
	}

	/**
	 * Return how many polls may leave in a second: what the rate limiter and the bound of
	 * calls under way let through, less the fetches of late, but at least the share that
	 * polls have of the queue.
	 * @return the number of polls in a second
	 */
	public synchronized double pollsPerSecond() {
		RateLimiterConfig config = this.limiter.get().getRateLimiterConfig();
		double rate = config.getLimitForPeriod() * 1e9 / config.getLimitRefreshPeriod().toNanos();
		double all = Math.min(rate, this.inFlightLimit.perSecond());
		return Math.max(all * CallQueue.SHARE_OF_POLLS, all - this.fetches.perSecond(now()));
	}

	/**
	 * Return how many calls may be under way at present.
	 * @return the number of calls, at most that of the settings
	 */
	public synchronized int inFlightLimit() {
		return this.inFlightLimit.get();
	}

	/**
	 * Let nothing leave any more, and end what is queued with an
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
		queued.forEach((call) -> call.refuse(new OperationsClosedException(this.client, call.operationId())));
	}

	/**
	 * Return how long all calls are still held back.
	 * @return the time, zero if there is no pause
	 */
	public synchronized Duration paused() {
		long left = (this.pausedUntil != Long.MIN_VALUE) ? this.pausedUntil - now() : 0;
		return (left > 0) ? Duration.ofMillis(left) : Duration.ZERO;
	}

	/**
	 * Return how many calls wait for their turn.
	 * @return the number of calls
	 */
	public synchronized int queued() {
		return this.queue.size();
	}

	/**
	 * Return how many calls are under way.
	 * @return the number of calls
	 */
	public synchronized int inFlight() {
		return this.inFlight;
	}

	// Of the clock that is never set back, as the polls' due times are.
	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(nanoTime());
	}

	private long nanoTime() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

}
