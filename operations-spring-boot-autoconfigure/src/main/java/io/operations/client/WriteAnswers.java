package io.operations.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.KeyPrefix;
import io.operations.OperationsErrorResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Limits how long the body of a response to a write may take after its headers. The
 * headers name the operation that the write started, and the body may never come.
 * {@link WriteExchange} limits the time until the headers.
 *
 * @since 0.1.0
 */
public final class WriteAnswers implements ExchangeFilterFunction {

	private final Duration timeout;

	private final Scheduler scheduler;

	/**
	 * Create the filter.
	 * @param timeout how long a body may take
	 * @param scheduler the scheduler that runs the timeout
	 */
	public WriteAnswers(Duration timeout, Scheduler scheduler) {
		this.timeout = timeout;
		this.scheduler = scheduler;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		return next.exchange(request).map((response) -> {
			long deadline = now() + this.timeout.toNanos();
			return response.mutate()
				.body((body) -> bounded(body, deadline, KeyPrefix.of(request.attributes())))
				.build();
		}).onErrorMap(WriteAnswers::isRefusalOfAProxy, (fault) -> refusalOfAProxy());
	}

	// After a failed read the reader releases the body. One deadline covers both.
	private Flux<DataBuffer> bounded(Flux<DataBuffer> body, long deadline, String keyPrefix) {
		return Flux.defer(() -> {
			AtomicBoolean late = new AtomicBoolean();
			Mono<Long> end = Mono.delay(Duration.ofNanos(Math.max(0, deadline - now())), this.scheduler)
				.doOnNext((tick) -> late.set(true));
			return body.takeUntilOther(end)
				.concatWith(Mono.defer(() -> late.get() ? timedOut(keyPrefix) : Mono.empty()));
		});
	}

	private Mono<DataBuffer> timedOut(String keyPrefix) {
		return Mono.error(new TimeoutException(
				"The body of the response was not complete within " + this.timeout + " after its headers (" + keyPrefix
						+ ".http.request-timeout). Check what the request did before you repeat it."));
	}

	private long now() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

	private static boolean isRefusalOfAProxy(Throwable fault) {
		return ProxyRefusals.isOne(NestedExceptionUtils.getMostSpecificCause(fault));
	}

	private Throwable refusalOfAProxy() {
		return OperationsErrorResponse
			.of(HttpStatus.PROXY_AUTHENTICATION_REQUIRED.value(), HttpHeaders.EMPTY, Map.of(),
					Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS)))
			.toException("The write failed", null);
	}

}
