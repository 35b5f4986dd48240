package io.operations.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.OperationsActivity;
import io.operations.OperationsCredentials;
import io.operations.OperationsListener;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.util.RaceTestUtils;

import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests many threads that write, receive responses and cancel at the same time.
 */
class WriteRaceTests {

	private static final int THREADS = 8;

	private static final int WRITES = 500;

	private static final int ROUNDS = 5_000;

	private static final Duration MAX_WAIT = Duration.ofSeconds(60);

	private final AtomicInteger arrived = new AtomicInteger();

	private final AtomicInteger read = new AtomicInteger();

	private @Nullable OperationsActivity activity;

	private volatile Mono<ClientResponse> answer = Mono.empty();

	private final OperationsTemplate template = OperationsTemplate
		.builder(WebClient.builder().exchangeFunction(this::exchange))
		.credentials(OperationsCredentials.of("SK1", "secret"))
		.rateLimit(new RateLimitSettings(100_000, 5, THREADS * WRITES))
		.retry(new RetrySettings(3, Duration.ofMillis(1), 1, Duration.ofMillis(1), Duration.ofSeconds(60), Set.of()))
		.listener(new OperationsListener() {

			@Override
			public void opened(String client, OperationsActivity opened) {
				WriteRaceTests.this.activity = opened;
			}

		})
		.build();

	@AfterEach
	void close() {
		this.template.close();
	}

	@Test
	void writesWhenCallersRaceLeaveNoPlaceAndNoBodyBehind() {
		Random random = new Random(1);
		this.answer = Mono.defer(() -> {
			HttpStatus status = (random.nextInt(4) == 0) ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.ACCEPTED;
			Mono<ClientResponse> response = Mono.just(status).map(this::response);
			return (random.nextInt(2) == 0) ? response : response.delaySubscription(Duration.ofMillis(1));
		});
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		AtomicInteger kept = new AtomicInteger();
		AtomicInteger ended = new AtomicInteger();
		for (int thread = 0; thread < THREADS; thread++) {
			Random own = new Random(thread);
			executor.execute(() -> writeAtRandom(own, kept, ended));
		}
		executor.shutdown();
		Awaitility.await().atMost(MAX_WAIT).until(executor::isTerminated);
		Awaitility.await().atMost(MAX_WAIT).untilAsserted(() -> {
			assertThat(ended.get()).isEqualTo(kept.get());
			assertThat(activity().queued()).isZero();
			assertThat(activity().retrying()).isZero();
			assertThat(activity().inFlight()).isZero();
			assertThat(this.read.get()).isEqualTo(this.arrived.get());
		});
		assertThat(this.arrived.get()).isPositive();
	}

	@Test
	void responseWhenCallerCancelsMeanwhileIsRead() {
		for (int i = 0; i < ROUNDS; i++) {
			Sinks.One<HttpStatus> coming = Sinks.one();
			this.answer = coming.asMono().map(this::response);
			Disposable write = write();
			int before = this.arrived.get();
			RaceTestUtils.race(() -> coming.tryEmitValue(HttpStatus.ACCEPTED), write::dispose);
			assertThat(activity().inFlight()).as("round %s", i).isZero();
			assertThat(this.read.get()).as("round %s", i).isEqualTo(this.arrived.get());
			assertThat(this.arrived.get() - before).isLessThanOrEqualTo(1);
		}
	}

	@Test
	void responseWhenCallerCancelsJustBeforeIsRead() {
		BaseSubscriber<Object> caller = new BaseSubscriber<>() {

		};
		// Not a supplier, which would itself discard the response.
		this.answer = Mono.just(HttpStatus.ACCEPTED).map(this::response).doOnNext((response) -> caller.dispose());
		this.template.getWebClient()
			.delete()
			.uri("/v2/x")
			.retrieve()
			.toBodilessEntity()
			.cast(Object.class)
			.subscribe(caller);
		assertThat(this.arrived).hasValue(1);
		assertThat(this.read).hasValue(1);
	}

	private void writeAtRandom(Random random, AtomicInteger kept, AtomicInteger ended) {
		List<Disposable> fickle = new ArrayList<>();
		for (int i = 0; i < WRITES; i++) {
			if (random.nextInt(3) == 0) {
				fickle.add(write());
			}
			else {
				kept.incrementAndGet();
				write(ended::incrementAndGet);
			}
			if (random.nextInt(20) == 0) {
				fickle.forEach(Disposable::dispose);
			}
		}
		fickle.forEach(Disposable::dispose);
	}

	private Disposable write() {
		return write(() -> {
		});
	}

	private Disposable write(Runnable end) {
		return this.template.getWebClient()
			.delete()
			.uri("/v2/x")
			.retrieve()
			.toBodilessEntity()
			.subscribe((entity) -> end.run(), (fault) -> end.run());
	}

	private OperationsActivity activity() {
		return Objects.requireNonNull(this.activity);
	}

	private ClientResponse response(HttpStatus status) {
		this.arrived.incrementAndGet();
		return ClientResponse.create(status).body(Flux.defer(() -> {
			this.read.incrementAndGet();
			return Flux.empty();
		})).build();
	}

	private Mono<ClientResponse> exchange(ClientRequest request) {
		return Mono.defer(() -> this.answer);
	}

}
