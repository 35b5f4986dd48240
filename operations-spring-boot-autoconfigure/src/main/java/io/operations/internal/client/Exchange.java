package io.operations.internal.client;

import java.net.URI;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.operations.OperationSnapshot;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.Logger;
import reactor.util.Loggers;
import reactor.util.context.Context;

import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/**
 * Represents one HTTP exchange in flight. The first of these events ends the exchange:
 * the response, an error, the cancellation by the caller, or the deadline. This one
 * object replaces four operators and a timer, because they would make up most of the cost
 * of a fetch.
 */
final class Exchange implements CoreSubscriber<ResponseEntity<byte[]>>, Subscription {

	private static final Logger logger = Loggers.getLogger(Exchange.class);

	// Reactor's key for the consumer of errors that arrive after the end. Without a
	// consumer, Reactor logs an error. A cancelled exchange of the JDK's client always
	// fails in this way.
	private static final String ON_ERROR_DROPPED = "reactor.onErrorDropped.local";

	private final AtomicBoolean over = new AtomicBoolean();

	private final WebClientOperationFetcher fetcher;

	private final String operationId;

	private final URI uri;

	private final RequestTimeouts timeouts;

	private final CoreSubscriber<? super OperationSnapshot> caller;

	private final Context context;

	private volatile @Nullable Head head;

	private @Nullable Subscription answer;

	// Links among the exchanges in flight, guarded by the timeouts.
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
		Consumer<Throwable> late = Exchange::logLate;
		this.context = caller.currentContext().put(ON_ERROR_DROPPED, late);
	}

	private static void logLate(Throwable fault) {
		logger.debug("A request failed after it had ended. The client ignores the error.", fault);
	}

	String operationId() {
		return this.operationId;
	}

	URI uri() {
		return this.uri;
	}

	/**
	 * Note that the status and the headers of an error response have arrived.
	 * @param status the status
	 * @param headers the headers
	 */
	void head(int status, HttpHeaders headers) {
		this.head = new Head(status, headers);
	}

	/**
	 * Return the context of the caller. An error that the caller throws is not a late
	 * error of the exchange.
	 * @return the context
	 */
	Context callersContext() {
		return this.caller.currentContext();
	}

	@Override
	public Context currentContext() {
		return this.context;
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
			// Catches everything, because nobody else can notify the caller of the end.
			fail(ex);
			return;
		}
		try {
			this.caller.onNext(snapshot);
			this.caller.onComplete();
		}
		catch (Error ex) {
			FatalErrors.pass(this.context, ex);
		}
	}

	@Override
	public void onError(Throwable fault) {
		// Ignores an error that the cancellation causes.
		if (end()) {
			fail(fault);
		}
	}

	private void fail(Throwable fault) {
		try {
			this.caller.onError(this.fetcher.faults().translate(this.operationId, fault));
		}
		catch (Error ex) {
			FatalErrors.pass(this.context, ex);
		}
	}

	/**
	 * End the exchange because it could not be started.
	 * @param fault the error that the start threw
	 */
	void refuse(Throwable fault) {
		if (this.answer != null) {
			onError(fault);
		}
		else {
			Operators.error(this.caller, this.fetcher.faults().translate(this.operationId, fault));
		}
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
	 * End the exchange because its deadline has passed. If the headers of an error
	 * response have arrived, the exchange fails with that error even without its body.
	 */
	void timeOut() {
		Head known = this.head;
		leave((known != null) ? this.fetcher.faults().fault(this.operationId, known.status(), known.headers())
				: new TimeoutException());
	}

	/**
	 * End the exchange and ignore whatever the connection still receives.
	 * @param reason the error that the caller receives
	 */
	void leave(Throwable reason) {
		if (end() && this.answer != null) {
			this.answer.cancel();
			fail(reason);
		}
	}

	private boolean end() {
		boolean first = this.over.compareAndSet(false, true);
		if (first) {
			this.timeouts.remove(this);
		}
		return first;
	}

	private record Head(int status, HttpHeaders headers) {

	}

}
