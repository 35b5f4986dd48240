package io.operations.core;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationsActivity;
import io.operations.OperationsClosedException;
import io.operations.OperationsCredentials;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.OperationsProduct;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import io.operations.resilience.WriteSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.mock.http.client.reactive.MockClientHttpRequest;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.ExchangeStrategies;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests writes through the HTTP client of a template, in virtual time.
 */
class WritesTests {

	private static final String KEY = "Idempotency-Key";

	private static final Duration TIMEOUT = Duration.ofSeconds(15);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<MockClientHttpRequest> requests = new ArrayList<>();

	private final List<Mono<ClientResponse>> answers = new ArrayList<>();

	private final AtomicInteger bodies = new AtomicInteger();

	private final List<String> results = new ArrayList<>();

	private final List<Throwable> faults = new ArrayList<>();

	private final TestObservationRegistry observations = TestObservationRegistry.create();

	private @Nullable OperationsActivity activity;

	private OperationsTemplate template = template((builder) -> builder);

	private OperationsTemplate template(UnaryOperator<OperationsTemplate.Builder> change) {
		return template(change, this::exchange);
	}

	private OperationsTemplate template(UnaryOperator<OperationsTemplate.Builder> change, ExchangeFunction exchange) {
		OperationsTemplate.Builder builder = OperationsTemplate.builder(WebClient.builder().exchangeFunction(exchange))
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.requestTimeout(TIMEOUT)
			.rateLimit(new RateLimitSettings(1000, 1, 2))
			.retry(new RetrySettings(3, Duration.ofSeconds(1), 1, Duration.ofSeconds(1), Duration.ofSeconds(60),
					Set.of()))
			.observationRegistry(this.observations)
			.scheduler(this.time)
			.listener(new OperationsListener() {

				@Override
				public void opened(String client, OperationsActivity opened) {
					WritesTests.this.activity = opened;
				}

			});
		return change.apply(builder).build();
	}

	private void rebuild(UnaryOperator<OperationsTemplate.Builder> change) {
		this.template.close();
		this.template = template(change);
	}

	private void withoutKeys() {
		rebuild((builder) -> builder.writes(new WriteSettings(true, false)));
	}

	@AfterEach
	void close() {
		this.template.close();
		this.time.dispose();
	}

	@Test
	void writeWhenAccountPausesWaits() {
		rebuild((builder) -> builder.retryEnabled(false));
		answer(429, "Retry-After", "20");
		this.template.fetch("x").onErrorComplete().subscribe();
		elapse(Duration.ofSeconds(1));
		post();
		elapse(Duration.ofSeconds(18));
		assertThat(this.requests).hasSize(1);
		answer(202);
		elapse(Duration.ofSeconds(6));
		assertThat(sent(HttpMethod.POST)).hasSize(1);
		assertThat(this.results).containsExactly("202");
	}

	@Test
	void requestsWhenTooManyAreInFlightWait() {
		never();
		this.template.fetch("x").onErrorComplete().subscribe();
		post();
		this.template.getWebClient().get().uri("/v2/x").retrieve().toBodilessEntity().onErrorComplete().subscribe();
		elapse(Duration.ofSeconds(5));
		assertThat(this.requests).hasSize(1);
		assertThat(activity().queued()).isEqualTo(2);
	}

