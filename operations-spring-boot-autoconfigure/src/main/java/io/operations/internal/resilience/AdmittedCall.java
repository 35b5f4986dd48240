package io.operations.internal.resilience;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import io.operations.OperationSnapshot;
import io.operations.OperationsErrorResponse;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * Represents one request in the admission: first queued, then running, then done.
 * Cancelling a queued request removes it from the queue. Cancelling a running request
 * ends the exchange.
 */
final class AdmittedCall<T> implements CoreSubscriber<T>, Disposable, Comparable<AdmittedCall<?>> {

	private enum State {

		QUEUED, RUNNING, DONE

	}

	private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);

	private final Admission admission;

	private final @Nullable String operationId;

	private final @Nullable String write;

	private final RequestPriority priority;

	private final long number;

	private final Mono<T> call;

	private final Function<? super T, @Nullable Integer> concurrentRequests;

	private final MonoSink<T> sink;

	private final Scheduler scheduler;

	private volatile long began;

	// Both are guarded by the admission.
	private long sentAs = -1;

	private int filled;

	private volatile @Nullable Subscription exchange;

	// Either the id or the write is null: a request is about an operation or is a write.
	AdmittedCall(Admission admission, @Nullable String operationId, @Nullable String write, RequestPriority priority,
			long number, Mono<T> call, Function<? super T, @Nullable Integer> concurrentRequests, MonoSink<T> sink,
			Scheduler scheduler) {
		this.admission = admission;
		this.operationId = operationId;
		this.write = write;
		this.priority = priority;
		this.number = number;
		this.call = call;
		this.concurrentRequests = concurrentRequests;
		this.sink = sink;
		this.scheduler = scheduler;
	}

	/**
	 * Return how many requests of the account were in flight, as an answer says.
	 * @param result the answer
	 * @return the number of requests; {@code null} if the server did not report it
	 */
	static @Nullable Integer concurrentRequests(Object result) {
		return (result instanceof OperationSnapshot snapshot) ? snapshot.concurrentRequests() : null;
	}

	/**
	 * Note that this request is sent.
	 * @param sentAs the number of this request among those that were sent
	 * @param bound how many requests are in flight, including this one, if it took one of
	 * the last two free places; otherwise 0
	 */
	void sent(long sentAs, int bound) {
		this.sentAs = sentAs;
		this.filled = bound;
	}

	/**
	 * Return the number of this request among those that were sent.
	 * @return the number; negative if it was not sent
	 */
	long sentAs() {
		return this.sentAs;
	}

	/**
	 * Return how many requests were in flight when this one took one of the last two free
	 * places.
	 * @return the number of requests, including this one; 0 if more places were free
	 */
	int filled() {
		return this.filled;
	}

	/**
	 * Return when this request was sent.
	 * @return the time in nanoseconds
	 */
	long began() {
		return this.began;
	}

	RequestPriority.Kind kind() {
		return this.priority.kind();
	}

	@Nullable String operationId() {
		return this.operationId;
	}

	/**
	 * Return the beginning of a message that says why this request was not sent.
	 * @return the text, which ends with a colon and a space
	 */
	String notSent() {
		String subject = (this.write != null) ? this.write : "The request for operation '"
				+ OperationsErrorResponse.printable(String.valueOf(this.operationId)) + "'";
		return subject + " was not sent: ";
	}

	/**
	 * Send the request.
	 * @return {@code false} if the request was cancelled in the meantime, or must not be
	 * sent any more. It is then not sent, and its place in flight is free again.
	 */
	boolean proceed() {
		// Set before the request runs, because a cancellation measures the time since
		// then.
		this.began = this.scheduler.now(TimeUnit.NANOSECONDS);
		if (!this.priority.mayLeave().getAsBoolean() || !this.state.compareAndSet(State.QUEUED, State.RUNNING)) {
			return false;
		}
		try {
			// Subscribes in this way, so that the subscription also sees the
			// thread-locals of the caller.
			this.call.contextWrite(this.sink.contextView()).subscribe(this);
		}
		catch (Exception | Error ex) {
			// Otherwise the place in flight would be lost.
			if (!fail(ex)) {
				Operators.onErrorDropped(ex, currentContext());
			}
		}
		return true;
	}

	@Override
	public Context currentContext() {
		return Context.of(this.sink.contextView());
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.exchange = subscription;
		if (this.state.get() == State.RUNNING) {
			subscription.request(Long.MAX_VALUE);
		}
		else {
			subscription.cancel();
		}
	}

	@Override
	public void onNext(T result) {
		this.admission.accepted(this, this.concurrentRequests.apply(result));
		end(() -> this.sink.success(result));
	}

	@Override
	public void onError(Throwable fault) {
		// An error after the end is ignored.
		fail(fault);
	}

	private boolean fail(Throwable fault) {
		// The fault is noted before the next request gets the place in flight.
		try {
			this.admission.noteFault(fault, this);
		}
		catch (RuntimeException ex) {
			fault.addSuppressed(ex);
		}
		return end(() -> this.sink.error(fault));
	}

	@Override
	public void onComplete() {
		end(this.sink::success);
	}

	private boolean end(Runnable outcome) {
		if (!this.state.compareAndSet(State.RUNNING, State.DONE)) {
			return false;
		}
		// The place in flight is free before the application continues: its next request
		// may need this very place.
		this.admission.ended(this, this.scheduler.now(TimeUnit.NANOSECONDS) - this.began);
		try {
			outcome.run();
		}
		finally {
			this.admission.sendQueued();
		}
		return true;
	}

	void refuse(Throwable reason) {
		if (this.state.compareAndSet(State.QUEUED, State.DONE)) {
			this.admission.noteRefusal(reason);
			try {
				this.sink.error(reason);
			}
			catch (RuntimeException | Error ex) {
				// Thrown by a subscriber, which must not stop other requests.
				if (!GuardedOperationFetcher.pass(this.sink.contextView(), ex)) {
					Operators.onErrorDropped(ex, Context.of(this.sink.contextView()));
				}
			}
		}
	}

	@Override
	public void dispose() {
		if (this.state.compareAndSet(State.QUEUED, State.DONE)) {
			this.admission.leave(this);
			return;
		}
		if (!this.state.compareAndSet(State.RUNNING, State.DONE)) {
			return;
		}
		try {
			Subscription subscription = this.exchange;
			// A later subscription finds that this request is done.
			if (subscription != null) {
				subscription.cancel();
			}
		}
		finally {
			this.admission.ended(this, this.scheduler.now(TimeUnit.NANOSECONDS) - this.began);
			this.admission.sendQueued();
		}
	}

	@Override
	public int compareTo(AdmittedCall<?> other) {
		int byDue = Long.compare(this.priority.due(), other.priority.due());
		return (byDue != 0) ? byDue : Long.compare(this.number, other.number);
	}

	@Override
	public boolean equals(Object other) {
		return this == other;
	}

	@Override
	public int hashCode() {
		return Long.hashCode(this.number);
	}

}
