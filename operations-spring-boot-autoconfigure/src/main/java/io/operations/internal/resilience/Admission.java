package io.operations.internal.resilience;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.internal.KeyPrefix;
import io.operations.resilience.BudgetStore;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
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

	private final AtomicLong numbers = new AtomicLong();

	private final AdmissionRefusals refusals;

	private final String keyPrefix;

	private final RateLimitSettings settings;

	private final CallSender sender;

	private final AccountRate rate;

	private final Scheduler scheduler;

	private final AdmissionState state;

	private final AccountPause pause;

	private final PauseSwitch pauses;

	private final OperatorPause operatorPause;

	/**
	 * Create the admission of an instance that has the whole rate.
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
		this(client, () -> limiter, null, settings, retry, scheduler, listener, KeyPrefix.DEFAULT);
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
		this.pause = new AccountPause(client, scheduler, listener, this::resume);
		this.state = new AdmissionState(settings, retry, this.pause, this.refusals, scheduler);
		this.pauses = new PauseSwitch(this.state, this.pause, this.refusals, this::sendQueued);
		this.scheduler = scheduler;
		this.sender = new CallSender(this.state, limiter, (onPermit) -> (budget != null)
				? new AccountBudget(client, budget, scheduler, () -> queued() > 0, onPermit, this.pauses, listener)
				: null, scheduler, this.refusals);
		this.operatorPause = new OperatorPause(this.pauses, this.state, this.sender.budget(),
				(budget != null) ? new BudgetCalls(client, budget, scheduler) : null);
		this.rate = new AccountRate(limiter, this.sender.budget(), settings, this.state::sentPerSecond);
	}

	@Override
	public String keyPrefix() {
		return this.keyPrefix;
	}

	/**
	 * Send a request when its turn has come. The Reactor context contains the
	 * {@link RequestPriority} of the request.
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
				new AdmittedCall<>(this, operationId, null, RequestPriority.of(sink.contextView(), now()),
						this.numbers.getAndIncrement(), call, AdmittedCall::concurrentRequests, sink, this.scheduler),
				sink));
	}

	/**
	 * Send a write when its turn has come. The queue treats it as a fetch. The errors are
	 * those of {@link #admit(String, Mono)}.
	 * @param subject the beginning of a message about the write
	 * @param call the write
	 * @param concurrentRequests reads from a result how many requests of the account were
	 * in flight; returns {@code null} if the server did not report it
	 * @param <T> the type of the result
	 * @return the result of the write, or the refusal by the admission
	 */
	<T> Mono<T> admitWrite(String subject, Mono<T> call, Function<? super T, @Nullable Integer> concurrentRequests) {
		return Mono.create((sink) -> admit(
				new AdmittedCall<>(this, null, subject, new RequestPriority(RequestPriority.Kind.FETCH, now()),
						this.numbers.getAndIncrement(), call, concurrentRequests, sink, this.scheduler),
				sink));
	}

	private <T> void admit(AdmittedCall<T> call, MonoSink<T> sink) {
		OperationsException refusal = this.state.enter(call);
		if (refusal != null) {
			noteRefusal(refusal);
			sink.error(refusal);
			return;
		}
		sink.onDispose(call);
		sendQueued();
	}

	/**
	 * Pause all requests, unless they already pause for longer.
	 * @param pause how long the pause lasts
	 */
	void pause(Duration pause) {
		AccountBudget budget = this.sender.budget();
		if (this.pauses.begin(pause, false) && budget != null) {
			budget.pause(pause);
		}
	}

	void accepted(AdmittedCall<?> call, @Nullable Integer concurrentRequests) {
		this.state.accepted(call, concurrentRequests);
	}

	/**
	 * Note that a request failed. If the server throttled it because the account is full,
	 * all requests pause. If the refusal is noise, only the refused request waits.
	 * @param fault the error
	 * @param call the request
	 */
	void noteFault(Throwable fault, AdmittedCall<?> call) {
		if (fault instanceof OperationsThrottledException refusal) {
			Duration pause = this.state.refused(refusal, call);
			if (pause != null) {
				pause(pause);
			}
			this.pause.throttled(refusal);
			return;
		}
		if (fault instanceof OperationsException known && AccountCapacity.isAnswer(known)) {
			accepted(call, null);
		}
	}

	void noteRefusal(Throwable refusal) {
		if (refusal instanceof OperationsThrottledException throttled) {
			this.pause.throttled(throttled);
		}
	}

	private void resume(long until) {
		this.pauses.end(until);
	}

	void sendQueued() {
		this.sender.send();
	}

	void leave(AdmittedCall<?> call) {
		this.state.leave(call);
	}

	void ended(AdmittedCall<?> call, long nanos) {
		this.state.ended(call, nanos);
	}

	@Override
	public Disposable onCapacity(Runnable action) {
		return this.sender.onCapacity(action);
	}

	@Override
	public boolean hasCapacity() {
		return this.state.hasCapacity();
	}

	@Override
	public int maxHanded() {
		return this.settings.maxInFlight();
	}

	@Override
	public double pollsPerSecond() {
		return this.state.pollsPerSecond(this.rate.perSecond()) / Math.max(1, this.sender.pollers());
	}

	@Override
	public int inFlightLimit() {
		return this.state.inFlightLimit();
	}

	/**
	 * Close the admission. It sends no further requests, and queued requests fail with an
	 * {@link OperationsClosedException}.
	 */
	public void close() {
		List<AdmittedCall<?>> queued = this.state.close();
		this.pause.dispose();
		this.sender.dispose();
		queued.forEach((call) -> call.refuse(this.refusals.closed(call)));
	}

	@Override
	public Duration paused() {
		return this.state.paused();
	}

	@Override
	public long lastPauseEnd() {
		return this.state.lastPauseEnd();
	}

	@Override
	public OperatorPause operatorPause() {
		return this.operatorPause;
	}

	/**
	 * Return how many requests are queued.
	 * @return the number of requests
	 */
	public int queued() {
		return this.state.queued();
	}

	/**
	 * Return how many requests are in flight.
	 * @return the number of requests
	 */
	public int inFlight() {
		return this.state.inFlight();
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