	@Test
	void writeWhenHeadersArriveReleasesItsPlace() {
		answer(202);
		answer(202);
		List<ClientResponse> unread = new ArrayList<>();
		this.template.getWebClient()
			.post()
			.uri("/v2/x")
			.exchangeToMono((response) -> Mono.fromRunnable(() -> unread.add(response)).then(Mono.never()))
			.subscribe();
		post();
		elapse(Duration.ofSeconds(1));
		assertThat(unread).hasSize(1);
		assertThat(this.results).containsExactly("202");
		assertThat(activity().inFlight()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void writeWhenThrottledIsRepeatedAfterRetryAfterUnchanged(boolean keys) {
		rebuild((builder) -> builder.writes(new WriteSettings(true, keys)));
		answer(429, "Retry-After", "20");
		answer(202);
		post();
		elapse(Duration.ofSeconds(19));
		assertThat(this.requests).hasSize(1);
		elapse(Duration.ofSeconds(6));
		assertThat(this.results).containsExactly("202");
		assertThat(this.requests).as("the same bytes")
			.hasSize(2)
			.extracting(WritesTests::body)
			.containsOnly("{\"a\":\"b\"}");
		assertThat(this.requests).extracting((request) -> request.getHeaders().getContentType())
			.containsOnly(MediaType.APPLICATION_JSON);
		assertThat(this.requests).extracting((request) -> request.getHeaders().getContentLength()).containsOnly(9L);
		assertThat(this.requests).extracting((request) -> request.getHeaders().getFirst(HttpHeaders.AUTHORIZATION))
			.doesNotContainNull();
		if (keys) {
			assertThat(keys()).hasSize(2).doesNotContainNull();
			assertThat(Set.copyOf(keys())).as("the same key").hasSize(1);
			assertThat(UUID.fromString(Objects.requireNonNull(keys().get(0))).version()).isEqualTo(7);
		}
		else {
			assertThat(keys()).containsOnlyNulls();
		}
		assertThat(this.bodies).as("the body of each response is read").hasValue(2);
	}

	@Test
	void twoWritesHaveDifferentKeys() {
		answer(202);
		answer(202);
		post();
		post();
		elapse(Duration.ofSeconds(1));
		assertThat(Set.copyOf(keys())).hasSize(2);
	}

	@ParameterizedTest
	@EnumSource
	void writeWhenProductDocumentsKeysGetsAKey(OperationsProduct product) {
		rebuild((builder) -> builder.product(product));
		answer(202);
		post();
		elapse(Duration.ofSeconds(1));
		assertThat(this.requests).hasSize(1);
		assertThat(keys().get(0) != null).isEqualTo(Set.of(OperationsProduct.CONVERSATIONS, OperationsProduct.COHORTS,
				OperationsProduct.INSIGHTS_QUERIES, OperationsProduct.VOICE_TRANSCRIPTIONS)
			.contains(product));
	}

	@ParameterizedTest
	@CsvSource({ "https://memory.twilio.com, false", "https://conversations.twilio.com, true",
			"https://gateway.example, true" })
	void writeWhenBaseUrlIsOfProductWithoutKeysGetsNoKey(String baseUrl, boolean added) {
		rebuild((builder) -> builder.baseUrl(baseUrl));
		answer(202);
		post();
		elapse(Duration.ofSeconds(1));
		assertThat(keys().get(0) != null).isEqualTo(added);
	}

	@Test
	void writeWhenCallerSetsKeyKeepsIt() {
		withoutKeys();
		answer(503);
		answer(202);
		post((request) -> request.header(KEY, "mine"));
		elapse(Duration.ofSeconds(5));
		assertThat(keys()).containsExactly("mine", "mine");
		assertThat(this.requests).allSatisfy((request) -> assertThat(request.getHeaders().get(KEY)).hasSize(1));
		assertThat(this.results).containsExactly("202");
	}

	@Test
	void writeWhenThrottledAtEachAttemptReturnsItsStatus() {
		for (int i = 0; i < 3; i++) {
			answer(429, "Retry-After", "1");
		}
		post();
		elapse(Duration.ofSeconds(30));
		assertThat(this.requests).hasSize(3);
		assertThat(fault()).isInstanceOfSatisfying(WebClientResponseException.TooManyRequests.class,
				(refusal) -> assertThat(refusal.getHeaders().getFirst("Retry-After")).isEqualTo("1"));
		assertThat(this.bodies).hasValue(3);
	}

	@Test
	void writeWhenRetryAfterIsTooLongReturnsItsStatus() {
		answer(429, "Retry-After", "61");
		post();
		elapse(Duration.ofMinutes(2));
		assertThat(this.requests).hasSize(1);
		assertThat(fault()).isInstanceOf(WebClientResponseException.TooManyRequests.class);
	}

	@Test
	void writeWhenRetriesAreDisabledIsNotRepeated() {
		rebuild((builder) -> builder.retryEnabled(false));
		answer(429);
		post();
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(fault()).isInstanceOf(WebClientResponseException.TooManyRequests.class);
	}

	@ParameterizedTest
	@ValueSource(ints = { 503, 502, 504, 408 })
	void writeWithKeyWhenStatusIsTransientIsRepeated(int status) {
		answer(status);
		answer(202);
		post();
		elapse(Duration.ofSeconds(5));
		assertThat(this.results).containsExactly("202");
		assertThat(Set.copyOf(keys())).hasSize(1).doesNotContainNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { 500, 400, 409, 422, 401, 404 })
	void writeWhenStatusIsNotTransientIsNotRepeated(int status) {
		answer(status);
		post();
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(fault()).isInstanceOfSatisfying(WebClientResponseException.class,
				(refusal) -> assertThat(refusal.getStatusCode().value()).isEqualTo(status));
	}

	@ParameterizedTest
	@ValueSource(ints = { 503, 500 })
	void writeWithoutKeyWhenFateIsUnknownFailsAndSaysWhy(int status) {
		withoutKeys();
		answer(status);
		accept();
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(fault()).isInstanceOf(OperationsUnavailableException.class)
			.hasMessageContaining("HTTP " + status)
			.hasMessageContaining("may have had its effect")
			.hasMessageContaining("does not repeat it, because it has no Idempotency-Key")
			.hasMessageContaining("operations.writes.idempotency-key=true");
	}

	@Test
	void writeWithKeyWhenEachAttemptFailsNamesItsKey() {
		for (int i = 0; i < 3; i++) {
			answer(503);
		}
		accept();
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(3);
		assertThat(fault()).isInstanceOf(OperationsUnavailableException.class)
			.hasMessageContaining("Idempotency-Key '" + keys().get(0) + "'")
			.hasMessageNotContaining("has no Idempotency-Key");
	}

	@Test
	void writeWhenConflictNamesTheResourceInTheWay() {
		answer(409, "X-Conflicting-Resource-Id", "cfg_1");
		accept();
		elapse(Duration.ofSeconds(1));
		assertThat(fault())
			.isInstanceOfSatisfying(OperationsRequestException.class,
					(conflict) -> assertThat(conflict.getConflictingResourceId()).isEqualTo("cfg_1"))
			.hasMessageContaining("cfg_1");
	}

	@Test
	void writeWithoutKeyWhenConnectionBreaksFailsAndSaysWhy() {
		withoutKeys();
		fail(new IOException("Connection reset"));
		post();
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(fault()).isInstanceOf(OperationsUnavailableException.class)
			.hasMessageContaining("POST /v2/x")
			.hasMessageContaining("Connection reset")
			.hasMessageContaining("does not repeat it, because it has no Idempotency-Key");
		assertThat(((OperationsException) fault()).isTransient()).isTrue();
	}

	@Test
	void writeWithKeyWhenConnectionBreaksIsRepeated() {
		fail(new IOException("Connection reset"));
		answer(202);
		post();
		elapse(Duration.ofSeconds(5));
		assertThat(this.results).containsExactly("202");
		assertThat(Set.copyOf(keys())).hasSize(1).doesNotContainNull();
	}

	@Test
	void writeWithoutKeyWhenConnectFailsIsRepeated() {
		withoutKeys();
		fail(new ConnectException("Connection refused"));
		answer(202);
		post();
		elapse(Duration.ofSeconds(5));
		assertThat(this.results).containsExactly("202");
	}

	@Test
	void writeWhenEachConnectFailsSaysNothingWasSent() {
		for (int i = 0; i < 3; i++) {
			fail(new ConnectException("Connection refused"));
		}
		post();
		elapse(Duration.ofSeconds(5));
		assertThat(this.requests).hasSize(3);
		assertThat(fault()).isInstanceOf(OperationsUnavailableException.class)
			.hasMessageContaining("The request was not sent")
			.hasMessageNotContaining("effect");
	}

	@Test
	void writeWithoutAnswerTimesOutAndReleasesItsPlace() {
		withoutKeys();
		never();
		post();
		elapse(TIMEOUT.minusSeconds(1));
		assertThat(this.faults).isEmpty();
		elapse(Duration.ofSeconds(2));
		assertThat(fault()).isInstanceOf(OperationsUnavailableException.class)
			.hasMessageContaining("15s (operations.http.request-timeout)")
			.hasMessageContaining("has no Idempotency-Key");
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(activity().inFlight()).isZero();
	}

	@Test
	void writeWithKeyWhenNoAnswerArrivesIsRepeated() {
		never();
		answer(202);
		post();
		elapse(TIMEOUT.plusSeconds(5));
		assertThat(this.results).containsExactly("202");
	}

	@Test
	void requestTimeoutDoesNotIncludeTimeInTheQueue() {
		answer(429, "Retry-After", "50");
		this.template.fetch("x").onErrorComplete().subscribe();
		elapse(Duration.ofSeconds(1));
		post();
		elapse(Duration.ofSeconds(40));
		assertThat(this.faults).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "GET, 503", "GET, 429", "HEAD, 503" })
	void readIsRepeatedWithoutAKey(String method, int status) {
		answer(status);
		answer(200);
		this.template.getWebClient()
			.method(HttpMethod.valueOf(method))
			.uri("/v2/x")
			.retrieve()
			.toBodilessEntity()
			.map((entity) -> entity.getStatusCode().toString())
			.subscribe(this.results::add, this.faults::add);
		elapse(Duration.ofSeconds(5));
		assertThat(this.results).hasSize(1);
		assertThat(keys()).containsOnlyNulls();
	}

	@Test
	void bodyWhenReadableOnlyOnceIsRepeatedFromItsCopy() {
		AtomicInteger subscriptions = new AtomicInteger();
		Flux<DataBuffer> once = Flux.defer(() -> (subscriptions.incrementAndGet() == 1) ? parts("a", "b", "c")
				: Flux.error(new IllegalStateException("read twice")));
		answer(429);
		answer(202);
		post((request) -> request.body(once, DataBuffer.class));
		elapse(Duration.ofSeconds(5));
		assertThat(this.results).containsExactly("202");
		assertThat(this.requests).extracting(WritesTests::body).containsExactly("abc", "abc");
		assertThat(subscriptions).hasValue(1);
	}

	@Test
	void writeWhenBodyIsTooLargeForCopyIsNotRepeated() {
		answer(429);
		post((request) -> request.body(parts("x".repeat(200_000), "x".repeat(100_000)), DataBuffer.class));
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(body(this.requests.get(0))).hasSize(300_000);
		assertThat(fault()).isInstanceOf(WebClientResponseException.TooManyRequests.class);
	}

	@Test
	void writeWhenBodyIsFlushedInPartsIsNotRepeated() {
		answer(429);
		post((request) -> request.contentType(MediaType.APPLICATION_NDJSON)
			.body(Flux.just(Map.of("a", 1), Map.of("a", 2)), Map.class));
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(fault()).isInstanceOf(WebClientResponseException.TooManyRequests.class);
	}

	@Test
	void writeWhenBodyBreaksHalfwayIsNotRepeated() {
		post((request) -> request.body(parts("a").concatWith(Flux.error(new IllegalStateException("broken"))),
				DataBuffer.class));
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(this.faults).hasSize(1);
		assertThat(activity().inFlight()).isZero();
	}

	@Test
	void writeWhenQueueIsFullIsRefused() {
		never();
		this.template.fetch("x").onErrorComplete().subscribe();
		this.template.fetch("y").onErrorComplete().subscribe();
		this.template.fetch("z").onErrorComplete().subscribe();
		post();
		assertThat(fault())
			.isInstanceOfSatisfying(OperationsThrottledException.class,
					(refusal) -> assertThat(refusal.isLocal()).isTrue())
			.hasMessageContaining("The write 'POST /v2/x' was not sent")
			.hasMessageContaining("operations.rate-limit.max-queued");
	}

	@Test
	void writeWhenTemplateIsClosedIsRefused() {
		this.template.close();
		post();
		assertThat(fault()).isInstanceOf(OperationsClosedException.class);
		assertThat(this.requests).isEmpty();
	}

	@Test
	void unadmittedWriteWhenTemplateIsClosedIsRefused() {
		rebuild((builder) -> builder.writes(new WriteSettings(false, null)));
		this.template.close();
		post();
		assertThat(fault()).isInstanceOf(OperationsClosedException.class);
		assertThat(this.requests).isEmpty();
	}

	@Test
	void writeWhenClosedBeforeItsRepetitionFails() {
		answer(429, "Retry-After", "20");
		post();
		elapse(Duration.ofSeconds(1));
		assertThat(activity().retrying()).isOne();
		this.template.close();
		assertThat(fault()).isInstanceOf(OperationsClosedException.class);
	}

	@Test
	void writeWhenCancelledInQueueIsNotSent() {
		never();
		this.template.fetch("x").onErrorComplete().subscribe();
		post().dispose();
		assertThat(activity().queued()).isZero();
		assertThat(sent(HttpMethod.POST)).isEmpty();
	}

	@Test
	void writeWhenCancelledInFlightReleasesItsPlace() {
		never();
		post().dispose();
		assertThat(activity().inFlight()).isZero();
		answer(202);
		post();
		elapse(Duration.ofSeconds(1));
		assertThat(this.results).containsExactly("202");
	}

	@Test
	void writeWhenCancelledBeforeRepetitionIsNotRepeated() {
		answer(429, "Retry-After", "20");
		Disposable write = post();
		elapse(Duration.ofSeconds(1));
		write.dispose();
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(activity().retrying()).isZero();
		assertThat(this.bodies).hasValue(1);
	}

	@Test
	void responseWhenCallerCancelsBeforeReadingIsRead() {
		answer(202);
		Disposable write = this.template.getWebClient()
			.post()
			.uri("/v2/x")
			.exchangeToMono((response) -> Mono.never())
			.subscribe();
		elapse(Duration.ofSeconds(1));
		assertThat(this.bodies).hasValue(0);
		write.dispose();
		assertThat(this.bodies).hasValue(1);
	}

	@Test
	void requestToAnotherOriginPassesUnchanged() {
		this.template.fetch("x").onErrorComplete().subscribe();
		answer(429);
		post("https://elsewhere.example/v2/x", (request) -> request);
		elapse(Duration.ofMinutes(1));
		assertThat(fault()).isInstanceOf(WebClientResponseException.TooManyRequests.class);
		assertThat(sent(HttpMethod.POST)).hasSize(1)
			.allSatisfy((request) -> assertThat(request.getHeaders().headerNames()).doesNotContain(KEY,
					HttpHeaders.AUTHORIZATION));
	}

	@Test
	void unadmittedWriteIgnoresPauseIsNotRepeatedAndHasNoKey() {
		rebuild((builder) -> builder.writes(new WriteSettings(false, true)));
		answer(429, "Retry-After", "20");
		this.template.fetch("x").onErrorComplete().subscribe();
		elapse(Duration.ofSeconds(1));
		answer(429);
		post();
		elapse(Duration.ofSeconds(1));
		assertThat(fault()).isInstanceOf(WebClientResponseException.TooManyRequests.class);
		assertThat(sent(HttpMethod.POST)).hasSize(1);
		assertThat(keys()).containsOnlyNulls();
		TestObservationRegistryAssert.assertThat(this.observations)
			.hasNumberOfObservationsWithNameEqualTo("operations.write", 0);
	}

	@ParameterizedTest
	@CsvSource({ "202, success", "404, not_found", "403, denied", "429, throttled", "503, unavailable",
			"500, unavailable", "409, rejected", "302, rejected" })
	void eachAttemptIsObservedWithItsOutcome(int status, String outcome) {
		rebuild((builder) -> builder.retryEnabled(false));
		answer(status);
		post();
		elapse(Duration.ofSeconds(1));
		TestObservationRegistryAssert.assertThat(this.observations)
			.hasNumberOfObservationsWithNameEqualTo("operations.write", 1)
			.hasObservationWithNameEqualTo("operations.write")
			.that()
			.hasBeenStopped()
			.hasOnlyKeys("client", "outcome")
			.hasLowCardinalityKeyValue("client", "operations")
			.hasLowCardinalityKeyValue("outcome", outcome);
	}

	@Test
	void repetitionAndCancellationAreObserved() {
		answer(429);
		never();
		Disposable write = post();
		elapse(Duration.ofSeconds(5));
		write.dispose();
		TestObservationRegistryAssert.assertThat(this.observations)
			.hasNumberOfObservationsWithNameEqualTo("operations.write", 2)
			.hasAnObservationWithAKeyValue("outcome", "throttled")
			.hasAnObservationWithAKeyValue("outcome", "cancelled");
	}

	@Test
	void awaitWhenWriteWasRepeatedAwaitsItsOperation() {
		answer(429);
		answer(202, "Operation-Id", "op-1");
		answer(200);
		List<Operation> ends = new ArrayList<>();
		this.template.getWebClient()
			.post()
			.uri("/v2/x")
			.bodyValue("{}")
			.exchangeToMono(AcceptedOperation::from)
			.flatMap(this.template::await)
			.subscribe(ends::add);
		elapse(Duration.ofSeconds(10));
		assertThat(ends).extracting(Operation::id).containsExactly("op-1");
	}

	@Test
	void writeWhenEarlierAttemptIsUnsureAndLastIsUnsentSaysSo() {
		fail(new IOException("Connection reset"));
		fail(new ConnectException("Connection refused"));
		fail(new ConnectException("Connection refused"));
		post();
		elapse(Duration.ofSeconds(10));
		assertThat(this.requests).hasSize(3);
		assertThat(fault()).isInstanceOf(OperationsUnavailableException.class)
			.hasMessageContaining("Connection refused. The last attempt was not sent. An earlier attempt was sent.")
			.hasMessageContaining("may have had its effect")
			.hasMessageContaining("Idempotency-Key '" + keys().get(0) + "'")
			.hasMessageNotContaining("The request was not sent");
	}

	@Test
	void writeWhenEarlierAttemptIsUnsureAndQueueRefusesSaysSo() {
		fail(new IOException("Connection reset"));
		post();
		never();
		this.template.fetch("x").onErrorComplete().subscribe();
		elapse(Duration.ofMillis(100));
		assertThat(activity().inFlight()).isOne();
		this.template.fetch("y").onErrorComplete().subscribe();
		this.template.fetch("z").onErrorComplete().subscribe();
		elapse(Duration.ofSeconds(2));
		assertThat(fault())
			.isInstanceOfSatisfying(OperationsThrottledException.class,
					(refusal) -> assertThat(refusal.isLocal()).isTrue())
			.hasMessageContaining("The repetition of the write 'POST /v2/x' was not sent: ")
			.hasMessageContaining("An earlier attempt was sent. The write may have had its effect.")
			.hasMessageContaining("Idempotency-Key '" + keys().get(0) + "'");
	}

	@Test
	void writeWhenEarlierAttemptIsUnsureAndClosedSaysSo() {
		answer(503);
		post();
		elapse(Duration.ofMillis(100));
		this.template.close();
		assertThat(fault()).isInstanceOf(OperationsClosedException.class)
			.hasMessageContaining("An earlier attempt was sent. The write may have had its effect.")
			.hasMessageContaining("Idempotency-Key '" + keys().get(0) + "'");
	}

	@ParameterizedTest
	@ValueSource(ints = { 429, 409, 401, 404, 503 })
	void writeWhenEarlierAttemptIsUnsureSaysSoForEachStatus(int status) {
		fail(new IOException("Connection reset"));
		answer(status);
		answer(status);
		accept();
		elapse(Duration.ofSeconds(30));
		assertThat(fault()).hasMessageContaining("HTTP " + status)
			.hasMessageContaining("An earlier attempt was sent. The write may have had its effect.")
			.hasMessageContaining("Idempotency-Key '" + keys().get(0) + "'");
	}

	@Test
	void writeWhenThrottledAndThenUnsentHasHadNoEffect() {
		answer(429);
		fail(new ConnectException("Connection refused"));
		fail(new ConnectException("Connection refused"));
		post();
		elapse(Duration.ofSeconds(10));
		assertThat(fault()).hasMessageContaining("The request was not sent").hasMessageNotContaining("effect");
	}

	@Test
	void readWhenLastAttemptIsUnsentMentionsNoEffect() {
		fail(new IOException("Connection reset"));
		fail(new ConnectException("Connection refused"));
		fail(new ConnectException("Connection refused"));
		get().subscribe(this.results::add, this.faults::add);
		elapse(Duration.ofSeconds(10));
		assertThat(this.requests).hasSize(3);
		assertThat(fault()).hasMessageContaining("The request 'GET /v2/x' failed")
			.hasMessageContaining("The request was not sent")
			.hasMessageNotContaining("effect");
	}

	@ParameterizedTest
	@ValueSource(ints = { 408, 425 })
	void writeWithoutKeyWhenServerTimesOutSaysWhyNotRepeated(int status) {
		withoutKeys();
		answer(status);
		accept();
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
		assertThat(fault()).isInstanceOf(OperationsUnavailableException.class)
			.hasMessageContaining("HTTP " + status)
			.hasMessageContaining("does not repeat it, because it has no Idempotency-Key");
	}

	@Test
	void writeWhenAbandonedIsNotWrittenLater() {
		withoutKeys();
		List<ClientRequest> late = new ArrayList<>();
		this.template.close();
		this.template = template((builder) -> builder.writes(new WriteSettings(true, false)),
				(request) -> Mono.defer(() -> {
					late.add(request);
					return (late.size() == 1) ? Mono.never() : exchange(request);
				}));
		answer(202);
		post();
		elapse(TIMEOUT.plusSeconds(5));
		assertThat(this.results).containsExactly("202");
		MockClientHttpRequest wire = new MockClientHttpRequest(HttpMethod.POST, late.get(0).url());
		assertThat(late.get(0).writeTo(wire, ExchangeStrategies.withDefaults()).materialize().block())
			.matches((signal) -> signal != null && signal.isOnError());
	}

	@Test
	void multipartBodyWhenRepeatedKeepsItsBoundary() {
		answer(429);
		answer(202);
		post((request) -> request.contentType(MediaType.MULTIPART_FORM_DATA)
			.body(BodyInserters.fromMultipartData("a", "b")));
		elapse(Duration.ofSeconds(5));
		assertThat(this.results).containsExactly("202");
		assertThat(this.requests).hasSize(2).allSatisfy((request) -> {
			MediaType type = Objects.requireNonNull(request.getHeaders().getContentType());
			assertThat(body(request)).startsWith("--" + Objects.requireNonNull(type.getParameter("boundary")));
		});
		assertThat(Set.copyOf(this.requests.stream().map(WritesTests::body).toList())).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " " })
	void writeWhenKeyIsBlankGetsAnotherKey(String blank) {
		answer(503);
		answer(202);
		post((request) -> request.header(KEY, blank));
		elapse(Duration.ofSeconds(5));
		assertThat(this.results).containsExactly("202");
		assertThat(this.requests).hasSize(2)
			.allSatisfy((request) -> assertThat(request.getHeaders().get(KEY)).hasSize(1));
		assertThat(Set.copyOf(keys())).hasSize(1).noneMatch((key) -> key == null || key.isBlank());
	}

