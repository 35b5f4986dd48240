package io.operations.internal.resilience;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.internal.DecayingRate;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Holds the queue, the requests in flight and the pause of an account under one lock. No
 * method calls foreign code.
 */
final class AdmissionState {

	private static final double RATE_MEMORY = 60;

	private static final double SENT_MEMORY = 10;

	private final DecayingRate fetches = new DecayingRate(RATE_MEMORY);

	private final DecayingRate sent = new DecayingRate(SENT_MEMORY);

	private final CallQueue queue = new CallQueue();

	private final AccountCapacity capacity;

	private final AccountPause pause;

	private final AdmissionRefusals refusals;

	private final RateLimitSettings settings;

	private final Duration maxPauseOfFetches;

	private final Scheduler scheduler;

	private boolean closed;

	/**
	 * Create the state.
	 * @param settings the limits
	 * @param retry how long to pause after a 429 without Retry-After, and how long a
	 * fetch waits at most for the end of a pause
	 * @param pause the pause, which this state guards
	 * @param refusals creates the exceptions of requests that may not enter
	 * @param scheduler the clock
	 */
	AdmissionState(RateLimitSettings settings, RetrySettings retry, AccountPause pause, AdmissionRefusals refusals,
			Scheduler scheduler) {
		this.settings = settings;
		this.capacity = new AccountCapacity(settings.maxInFlight(), retry, scheduler);
		this.pause = pause;
		this.refusals = refusals;
		this.maxPauseOfFetches = retry.maxRetryAfter();
		this.scheduler = scheduler;
	}

	/**
	 * Queue a request.
	 * @param call the request
	 * @return why it is not queued; {@code null} if it is
	 */
	synchronized @Nullable OperationsException enter(AdmittedCall<?> call) {
		if (this.closed) {
			return this.refusals.closed(call);
		}
		if (call.kind() == RequestPriority.Kind.FETCH) {
			this.fetches.add(now());
			Duration left = this.pause.left();
			if (left.compareTo(this.maxPauseOfFetches) > 0) {
				return this.refusals.pausedTooLong(call, left, this.pause.isByOperator());
			}
			if (this.queue.fetches() >= this.settings.maxQueued()) {
				return this.refusals.queueFull(call, this.queue.fetches());
			}
		}
		this.queue.add(call);
		return null;
	}

	synchronized void leave(AdmittedCall<?> call) {
		this.queue.remove(call);
	}

	/**
	 * Return whether a queued request may be sent.
	 * @return {@code true} if there is a queued request, a place in flight, and no pause
	 */
	synchronized boolean isReady() {
		return !this.queue.isEmpty() && isOpen();
	}

	/**
	 * Return whether no request is queued and another one could be in flight.
	 * @return {@code true} if another request would be sent as soon as it has a permit
	 */
	synchronized boolean hasCapacity() {
		return this.queue.isEmpty() && isOpen();
	}

	private boolean isOpen() {
		return !this.closed && this.capacity.hasPlace() && this.pause.left().isZero();
	}

	/**
	 * Take the next request from the queue.
	 * @param toSend whether it gets a place in flight
	 * @return the request; {@code null} if none may be sent, for instance because a pause
	 * has begun since the permit was requested
	 */
	synchronized @Nullable AdmittedCall<?> take(boolean toSend) {
		AdmittedCall<?> call = isReady() ? this.queue.poll() : null;
		if (call != null && toSend) {
			this.capacity.sent(call);
			this.sent.add(now());
		}
		return call;
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

	/**
	 * Note that the server throttled a request.
	 * @param refusal what the server answered
	 * @param call the request that was throttled
	 * @return how long the account pauses; {@code null} if the refusal is noise
	 */
	synchronized @Nullable Duration refused(OperationsThrottledException refusal, AdmittedCall<?> call) {
		boolean isThrottled = !this.pause.left().isZero() && !this.pause.isByOperator();
		return this.capacity.refused(refusal, call, isThrottled);
	}

	/**
	 * Give the place in flight of a request back. Another request may then be sent.
	 * @param call the request
	 * @param nanos how long the request took
	 */
	synchronized void ended(AdmittedCall<?> call, long nanos) {
		this.capacity.ended(call, nanos);
	}

	/**
	 * Begin a pause.
	 * @param length how long it lasts
	 * @param byOperator whether an operator begins it, and not the server
	 * @return the queued requests that do not wait for its end; {@code null} if the
	 * account already pauses for longer or the admission is closed
	 */
	synchronized @Nullable List<AdmittedCall<?>> pause(Duration length, boolean byOperator) {
		if (this.closed || !this.pause.begin(length, byOperator)) {
			return null;
		}
		return (length.compareTo(this.maxPauseOfFetches) > 0) ? this.queue.removeFetches() : List.of();
	}

	/**
	 * End a pause, unless it was extended.
	 * @param end the end of the pause
	 * @return whether it has ended
	 */
	synchronized boolean resume(long end) {
		return !this.closed && this.pause.end(end);
	}

	/**
	 * End the pause, whoever began it.
	 * @return whether there was one
	 */
	synchronized boolean resume() {
		return !this.closed && this.pause.end();
	}

	synchronized boolean isPausedByOperator() {
		return this.pause.isByOperator();
	}

	/**
	 * Refuse all further requests.
	 * @return the queued requests
	 */
	synchronized List<AdmittedCall<?>> close() {
		this.closed = true;
		return this.queue.removeAll();
	}

	/**
	 * Return how many polls all pollers may send per second.
	 * @param rate the rate of this instance
	 * @return what the rate and the limit in flight allow, minus the recent rate of
	 * fetches; at least the share of the queue that is reserved for polls
	 */
	synchronized double pollsPerSecond(double rate) {
		double all = Math.min(rate, this.capacity.perSecond());
		return Math.max(all * CallQueue.SHARE_OF_POLLS, all - this.fetches.perSecond(now()));
	}

	/**
	 * Return how many requests per second left recently.
	 * @return the average of the last ten seconds or so
	 */
	synchronized double sentPerSecond() {
		return this.sent.perSecondObserved(now());
	}

	synchronized int inFlightLimit() {
		return this.capacity.limit();
	}

	synchronized int inFlight() {
		return this.capacity.inFlight();
	}

	synchronized int queued() {
		return this.queue.size();
	}

	synchronized Duration paused() {
		return this.pause.left();
	}

	synchronized long lastPauseEnd() {
		return this.pause.lastEnd();
	}

	// Monotonic, like the due times of the polls.
	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

}
