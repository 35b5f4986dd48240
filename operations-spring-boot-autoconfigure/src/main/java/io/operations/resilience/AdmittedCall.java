package io.operations.resilience;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

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
 * One call on its way through the admission: queued, then running, then done. Cancelling
 * it while it is queued takes it from the queue; while it runs, ends the exchange.
 */
final class AdmittedCall<T> implements CoreSubscriber<T>, Disposable, Comparable<AdmittedCall<?>> {

	private enum State {

		QUEUED, RUNNING, DONE

	}

	private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);

	private final Admission admission;

	private final @Nullable String operationId;

	private final Turn turn;

	private final long number;

	private final Mono<T> call;

	private final MonoSink<T> sink;

	private final Scheduler scheduler;

	private volatile long began;

	private volatile int filled;

	private volatile @Nullable Subscription exchange;

	AdmittedCall(Admission admission, String operationId, Turn turn, long number, Mono<T> call, MonoSink<T> sink,
			Scheduler scheduler) {
		this.admission = admission;
		this.operationId = operationId;
		this.turn = turn;
		this.number = number;
		this.call = call;
		this.sink = sink;
		this.scheduler = scheduler;
	}

	/**
	 * Note that it was the last that could be sent.
	 * @param bound how many calls are under way, it included
	 */
	void filled(int bound) {
		this.filled = bound;
	}

	/**
	 * Return the bound that was full when it was sent.
	 * @return the number of calls, 0 if it was not full
	 */
	int filled() {
		return this.filled;
	}

	/**
	 * Return when it was sent.
	 * @return the time in nanoseconds
	 */
	long began() {
		return this.began;
	}

	Turn.Kind kind() {
		return this.turn.kind();
	}

	@Nullable String operationId() {
		return this.operationId;
	}

	/**
	 * Return the beginning of a message that says why the call was not sent.
	 * @return the text, which ends with a colon and a space
	 */
	String notSent() {
		return "The request for operation '" + OperationsErrorResponse.printable(String.valueOf(this.operationId))
				+ "' was not sent: ";
	}

	/**
	 * Send the call.
	 * @return {@code false} if it was cancelled in the meantime: nothing is sent then,
	 * and the place in flight is free again
	 */
	boolean proceed() {
		// Before it runs: from then on it may be cancelled, and its time be taken.
		this.began = this.scheduler.now(TimeUnit.NANOSECONDS);
		if (!this.state.compareAndSet(State.QUEUED, State.RUNNING)) {
			return false;
		}
		try {
			// Written, so that the subscription sees the caller's thread-locals, too.
			this.call.contextWrite(this.sink.contextView()).subscribe(this);
		}
		catch (Exception | Error ex) {
			// Else the place in flight would be lost.
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
		this.admission.accepted((result instanceof OperationSnapshot snapshot) ? snapshot.concurrentRequests() : null);
		end(() -> this.sink.success(result));
	}

	@Override
	public void onError(Throwable fault) {
		// One that meets the end of the wait for it is no news to anybody.
		fail(fault);
	}

	private boolean fail(Throwable fault) {
		// Before the place in flight is given to the next call.
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
		try {
			outcome.run();
		}
		finally {
			this.admission.finished(this.scheduler.now(TimeUnit.NANOSECONDS) - this.began);
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
				// Of a subscriber, who must not stop the calls of others.
				if (!GuardedOperationFetcher.tell(this.sink.contextView(), ex)) {
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
		end(() -> {
			Subscription subscription = this.exchange;
			// One that is still to come finds that this is over.
			if (subscription != null) {
				subscription.cancel();
			}
		});
	}

	@Override
	public int compareTo(AdmittedCall<?> other) {
		int byDue = Long.compare(this.turn.due(), other.turn.due());
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
