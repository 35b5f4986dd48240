package io.operations.internal.resilience;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsUnavailableException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Ends an attempt with an {@link OperationsException} if an error of the JVM broke it,
 * for instance a missing class. Reactor throws these errors instead of signalling them,
 * so the caller would wait forever.
 *
 * @since 0.1.0
 */
public final class GuardedOperationFetcher implements OperationFetcher {

	private final OperationFetcher next;

	private final String client;

	private final OperationsListener listener;

	/**
	 * Create the fetcher.
	 * @param next the attempt as a whole, including decorators
	 * @param client the name of the client
	 * @param listener the listener for errors that it would otherwise not receive
	 */
	public GuardedOperationFetcher(OperationFetcher next, String client, OperationsListener listener) {
		this.next = next;
		this.client = client;
		this.listener = listener;
	}

	@Override
	public Mono<OperationSnapshot> fetch(String operationId) {
		return new Mono<>() {

			@Override
			public void subscribe(CoreSubscriber<? super OperationSnapshot> caller) {
				Guard guard = new Guard(GuardedOperationFetcher.this, operationId, caller);
				try {
					GuardedOperationFetcher.this.next.fetch(operationId).subscribe(guard);
				}
				catch (RuntimeException | Error ex) {
					guard.accept(ex);
				}
			}

		};
	}

	/**
	 * Pass an error to the guard of an attempt.
	 * @param context the context of the attempt
	 * @param fault the error
	 * @return {@code true} if a guard received the error
	 */
	static boolean pass(ContextView context, Throwable fault) {
		Consumer<Throwable> guard = context.getOrDefault(OperationFetcher.class, null);
		if (guard != null && fault instanceof Error) {
			guard.accept(fault);
			return true;
		}
		return false;
	}

	private Throwable signalled(String operationId, Throwable fault) {
		if (!(fault instanceof Error error)) {
			return fault;
		}
		OperationsUnavailableException broken = OperationsUnavailableException.broken(operationId, error);
		this.listener.failed(this.client, operationId, broken);
		return broken;
	}

	private static final class Guard implements CoreSubscriber<OperationSnapshot>, Subscription, Consumer<Throwable> {

		private final AtomicBoolean over = new AtomicBoolean();

		private final GuardedOperationFetcher fetcher;

		private final String operationId;

		private final CoreSubscriber<? super OperationSnapshot> caller;

		private final Context context;

		private volatile @Nullable Subscription attempt;

		Guard(GuardedOperationFetcher fetcher, String operationId, CoreSubscriber<? super OperationSnapshot> caller) {
			this.fetcher = fetcher;
			this.operationId = operationId;
			this.caller = caller;
			// The client finds the guard under this key.
			this.context = caller.currentContext().put(OperationFetcher.class, this);
		}

		@Override
		public Context currentContext() {
			return this.context;
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			if (Operators.validate(this.attempt, subscription)) {
				this.attempt = subscription;
				this.caller.onSubscribe(this);
			}
		}

		@Override
		public void onNext(OperationSnapshot snapshot) {
			if (!this.over.compareAndSet(false, true)) {
				return;
			}
			try {
				this.caller.onNext(snapshot);
				this.caller.onComplete();
			}
			catch (Error ex) {
				// The caller's code threw it, and Reactor does not signal it.
				this.caller.onError(this.fetcher.signalled(this.operationId, ex));
			}
		}

		@Override
		public void onError(Throwable fault) {
			if (this.over.compareAndSet(false, true)) {
				this.caller.onError(this.fetcher.signalled(this.operationId, fault));
			}
		}

		@Override
		public void onComplete() {
			if (this.over.compareAndSet(false, true)) {
				this.caller.onComplete();
			}
		}

		/**
		 * End the attempt because of an error that Reactor does not signal.
		 * @param fault the error
		 */
		@Override
		public void accept(Throwable fault) {
			if (!this.over.compareAndSet(false, true)) {
				Operators.onErrorDropped(fault, this.caller.currentContext());
				return;
			}
			Throwable signalled = this.fetcher.signalled(this.operationId, fault);
			Subscription subscription = this.attempt;
			if (subscription == null) {
				Operators.error(this.caller, signalled);
				return;
			}
			subscription.cancel();
			this.caller.onError(signalled);
		}

		@Override
		public void request(long elements) {
			Subscription subscription = this.attempt;
			if (subscription != null) {
				subscription.request(elements);
			}
		}

		@Override
		public void cancel() {
			Subscription subscription = this.attempt;
			if (this.over.compareAndSet(false, true) && subscription != null) {
				subscription.cancel();
			}
		}

	}

}
