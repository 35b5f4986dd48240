package io.operations.internal.client;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.operations.Idempotency;
import io.operations.OperationsErrorResponse;
import io.operations.internal.KeyPrefix;
import io.operations.internal.ReadableDuration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.util.Assert;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Limits how long the body of a response to a write may take after its headers. The
 * headers name the operation that the write started, and the body may never come.
 * {@link WriteExchange} limits the time until the headers. The body of a response to a
 * read may be large, so this class limits only the time without data. It limits neither
 * event streams nor responses of another origin than that of the base URL.
 *
 * @since 0.1.0
 */
public final class WriteAnswers implements ExchangeFilterFunction {

	private final Origin origin;

	private final Duration timeout;

	private final Scheduler scheduler;

	/**
	 * Create the filter.
	 * @param baseUrl the absolute URL of the account's API
	 * @param timeout how long a body may take
	 * @param scheduler the scheduler that runs the timeout
	 */
	public WriteAnswers(URI baseUrl, Duration timeout, Scheduler scheduler) {
		Origin baseOrigin = Origin.of(baseUrl);
		Assert.notNull(baseOrigin, "'baseUrl' must be absolute");
		this.origin = baseOrigin;
		this.timeout = timeout;
		this.scheduler = scheduler;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		if (!this.origin.equals(Origin.of(request.url()))) {
			return next.exchange(request);
		}
		boolean read = Idempotency.isRead(request.method());
		return next.exchange(request)
			.map((response) -> isEventStream(response) ? response
					: bounded(response, read, KeyPrefix.of(request.attributes())))
			.onErrorMap(WriteAnswers::isRefusalOfAProxy, (fault) -> refusalOfAProxy(read));
	}

	// The header may be malformed, so it is not parsed.
	private static boolean isEventStream(ClientResponse response) {
		String type = response.headers().asHttpHeaders().getFirst(HttpHeaders.CONTENT_TYPE);
		return type != null && type.strip().toLowerCase(Locale.ROOT).startsWith(MediaType.TEXT_EVENT_STREAM_VALUE);
	}

	private ClientResponse bounded(ClientResponse response, boolean read, String keyPrefix) {
		long deadline = now() + this.timeout.toNanos();
		return response.mutate()
			.body((body) -> read ? flowing(body, keyPrefix) : bounded(body, deadline, keyPrefix))
			.build();
	}

	private Flux<DataBuffer> flowing(Flux<DataBuffer> body, String keyPrefix) {
		return body.timeout(this.timeout,
				Flux.error(() -> new TimeoutException(
						"The body of the response brought no data for " + ReadableDuration.setting(this.timeout) + " ("
								+ keyPrefix + ".http.request-timeout). Send the request again.")),
				this.scheduler);
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
		return Mono.error(new TimeoutException("The body of the response was not complete within "
				+ ReadableDuration.setting(this.timeout) + " after its headers (" + keyPrefix
				+ ".http.request-timeout). Check what the request did before you repeat it."));
	}

	private long now() {
		return this.scheduler.now(TimeUnit.NANOSECONDS);
	}

	private static boolean isRefusalOfAProxy(Throwable fault) {
		return ProxyRefusals.isOne(NestedExceptionUtils.getMostSpecificCause(fault));
	}

	private Throwable refusalOfAProxy(boolean read) {
		return OperationsErrorResponse
			.of(HttpStatus.PROXY_AUTHENTICATION_REQUIRED.value(), HttpHeaders.EMPTY, Map.of(),
					Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS)))
			.toException(read ? "The request failed" : "The write failed", null);
	}

}
