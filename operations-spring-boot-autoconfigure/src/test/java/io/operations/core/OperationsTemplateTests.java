package io.operations.core;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.AcceptedOperation;
import io.operations.MalformedOperationException;
import io.operations.Operation;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationsClosedException;
import io.operations.OperationsCredentials;
import io.operations.OperationsListener;
import io.operations.OperationsRequestException;
import io.operations.internal.core.TemplateInternals;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests the methods of {@link OperationsTemplate}: fetch, await, watch, mutate and close.
 */
class OperationsTemplateTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final AtomicInteger requests = new AtomicInteger();

	private final AtomicInteger closed = new AtomicInteger();

	private List<String> statuses = List.of("COMPLETED");

	private final OperationsTemplate template = OperationsTemplate
		.builder(WebClient.builder().exchangeFunction((request) -> answer()))
		.credentials(OperationsCredentials.of("SK1", "secret"))
		.scheduler(this.time)
		.listener(new OperationsListener() {
			@Override
			public void closed(String client) {
				OperationsTemplateTests.this.closed.incrementAndGet();
			}
		})
		.build();

	private Mono<ClientResponse> answer() {
		int request = this.requests.getAndIncrement();
		String status = this.statuses.get(Math.min(request, this.statuses.size() - 1));
		return Mono.just(ClientResponse.create(HttpStatus.OK)
			.header("Content-Type", "application/json")
			.body("{\"operationId\":\"a\",\"status\":\"" + status + "\"}")
			.build());
	}

	@AfterEach
	void close() {
		this.template.close();
		this.time.dispose();
	}

	@Test
	void fetchWhenOperationFailedEmitsItAsValue() {
		this.statuses = List.of("FAILED");
		StepVerifier.create(this.template.fetch("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(5)))
			.assertNext((operation) -> assertThat(operation.status()).isEqualTo(OperationStatus.FAILED))
			.expectComplete()
			.verify(MAX_WAIT);
	}

	@Test
	void fetchWithoutSubscriptionSendsNothing() {
		this.template.fetch("a");
		this.template.await("a");
		this.template.watch("a");
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.requests).hasValue(0);
	}

	@Test
	void awaitWhenOperationIsCompletedEmitsOnlyThat() {
		this.statuses = List.of("PENDING", "RUNNING", "COMPLETED");
		StepVerifier.create(this.template.await("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(2)))
			.assertNext((operation) -> assertThat(operation.status()).isEqualTo(OperationStatus.COMPLETED))
			.expectComplete()
			.verify(MAX_WAIT);
	}

	@Test
	void awaitWhenCallerNamesKindPlansPollsForIt() {
		Set<String> kinds = new HashSet<>();
		OperationsTemplate planned = this.template.mutate().name("planned").schedule((state) -> {
			kinds.add(String.valueOf(state.kind()));
			return Duration.ofSeconds(1);
		}).build();
		this.statuses = List.of("RUNNING", "COMPLETED");
		StepVerifier.create(planned.await("a", "import", Duration.ofMinutes(1)))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.expectNextCount(1)
			.expectComplete()
			.verify(MAX_WAIT);
		planned.close();
		assertThat(kinds).containsExactly("import");
	}

	@Test
	void watchWhenAcceptedHasRetryAfterPollsAfterIt() {
		AcceptedOperation accepted = new AcceptedOperation("a", null, Duration.ofSeconds(30), Map.of());
		this.statuses = List.of("COMPLETED");
		StepVerifier.create(this.template.watch(accepted))
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(30).minusMillis(1)))
			.then(() -> assertThat(this.requests).hasValue(0))
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(10)))
			.expectNextCount(1)
			.expectComplete()
			.verify(MAX_WAIT);
	}

	@Test
	void awaitWhenOperationFailedFailsAndCarriesIt() {
		this.statuses = List.of("FAILED");
		StepVerifier.create(this.template.await("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(OperationFailedException.class,
					(failed) -> assertThat(failed.getOperation().status()).isEqualTo(OperationStatus.FAILED)))
			.verify(MAX_WAIT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "CANCELLED", "CANCELED", "canceled", " Canceled\\n" })
	void awaitWhenOperationIsCancelledFailsAndCarriesIt(String word) {
		this.statuses = List.of(word);
		StepVerifier.create(this.template.await("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(OperationCancelledException.class,
					(cancelled) -> assertThat(cancelled.getOperation().status()).isEqualTo(OperationStatus.CANCELLED)))
			.verify(MAX_WAIT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "COMPLETED", "FAILED", "CANCELLED" })
	void watchEmitsEachChangeAndCompletesAfterTheLast(String last) {
		this.statuses = List.of("PENDING", "PENDING", "RUNNING", "RUNNING", last);
		StepVerifier.create(this.template.watch("a").map((operation) -> operation.status().name()))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(5)))
			.expectNext("PENDING", "RUNNING", last)
			.expectComplete()
			.verify(MAX_WAIT);
	}

	@Test
	void watchAcceptsTheTimeoutsOfAwait() {
		this.statuses = List.of("RUNNING");
		Duration timeout = Duration.ofSeconds(3);
		AcceptedOperation accepted = new AcceptedOperation("a", null, null, Map.of());
		for (Flux<Operation> watched : List.of(this.template.watch("a", timeout),
				this.template.watch("a", "import", timeout), this.template.watch(accepted, timeout))) {
			StepVerifier.create(watched.map(Operation::statusText))
				.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(5)))
				.expectNext("RUNNING")
				.expectError(OperationTimeoutException.class)
				.verify(MAX_WAIT);
		}
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.watch("a", Duration.ZERO));
	}

	@Test
	void watchWhenStatusIsCanceledWithOneLCompletes() {
		this.statuses = List.of("PROCESSING", "Processing ", "CANCELED");
		StepVerifier.create(this.template.watch("a").map(Operation::statusText))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(5)))
			.expectNext("PROCESSING", "CANCELED")
			.expectComplete()
			.verify(MAX_WAIT);
	}

	@Test
	void awaitWhenAnswersHaveNoStatusNamesThemInTimeout() {
		this.statuses = List.of("RUNNING", " ");
		StepVerifier.create(this.template.await("a", Duration.ofMinutes(1)))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(2)))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(OperationTimeoutException.class)
				.hasCauseInstanceOf(MalformedOperationException.class)
				.hasMessageContaining("was RUNNING")
				.hasMessageContaining("it has no status"))
			.verify(MAX_WAIT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-1S", "PT8760H0.001S" })
	void awaitWhenTimeoutIsOutOfRangeThrows(Duration timeout) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.await("a", timeout))
			.withMessageContaining("365 days");
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0.000000001S", "PT8760H" })
	void awaitWhenTimeoutIsAtTheEdgeOfItsRangeIsAccepted(Duration timeout) {
		assertThat(this.template.await("a", timeout)).isNotNull();
	}

	@Test
	void closeFailsWaitsAndSendsNothingAfterwards() {
		this.statuses = List.of("RUNNING");
		StepVerifier.create(this.template.await("a"))
			.then(() -> this.time.advanceTimeBy(Duration.ofSeconds(5)))
			.then(this.template::close)
			.expectError(OperationsClosedException.class)
			.verify(MAX_WAIT);
		int sent = this.requests.get();
		assertThat(sent).isPositive();
		StepVerifier.create(this.template.fetch("b")).expectError(OperationsClosedException.class).verify(MAX_WAIT);
		StepVerifier.create(this.template.await("b")).expectError(OperationsClosedException.class).verify(MAX_WAIT);
		this.time.advanceTimeBy(Duration.ofMinutes(10));
		assertThat(this.requests).hasValue(sent);
	}

	@Test
	void closeWhenCalledTwiceNotifiesOnce() {
		this.template.close();
		this.template.close();
		assertThat(this.closed).hasValue(1);
	}

	@Test
	void probeWhenTemplateIsClosedIsNotSent() {
		this.template.close();
		StepVerifier.create(TemplateInternals.of(this.template).probe())
			.expectError(OperationsClosedException.class)
			.verify(MAX_WAIT);
		assertThat(this.requests).hasValue(0);
	}

	@Test
	void fetchWhenIdIsInvalidFailsBeforeItQueues() {
		StepVerifier.create(this.template.fetch("a\nb")).expectError(OperationsRequestException.class).verify(MAX_WAIT);
		assertThat(this.requests).hasValue(0);
	}

	@Test
	void mutateWithoutItsOwnNameFails() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.template.mutate().build())
			.withMessageContaining("'name' must be set");
	}

	@Test
	void mutatedTemplateWhenOriginIsClosedStaysOpen() {
		try (OperationsTemplate second = this.template.mutate().name("second").build()) {
			this.template.close();
			StepVerifier.create(second.await("a"))
				.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
				.expectNextCount(1)
				.expectComplete()
				.verify(MAX_WAIT);
		}
	}

	@Test
	void buildWithoutCredentialsFails() {
		assertThatIllegalArgumentException().isThrownBy(() -> OperationsTemplate.builder(WebClient.builder()).build())
			.withMessageContaining("'credentials'");
	}

	@Test
	void buildWhenBaseUrlIsInsecureFails() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.template.mutate().name("b").baseUrl("http://api.example.com").build())
			.withMessageContaining("send the credentials unencrypted");
	}

	@Test
	void writeWhenBodyNeverArrivesReadsHeadersAtTimeout() {
		WebClient client = OperationsTemplate
			.builder(WebClient.builder()
				.exchangeFunction((request) -> Mono.just(ClientResponse.create(HttpStatus.ACCEPTED)
					.header("Operation-Id", "a")
					.body(Flux.<DataBuffer>never())
					.build())))
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.requestTimeout(Duration.ofSeconds(7))
			.scheduler(this.time)
			.build()
			.getWebClient();
		CompletableFuture<@Nullable AcceptedOperation> write = client.post()
			.uri("/x")
			.exchangeToMono(AcceptedOperation::from)
			.toFuture();
		this.time.advanceTimeBy(Duration.ofMillis(6999));
		assertThat(write).isNotDone();
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertThat(Objects.requireNonNull(write.join()).id()).isEqualTo("a");
	}

	@Test
	void fetchWhenIdIsNullFailsAtOnce() {
		assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> this.template.fetch(nothing()));
		assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> this.template.await(nothing()));
		assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> this.template.watch(nothing()));
	}

	@SuppressWarnings("NullAway")
	private static String nothing() {
		return null;
	}

}
