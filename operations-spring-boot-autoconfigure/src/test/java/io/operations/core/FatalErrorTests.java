package io.operations.core;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import io.operations.Operation;
import io.operations.OperationFetcherDecorator;
import io.operations.OperationSnapshot;
import io.operations.OperationsActivity;
import io.operations.OperationsCredentials;
import io.operations.OperationsListener;
import io.operations.OperationsUnavailableException;
import io.operations.RawServer;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.polling.HeldPoll;
import io.operations.internal.polling.PolledOperation;
import io.operations.internal.polling.Poller;
import io.operations.internal.polling.PollingTarget;
import io.operations.observation.OperationsLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests errors of the JVM during a fetch. Reactor throws these errors instead of
 * signalling them.
 */
@ExtendWith(OutputCaptureExtension.class)
class FatalErrorTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final List<Throwable> faults = new CopyOnWriteArrayList<>();

	private final RawServer server = new RawServer(
			(request, out) -> out.send(RawServer.answer("200 OK", "{\"operationId\":\"x\",\"status\":\"RUNNING\"}")));

	private @Nullable OperationsActivity activity;

	private @Nullable OperationsTemplate template;

	@AfterEach
	void close() throws IOException {
		if (this.template != null) {
			this.template.close();
		}
		this.server.close();
	}

	@ParameterizedTest
	@EnumSource
	void fetchWhenAnErrorIsThrownFailsWithIt(Place place) {
		CompletableFuture<?> fetch = template(place).fetch("x").toFuture();
		assertBroken(fetch);
		assertNothingIsLeft();
		assertThat(this.faults).hasSize(1).allMatch((fault) -> fault.getCause() instanceof Error);
	}

	@ParameterizedTest
	@EnumSource
	void waitsWhenAnErrorIsThrownFailWithIt(Place place) {
		OperationsTemplate template = template(place);
		CompletableFuture<?> first = template.await("x").toFuture();
		CompletableFuture<?> second = template.await("x").toFuture();
		CompletableFuture<?> third = template.watch("x").collectList().toFuture();
		assertBroken(first);
		assertBroken(second);
		assertBroken(third);
		assertNothingIsLeft();
	}

	@ParameterizedTest
	@EnumSource
	void trackedPollWhenAnErrorIsThrownFailsWithIt(Place place) {
		Poller poller = TemplateInternals.of(template(place)).polls().poller();
		Tracked tracked = new Tracked(poller.number());
		poller.hold(tracked, new HeldPoll.Next(0, false), true);
		poller.dispatch();
		assertBroken(tracked.seen);
		assertNothingIsLeft();
	}

	@ParameterizedTest
	@EnumSource(names = { "FILTER", "FILTER_ON_ANSWER", "CONNECTOR" })
	void probeWhenAnErrorIsThrownFailsWithIt(Place place) {
		assertBroken(TemplateInternals.of(template(place)).probe().toFuture());
	}

	@Test
	void fetchWhenMappingThrowsAnErrorFailsTheCaller() {
		this.template = OperationsTemplate.builder(WebClient.builder())
			.name("mapped")
			.baseUrl(this.server.url().toString())
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.build();
		assertBroken(this.template.fetch("x").map((operation) -> {
			throw broken();
		}).toFuture());
	}

	@Test
	void errorWhenItRepeatsIsLoggedOnce(CapturedOutput output) {
		OperationsTemplate template = template(Place.FILTER_ON_ANSWER);
		for (int i = 0; i < 4; i++) {
			assertBroken(template.fetch("x").toFuture());
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains(" ERROR "))).singleElement()
			.asString()
			.contains("NoClassDefFoundError: io/lost/Type");
	}

	private OperationsTemplate template(Place place) {
		this.template = place
			.on(OperationsTemplate
				.builder(place.on(WebClient.builder().clientConnector(new ReactorClientHttpConnector()))))
			.baseUrl(this.server.url().toString())
			.credentials(OperationsCredentials.of("SK1", "secret"))
			.listener(new OperationsLog())
			.listener(new OperationsListener() {

				@Override
				public void opened(String client, OperationsActivity activity) {
					FatalErrorTests.this.activity = activity;
				}

				@Override
				public void failed(String client, String operationId, Throwable fault) {
					FatalErrorTests.this.faults.add(fault);
				}

			})
			.build();
		return this.template;
	}

	private static void assertBroken(CompletableFuture<?> future) {
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> future.get(10, TimeUnit.SECONDS))
			.havingCause()
			.isInstanceOfSatisfying(OperationsUnavailableException.class,
					(failure) -> assertThat(failure.isTransient()).isFalse())
			.withMessageContaining("An error in this application ended the request for operation '")
			.havingRootCause()
			.isInstanceOf(Error.class);
	}

	private void assertNothingIsLeft() {
		OperationsActivity activity = Objects.requireNonNull(this.activity);
		await().atMost(MAX_WAIT)
			.untilAsserted(() -> assertThat(List.of(activity.inFlight(), activity.queued(),
					activity.awaitedOperations(), activity.waits(), activity.retrying()))
				.containsOnly(0));
	}

	private static Error broken() {
		return new NoClassDefFoundError("io/lost/Type");
	}

	/**
	 * A tracked operation that is polled once.
	 */
	private static final class Tracked extends HeldPoll {

		private final CompletableFuture<OperationSnapshot> seen = new CompletableFuture<>();

		private Tracked(long number) {
			super(number, "x");
		}

		@Override
		protected PolledOperation polled() {
			return PolledOperation.of(PollingTarget.of("x"), Instant.now());
		}

		@Override
		protected boolean hasStatusOf(Operation operation) {
			return false;
		}

		@Override
		protected @Nullable Next seen(PolledOperation after, OperationSnapshot snapshot) {
			this.seen.complete(snapshot);
			return null;
		}

		@Override
		protected @Nullable Next failed(PolledOperation after, Throwable fault) {
			this.seen.completeExceptionally(fault);
			return null;
		}

		@Override
		protected void met(PolledOperation known) {
		}

	}

	/**
	 * Lists the places that throw the error.
	 */
	enum Place {

		FILTER, FILTER_ON_ANSWER, CONNECTOR, SIGNAL_OF_THE_CONNECTOR, DECORATOR, DECORATOR_ON_ANSWER,
		DECORATOR_ON_COMPLETION, STACK_OVERFLOW;

		WebClient.Builder on(WebClient.Builder builder) {
			return switch (this) {
				case FILTER -> builder.filter((request, next) -> {
					throw broken();
				});
				case FILTER_ON_ANSWER -> builder.filter((request, next) -> next.exchange(request).map((response) -> {
					throw broken();
				}));
				case CONNECTOR -> builder.clientConnector((method, uri, callback) -> {
					throw broken();
				});
				case SIGNAL_OF_THE_CONNECTOR ->
					builder.clientConnector((method, uri, callback) -> Mono.error(broken()));
				case STACK_OVERFLOW -> builder.filter((request, next) -> next.exchange(request).map((response) -> {
					throw new StackOverflowError();
				}));
				default -> builder;
			};
		}

		OperationsTemplate.Builder on(OperationsTemplate.Builder builder) {
			return switch (this) {
				case DECORATOR -> builder.decorator(decorator((answer) -> {
					throw broken();
				}));
				case DECORATOR_ON_ANSWER -> builder.decorator(decorator((answer) -> answer.map((snapshot) -> {
					throw broken();
				})));
				case DECORATOR_ON_COMPLETION ->
					builder.decorator(decorator((answer) -> answer.flux().doOnNext((snapshot) -> {
						throw broken();
					}).next()));
				default -> builder;
			};
		}

		private static OperationFetcherDecorator decorator(UnaryOperator<Mono<OperationSnapshot>> operator) {
			return (next) -> (operationId) -> operator.apply(next.fetch(operationId));
		}

	}

}
