package io.operations.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationTimeoutException;
import io.operations.OperationWait;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.internal.tracking.ScriptedEndpoint;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests when a wait trusts a 404.
 */
class NotFoundTests {

	private static final Mono<ClientResponse> NOT_FOUND = ScriptedEndpoint.error(404);

	private static final Mono<ClientResponse> RUNNING = ScriptedEndpoint.status("RUNNING");

	private static final Mono<ClientResponse> COMPLETED = ScriptedEndpoint.status("COMPLETED");

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final List<String> statuses = new ArrayList<>();

	private final List<Throwable> faults = new ArrayList<>();

	private final List<@Nullable Throwable> reasons = new ArrayList<>();

	private final List<OperationsException> outages = new ArrayList<>();

	private final List<Long> notFound = new ArrayList<>();

	private final OperationsTemplate template = this.endpoint.template()
		.scheduler(this.time)
		.listener(new OperationsListener() {

			@Override
			public void failed(String client, String operationId, Throwable fault) {
				NotFoundTests.this.notFound.add(NotFoundTests.this.time.now(TimeUnit.MILLISECONDS));
			}

			@Override
			public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
				assertThat(NotFoundTests.this.faults).as("told after all listeners").isEmpty();
				NotFoundTests.this.reasons.add(reason);
			}

			@Override
			public void outageBegan(String client, OperationsException fault) {
				NotFoundTests.this.outages.add(fault);
			}

		})
		.build();

	@AfterEach
	void close() {
		this.template.close();
		this.time.dispose();
	}

	static Stream<Named<Call>> accepted() {
		return Stream.of(Named.of("await", (template) -> template.await(operation("op", null)).flux()),
				Named.of("watch", (template) -> template.watch(operation("op", null))));
	}

	static Stream<Named<Call>> byId() {
		return Stream.of(Named.of("await", (template) -> template.await("op").flux()),
				Named.of("watch", (template) -> template.watch("op")));
	}

	static Stream<Named<Call>> all() {
		return Stream.concat(accepted(), byId());
	}

	@ParameterizedTest
	@MethodSource("accepted")
	void awaitOfAcceptedWhenNotFoundAtFirstContinues(Call call) {
		this.endpoint.script("op", List.of(NOT_FOUND, NOT_FOUND, NOT_FOUND, COMPLETED));
		subscribe(call);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.faults).isEmpty();
		assertThat(this.statuses).containsExactly("COMPLETED");
	}

	@ParameterizedTest
	@MethodSource("accepted")
	void awaitOfAcceptedWhenNotFoundForAMinuteFails(Call call) {
		this.endpoint.script("op", (poll) -> NOT_FOUND);
		subscribe(call);
		this.time.advanceTimeBy(Duration.ofSeconds(60).minusMillis(1));
		assertThat(this.faults).isEmpty();
		this.time.advanceTimeBy(Duration.ofSeconds(30));
		assertEndedAsNotFound();
		assertThat(this.endpoint.polls("op")).as("by the schedule").isBetween(5, 25);
	}

	@Test
	void awaitOfAcceptedWhenFirstPollIsLateFailsAtOnce() {
		this.endpoint.script("op", (poll) -> NOT_FOUND);
		subscribe((template) -> template.await(operation("op", Duration.ofSeconds(90))).flux());
		this.time.advanceTimeBy(Duration.ofMinutes(5));
		assertEndedAsNotFound();
		assertThat(this.endpoint.polls("op")).isOne();
	}

	@ParameterizedTest
	@MethodSource("byId")
	void awaitOfIdWhenNotFoundFailsAtOnce(Call call) {
		this.endpoint.script("op", List.of(NOT_FOUND, COMPLETED));
		subscribe(call);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertEndedAsNotFound();
		assertThat(this.endpoint.polls("op")).isOne();
	}

	@ParameterizedTest
	@MethodSource("all")
	void awaitOfSeenWhenNotFoundOnceContinues(Call call) {
		this.endpoint.script("op", List.of(RUNNING, NOT_FOUND, RUNNING, NOT_FOUND, COMPLETED));
		subscribe(call);
		this.time.advanceTimeBy(Duration.ofMinutes(5));
		assertThat(this.faults).isEmpty();
		assertThat(this.statuses).endsWith("COMPLETED");
	}

	@ParameterizedTest
	@MethodSource("all")
	void awaitOfSeenWhenNotFoundAgainAfterFiveSecondsFails(Call call) {
		this.endpoint.script("op", (poll) -> (poll == 1) ? RUNNING : NOT_FOUND);
		subscribe(call);
		this.time.advanceTimeBy(Duration.ofMinutes(5));
		assertEndedAsNotFound();
		int last = this.notFound.size() - 1;
		assertThat(last).isPositive();
		assertThat(this.notFound.get(last) - this.notFound.get(0)).isGreaterThanOrEqualTo(5000);
		assertThat(this.notFound.get(last - 1) - this.notFound.get(0)).isLessThan(5000);
	}

	@Test
	void awaitOfSeenWhenOutageSeparatesTwoNotFoundFails() {
		this.endpoint.script("op",
				(poll) -> (poll == 1) ? RUNNING : (this.time.now(TimeUnit.SECONDS) > 10 || this.notFound.isEmpty())
						? NOT_FOUND : ScriptedEndpoint.error(503));
		subscribe((template) -> template.await("op").flux());
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertEndedAsNotFound();
	}

	@Test
	void awaitWhenAFetchHasSeenIdToleratesOneNotFound() {
		this.endpoint.script("op", List.of(RUNNING, NOT_FOUND, COMPLETED));
		this.template.fetch("op").subscribe();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		subscribe((template) -> template.await("op").flux());
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.faults).isEmpty();
		assertThat(this.statuses).containsExactly("COMPLETED");
	}

	@Test
	void awaitWhenAnEarlierWaitHasSeenIdToleratesOneNotFound() {
		this.endpoint.script("op", List.of(RUNNING, NOT_FOUND, COMPLETED));
		Disposable earlier = this.template.await("op").subscribe();
		while (this.endpoint.polls("op") == 0) {
			this.time.advanceTimeBy(Duration.ofMillis(1));
		}
		earlier.dispose();
		subscribe((template) -> template.await("op").flux());
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.faults).isEmpty();
		assertThat(this.statuses).containsExactly("COMPLETED");
	}

	@Test
	void waitsWhenTheyShareAPollTrustNotFoundAtDifferentTimes() {
		this.endpoint.script("op", List.of(NOT_FOUND, NOT_FOUND, COMPLETED));
		subscribe((template) -> template.await(operation("op", null)).flux());
		List<Throwable> byId = new ArrayList<>();
		this.template.await("op").subscribe((end) -> {
		}, byId::add);
		while (this.endpoint.polls("op") == 0) {
			this.time.advanceTimeBy(Duration.ofMillis(1));
		}
		assertThat(byId).singleElement().isInstanceOf(OperationNotFoundException.class);
		assertThat(this.reasons).as("of the wait, which goes on").isEmpty();
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.faults).isEmpty();
		assertThat(this.statuses).containsExactly("COMPLETED");
		assertThat(this.endpoint.polls("op")).isEqualTo(3);
	}

	@Test
	void awaitOfIdWhenItJoinsASeenWaitToleratesOneNotFound() {
		this.endpoint.script("op", List.of(RUNNING, NOT_FOUND, COMPLETED));
		this.template.await(operation("op", null)).subscribe();
		this.time.advanceTimeBy(Duration.ofMillis(600));
		subscribe((template) -> template.await("op").flux());
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.faults).isEmpty();
		assertThat(this.statuses).containsExactly("COMPLETED");
	}

	@Test
	void awaitWhenNotFoundWasToleratedNamesItInTimeout() {
		this.endpoint.script("op", (poll) -> NOT_FOUND);
		subscribe((template) -> template.await(operation("op", null), Duration.ofSeconds(20)).flux());
		this.time.advanceTimeBy(Duration.ofSeconds(21));
		assertThat(this.faults).singleElement()
			.isInstanceOfSatisfying(OperationTimeoutException.class,
					(timeout) -> assertThat(timeout).hasCauseInstanceOf(OperationNotFoundException.class)
						.hasMessageContaining("HTTP 404"));
	}

	@Test
	void waitsWhenOperationsAreNotFoundReportNoOutage() {
		this.endpoint.others((poll) -> NOT_FOUND);
		for (int i = 0; i < 10; i++) {
			this.template.await(operation("op" + i, null)).onErrorComplete().subscribe();
		}
		this.time.advanceTimeBy(Duration.ofSeconds(30));
		assertThat(this.outages).isEmpty();
	}

	private void subscribe(Call call) {
		call.on(this.template).map(Operation::statusText).subscribe(this.statuses::add, this.faults::add);
	}

	private void assertEndedAsNotFound() {
		assertThat(this.faults).singleElement().isInstanceOf(OperationNotFoundException.class);
		assertThat(this.reasons).isEqualTo(this.faults);
	}

	private static AcceptedOperation operation(String id, @Nullable Duration retryAfter) {
		return new AcceptedOperation(id, null, retryAfter, Map.of());
	}

	interface Call {

		Flux<Operation> on(OperationsTemplate template);

	}

}