	@Test
	void writeWhenKeyIsBlankAndNoneIsAddedIsNotRepeated() {
		withoutKeys();
		answer(503);
		post((request) -> request.header(KEY, " "));
		elapse(Duration.ofMinutes(1));
		assertThat(this.requests).hasSize(1);
	}

	@Test
	void responseWhenBodyIsReadTwiceFails() {
		answer(202);
		this.template.getWebClient()
			.post()
			.uri("/v2/x")
			.exchangeToMono((response) -> response.bodyToMono(String.class).then(response.bodyToMono(String.class)))
			.subscribe(this.results::add, this.faults::add);
		elapse(Duration.ofSeconds(1));
		assertThat(this.results).isEmpty();
		assertThat(fault()).isInstanceOf(IllegalStateException.class).hasMessageContaining("only be consumed once");
	}

	@Test
	void readWhenBodyIsSlowButFlowsSucceeds() {
		stream("application/json", 10, Duration.ofSeconds(10));
		get().subscribe(this.results::add, this.faults::add);
		elapse(Duration.ofMinutes(2));
		assertThat(this.faults).isEmpty();
		assertThat(this.results).containsExactly("x".repeat(10));
	}

	@Test
	void readWhenBodyBringsNoDataFails() {
		stream("application/json", 2, TIMEOUT.plusSeconds(1));
		get().subscribe(this.results::add, this.faults::add);
		elapse(Duration.ofMinutes(1));
		assertThat(fault()).hasStackTraceContaining("brought no data for 15s")
			.satisfies((fault) -> assertThat(fault.getMessage()).doesNotContain("Check what the request did"));
	}

