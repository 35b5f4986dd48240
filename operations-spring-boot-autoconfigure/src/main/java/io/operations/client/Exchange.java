package io.operations.client;

import java.net.URI;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.OperationSnapshot;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

import org.springframework.http.ResponseEntity;

/**
 * One exchange under way, ended by what comes first: its answer, its fault, who waits for
 * it, or its deadline. One object in place of four operators and a timer, since a fetch
 * is made of little else.
 */
final class Exchange implements CoreSubscriber<ResponseEntity<byte[]>>, Subscription {

	private final AtomicBoolean over = new AtomicBoolean();

	private final WebClientOperationFetcher fetcher;

	private final String operationId;

	private final URI uri;

	private final RequestTimeouts timeouts;

	private final CoreSubscriber<? super OperationSnapshot> caller;

	private @Nullable Subscription answer;

	// Of those under way: guarded by the timeouts.
	@Nullable Exchange previous;

	@Nullable Exchange next;

	long deadline;

	Exchange(WebClientOperationFetcher fetcher, String operationId, URI uri, RequestTimeouts timeouts,
			CoreSubscriber<? super OperationSnapshot> caller) {
		this.fetcher = fetcher;
		this.operationId = operationId;
		this.uri = uri;
		this.timeouts = timeouts;
		this.caller = caller;
	}

	@Override
	public Context currentContext() {
		return this.caller.currentContext();
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		if (Operators.validate(this.answer, subscription)) {
			this.answer = subscription;
			this.timeouts.add(this);
			this.caller.onSubscribe(this);
		}
	}

	@Override
	public void onNext(ResponseEntity<byte[]> entity) {
		if (!end()) {
			return;
		}
		OperationSnapshot snapshot;
		try {
			snapshot = this.fetcher.snapshot(this.operationId, this.uri, entity);
		}
		catch (Exception | Error ex) {
			// Whatever it is: nobody else is left to tell of the end.
			this.caller.onError(translated(ex));
			return;
		}
		this.caller.onNext(snapshot);
		this.caller.onComplete();
	}

	@Override
	public void onError(Throwable fault) {
		// What its cancelling breaks is no news to anybody.
		if (end()) {
			this.caller.onError(translated(fault));
		}
	}

	private Throwable translated(Throwable fault) {
		return (fault instanceof Exception ex) ? this.fetcher.translate(this.operationId, ex) : fault;
	}

	@Override
	public void onComplete() {
		if (end()) {
			this.caller.onComplete();
		}
	}

	@Override
	public void request(long elements) {
		if (this.answer != null) {
			this.answer.request(elements);
		}
	}

	@Override
	public void cancel() {
		if (end() && this.answer != null) {
			this.answer.cancel();
		}
	}

	/**
	 * End it because its deadline has passed.
	 */
	void timeOut() {
		if (end() && this.answer != null) {
			this.answer.cancel();
			this.caller.onError(this.fetcher.translate(this.operationId, new TimeoutException()));
		}
	}

	private boolean end() {
		boolean first = this.over.compareAndSet(false, true);
		if (first) {
			this.timeouts.remove(this);
		}
		return first;
	}

}
