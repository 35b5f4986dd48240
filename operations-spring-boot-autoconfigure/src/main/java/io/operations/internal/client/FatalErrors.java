package io.operations.internal.client;

import java.util.function.Consumer;

import io.operations.OperationFetcher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.util.context.Context;

import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * Handles errors of the JVM that a consumer of a response throws. Reactor does not signal
 * these errors, so the caller would wait forever. This class passes them to the guard of
 * the fetch instead. The guard is in the Reactor context, under the key
 * {@code OperationFetcher.class}.
 */
final class FatalErrors {

	private FatalErrors() {
	}

	/**
	 * Pass an error to the guard of the fetch.
	 * @param context the context of the fetch
	 * @param fault the error, which this method throws if the fetch has no guard
	 */
	static void pass(Context context, Error fault) {
		Consumer<Throwable> guard = context.getOrDefault(OperationFetcher.class, null);
		if (guard == null) {
			throw fault;
		}
		guard.accept(fault);
	}

	/**
	 * Catch the errors that the filters of the client throw when a response arrives.
	 * @param answer the response
	 * @return the same response
	 */
	static Mono<ClientResponse> caught(Mono<ClientResponse> answer) {
		return new MonoOperator<>(answer) {

			@Override
			public void subscribe(CoreSubscriber<? super ClientResponse> filters) {
				this.source.subscribe(new Catching(filters));
			}

		};
	}

	private record Catching(CoreSubscriber<? super ClientResponse> filters) implements CoreSubscriber<ClientResponse> {

		@Override
		public Context currentContext() {
			return this.filters.currentContext();
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			this.filters.onSubscribe(subscription);
		}

		@Override
		public void onNext(ClientResponse answer) {
			caught(() -> this.filters.onNext(answer));
		}

		@Override
		public void onError(Throwable fault) {
			caught(() -> this.filters.onError(fault));
		}

		@Override
		public void onComplete() {
			caught(this.filters::onComplete);
		}

		private void caught(Runnable signal) {
			try {
				signal.run();
			}
			catch (Error ex) {
				pass(currentContext(), ex);
			}
		}

	}

}
