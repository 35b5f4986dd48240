package io.operations.client;

import java.util.function.Consumer;

import io.operations.OperationFetcher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.util.context.Context;

import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * Errors of the JVM that are thrown by what an answer is handed to. Reactor does not
 * signal these, so that whoever waits for the answer would wait for ever: who guards the
 * fetch is told instead, found in the context under the type of what is guarded.
 */
final class FatalErrors {

	private FatalErrors() {
	}

	/**
	 * Tell who guards the fetch.
	 * @param context the context of the fetch
	 * @param fault what was thrown, thrown again if nobody guards the fetch
	 */
	static void tell(Context context, Error fault) {
		Consumer<Throwable> guard = context.getOrDefault(OperationFetcher.class, null);
		if (guard == null) {
			throw fault;
		}
		guard.accept(fault);
	}

	/**
	 * Catch what the filters of the client throw when an answer comes.
	 * @param answer the answer
	 * @return the same answer
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
				tell(currentContext(), ex);
			}
		}

	}

}