	@Test
	void writeWhenBodyFlowsForTooLongFails() {
		stream("application/json", 10, Duration.ofSeconds(10));
		this.template.getWebClient()
			.post()
			.uri("/v2/x")
			.retrieve()
			.bodyToMono(String.class)
			.subscribe(this.results::add, this.faults::add);
		elapse(Duration.ofMinutes(2));
		assertThat(fault()).hasStackTraceContaining("not complete within 15s");
	}

	@ParameterizedTest
	@CsvSource({ "/v2/x, text/event-stream", "/v2/x, text/event-stream;charset=utf-8",
			"https://elsewhere.example/v2/x, application/json" })
	void eventStreamsAndBodiesOfAnotherOriginAreNotBounded(String uri, String type) {
		stream(type, 2, Duration.ofMinutes(1));
		this.template.getWebClient()
			.post()
			.uri(uri)
			.exchangeToMono((response) -> response.body(BodyExtractors.toDataBuffers()).count())
			.subscribe((count) -> this.results.add(String.valueOf(count)), this.faults::add);
		elapse(Duration.ofMinutes(10));
		assertThat(this.faults).isEmpty();
		assertThat(this.results).containsExactly("2");
	}

	// This continuation needs a free place as a blocking one does, but it blocks no
	// thread.
	@Test
	void placeIsFreeBeforeTheCallerContinues() {
		Sinks.One<ClientResponse> coming = Sinks.one();
		this.answers.add(coming.asMono());
		answer(202);
		List<Integer> sent = new ArrayList<>();
		this.template.getWebClient().post().uri("/v2/x").exchangeToMono((response) -> {
			post();
			this.time.advanceTimeBy(Duration.ofSeconds(1));
			sent.add(this.requests.size());
			return response.releaseBody();
		}).subscribe();
		coming.tryEmitValue(ClientResponse.create(HttpStatusCode.valueOf(202)).build());
		assertThat(sent).containsExactly(2);
		assertThat(this.results).containsExactly("202");
		assertThat(activity().inFlight()).isZero();
	}

	private Mono<String> get() {
		return this.template.getWebClient().get().uri("/v2/x").retrieve().bodyToMono(String.class);
	}

	private void stream(String type, int parts, Duration interval) {
		this.answers.add(Mono.fromSupplier(() -> ClientResponse.create(HttpStatusCode.valueOf(200))
			.header("Content-Type", type)
			.body(Flux.interval(interval, this.time).take(parts).concatMap((tick) -> parts("x")))
			.build()));
	}

	private Disposable post() {
		return post((request) -> request.bodyValue(Map.of("a", "b")));
	}

	private Disposable post(Function<WebClient.RequestBodySpec, ? extends WebClient.RequestHeadersSpec<?>> body) {
		return post("/v2/x", body);
	}

	private Disposable post(String uri,
			Function<WebClient.RequestBodySpec, ? extends WebClient.RequestHeadersSpec<?>> body) {
		return body.apply(this.template.getWebClient().post().uri(uri))
			.retrieve()
			.toBodilessEntity()
			.map((entity) -> String.valueOf(entity.getStatusCode().value()))
			.subscribe(this.results::add, this.faults::add);
	}

	private void accept() {
		this.template.getWebClient()
			.post()
			.uri("/v2/x")
			.bodyValue(Map.of("a", "b"))
			.exchangeToMono(AcceptedOperation::from)
			.subscribe((accepted) -> this.results.add(accepted.id()), this.faults::add);
	}

	private Throwable fault() {
		assertThat(this.faults).hasSize(1);
		return this.faults.get(0);
	}

	private OperationsActivity activity() {
		return Objects.requireNonNull(this.activity);
	}

	private void elapse(Duration duration) {
		this.time.advanceTimeBy(duration);
	}

	private List<@Nullable String> keys() {
		List<@Nullable String> keys = new ArrayList<>();
		this.requests.forEach((request) -> keys.add(request.getHeaders().getFirst(KEY)));
		return keys;
	}

	private List<MockClientHttpRequest> sent(HttpMethod method) {
		return this.requests.stream().filter((request) -> request.getMethod().equals(method)).toList();
	}

	private static String body(MockClientHttpRequest request) {
		return Objects.requireNonNull(request.getBodyAsString().block());
	}

	private static Flux<DataBuffer> parts(String... parts) {
		return Flux.just(parts)
			.map((part) -> DefaultDataBufferFactory.sharedInstance.wrap(part.getBytes(StandardCharsets.UTF_8)));
	}

	private void answer(int status, String... headers) {
		this.answers.add(Mono.fromSupplier(() -> {
			ClientResponse.Builder answer = ClientResponse.create(HttpStatusCode.valueOf(status))
				.header("Content-Type", "application/json");
			for (int i = 0; i < headers.length; i += 2) {
				answer.header(headers[i], headers[i + 1]);
			}
			return answer.body(Flux.defer(() -> {
				this.bodies.incrementAndGet();
				return parts("{\"status\":\"COMPLETED\"}");
			})).build();
		}));
	}

	private void never() {
		this.answers.add(Mono.never());
	}

	private void fail(Exception fault) {
		this.answers.add(Mono.error(
				() -> new WebClientRequestException(fault, HttpMethod.POST, URI.create("/v2/x"), HttpHeaders.EMPTY)));
	}

	// Writes the request as a real client does.
	private Mono<ClientResponse> exchange(ClientRequest request) {
		return Mono.defer(() -> {
			MockClientHttpRequest wire = new MockClientHttpRequest(request.method(), request.url());
			this.requests.add(wire);
			Mono<ClientResponse> answer = this.answers.isEmpty() ? Mono.never() : this.answers.remove(0);
			return request.writeTo(wire, ExchangeStrategies.withDefaults())
				.then(answer)
				.map((response) -> response.mutate().request(described(wire, request)).build());
		});
	}

	private static HttpRequest described(MockClientHttpRequest wire, ClientRequest sent) {
		org.springframework.mock.http.client.MockClientHttpRequest request = new org.springframework.mock.http.client.MockClientHttpRequest(
				wire.getMethod(), wire.getURI());
		request.getHeaders().addAll(wire.getHeaders());
		request.getAttributes().putAll(sent.attributes());
		return request;
	}

}
