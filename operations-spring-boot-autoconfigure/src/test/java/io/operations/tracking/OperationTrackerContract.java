package io.operations.tracking;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.OperationsRequestException;
import io.operations.core.OperationsTemplate;
import io.operations.polling.OperationPolls;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * What a tracker promises whichever store it has.
 */
@Timeout(60)
public abstract class OperationTrackerContract {

	protected static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Duration TIMEOUT = Duration.ofHours(1);

	protected final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	protected final List<OperationOutcome> outcomes = new CopyOnWriteArrayList<>();

	protected volatile OperationOutcomeHandler handler = this.outcomes::add;

	private final SkippingScheduler time = new SkippingScheduler();

	private final List<OperationsTemplate> templates = new CopyOnWriteArrayList<>();

	private final List<ClientTracking> stores = new CopyOnWriteArrayList<>();

	private final List<Instance> instances = new CopyOnWriteArrayList<>();

	protected ClientTracking store = placeholder();

	protected OperationTracker tracker = placeholder();

	private TrackingEngine engine = placeholder();

	/**
	 * Create a store.
	 * @param engine works on what is due
	 * @return the store, not started
	 */
	protected abstract ClientTracking createStore(TrackingEngine engine);

	/**
	 * Create the stores of the clients of one instance.
	 * @return creates the store of each client
	 */
	protected ClientTrackingFactory createStores() {
		return this::createStore;
	}

	@SuppressWarnings({ "NullAway", "TypeParameterUnusedInFormals" })
	private static <T> T placeholder() {
		return null;
	}

	@BeforeEach
	protected void startTracker() {
		this.store = newStore(settings());
		this.store.start();
	}

	@AfterEach
	void stopTracker() {
		this.instances.forEach(Instance::stop);
		this.stores.forEach(ClientTracking::stop);
		this.templates.forEach(OperationsTemplate::close);
	}

	protected static TrackingSettings settings() {
		return new TrackingSettings(TIMEOUT, Duration.ofDays(7), 1000, new TrackingSettings.Delivery(3,
				Duration.ofMillis(50), 2, Duration.ofMillis(200), Duration.ofMillis(500)));
	}

	protected ClientTracking newStore(TrackingSettings settings) {
		return newStore(settings, new TrackingListeners(List.of(new TrackingLog())));
	}

	protected ClientTracking newSlowStore(double pollsPerSecond) {
		return newStore(settings(), new TrackingListeners(List.of(new TrackingLog())), pollsPerSecond);
	}

	protected ClientTracking newStore(TrackingSettings settings, TrackingListener listener) {
		return newStore(settings, listener, 500);
	}

	protected TrackingEngine engine() {
		return this.engine;
	}

	private ClientTracking newStore(TrackingSettings settings, TrackingListener listener, double pollsPerSecond) {
		OperationsTemplate template = this.endpoint.template()
			.polling(new PollingSettings(Duration.ofMillis(20), Duration.ofMillis(300), Duration.ofMinutes(10), 1000,
					Duration.ofMinutes(5), 8))
			.rateLimit(new RateLimitSettings(pollsPerSecond, 8, 1000))
			.scheduler(this.time)
			.build();
		this.templates.add(template);
		this.engine = new TrackingEngine(template.getPolls(), settings,
				() -> List.of((outcome) -> this.handler.handle(outcome)), listener);
		ClientTracking created = createStore(this.engine);
		this.stores.add(created);
		this.tracker = new DefaultOperationTracker(created, this.engine, Schedulers.boundedElastic());
		return created;
	}

	@ParameterizedTest
	@EnumSource(value = OperationOutcome.Type.class, names = { "COMPLETED", "FAILED", "CANCELLED" })
	void theEndOfAnOperationIsDeliveredOnceWithItsAttributes(OperationOutcome.Type type) {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("PENDING"), ScriptedEndpoint.status("RUNNING"),
				ScriptedEndpoint.status(type.name())));
		TrackingResult result = track("op", Map.of("tenant", "t1"));
		assertThat(result.isNew()).isTrue();
		assertThat(result.operation().state()).isEqualTo(TrackingState.TRACKED);
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).singleElement().satisfies((outcome) -> {
			assertThat(outcome.operationId()).isEqualTo("op");
			assertThat(outcome.type()).isEqualTo(type);
			assertThat(outcome.attributes()).containsOnly(Map.entry("tenant", "t1"));
			assertThat(outcome.attempt()).isEqualTo(1);
			assertThat(Objects.requireNonNull(outcome.operation()).status())
				.isEqualTo(OperationStatus.valueOf(type.name()));
		});
		assertThat(delivered.outcome()).isEqualTo(type);
		assertThat(delivered.polls()).isEqualTo(3);
		assertThat(delivered.attempts()).isEqualTo(1);
		assertThat(delivered.kind()).isEqualTo("configurationId");
		assertThat(delivered.nextDue()).isNull();
		assertThat(this.endpoint.polls("op")).isEqualTo(3);
	}

	@Test
	void aTrackedOperationIsFoundAsItWasLastSeen() {
		track("op", Map.of("a", "1", "b", ""));
		TrackedOperation found = until("op", (operation) -> operation.operation() != null);
		Operation seen = Objects.requireNonNull(found.operation());
		assertThat(seen.status()).isEqualTo(OperationStatus.RUNNING);
		assertThat(seen.related()).containsOnly(Map.entry("configurationId", "cfg_1"));
		assertThat(found.attributes()).containsOnly(Map.entry("a", "1"), Map.entry("b", ""));
		assertThat(found.polls()).isPositive();
		assertThat(found.nextDue()).isNotNull();
		assertThat(Duration.between(found.since(), found.deadline())).isEqualTo(TIMEOUT);
		assertThat(find("other")).isNull();
	}

	@Test
	void outcomeHasTheRelatedIdsThatTheWriteToldOfAndPollsLeaveOut() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.json("{\"status\": \"RUNNING\"}"),
				ScriptedEndpoint.json("{\"status\": \"COMPLETED\", \"related\": {\"b\": \"poll\"}}")));
		AcceptedOperation accepted = new AcceptedOperation("op", null, null, Map.of("a", "202", "b", "202"));
		this.tracker.track(accepted).block(PATIENCE);
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).singleElement()
			.satisfies((outcome) -> assertThat(Objects.requireNonNull(outcome.operation()).related())
				.containsOnly(Map.entry("a", "202"), Map.entry("b", "poll")));
	}

	@Test
	void timesThatCannotBeTrueAreKeptAndTeachNothing() {
		String times = "\", \"createdAt\": \"0001-01-01T00:00:00Z\", \"completedAt\": \"9999-12-31T23:59:59Z";
		this.endpoint.script("op",
				List.of(ScriptedEndpoint.status("RUNNING" + times), ScriptedEndpoint.status("COMPLETED" + times)));
		track("op", Map.of());
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		Operation seen = Objects.requireNonNull(delivered.operation());
		assertThat(seen.createdAt()).isEqualTo("0001-01-01T00:00:00Z");
		assertThat(seen.completedAt()).isEqualTo("9999-12-31T23:59:59Z");
		assertThat(seen.duration()).isEmpty();
		assertThat(delivered.stuck()).isFalse();
		assertThat(this.engine.polls().learned()).isEmpty();
	}

	@Test
	void reasonOfAFailureIsInTheOutcomeInWhateverFormItWasSent() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("FAILED\", \"error\": \"boom")));
		track("op", Map.of());
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).singleElement()
			.satisfies(
					(outcome) -> assertThat(Objects.requireNonNull(outcome.operation()).errorText()).contains("boom"));
		assertThat(Objects.requireNonNull(delivered.operation()).errorText()).contains("boom");
	}

	@Test
	void whatIsFoundCannotBeChanged() {
		track("op", Map.of("a", "1"));
		Map<String, String> attributes = Objects.requireNonNull(find("op")).attributes();
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> attributes.put("a", "2"));
	}

	@Test
	void anOperationTrackedTwiceIsOneWithTheAttributesOfTheFirst() {
		track("op", Map.of("a", "1"));
		TrackingResult second = track("op", Map.of("a", "2"));
		assertThat(second.isNew()).isFalse();
		assertThat(second.operation().attributes()).containsOnly(Map.entry("a", "1"));
	}

	@Test
	void ofManyWhoTrackAnOperationAtOnceOneIsFirst() {
		List<TrackingResult> results = Flux.range(0, 16)
			.flatMap(
					(i) -> this.tracker.track("op", Map.of("i", i.toString())).subscribeOn(Schedulers.boundedElastic()))
			.collectList()
			.blockOptional(PATIENCE)
			.orElseThrow();
		assertThat(results).hasSize(16).filteredOn(TrackingResult::isNew).hasSize(1);
		assertThat(results).extracting((result) -> result.operation().attributes())
			.containsOnly(Objects.requireNonNull(find("op")).attributes());
	}

	@Test
	void anOperationThatIsStillUnknownFiveSecondsAfterItWasSeenHasExpired() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("RUNNING"), ScriptedEndpoint.error(404)));
		track("op", Map.of());
		assertThat(until("op", (operation) -> operation.polls() > 2).state()).isEqualTo(TrackingState.TRACKED);
		// That it was unknown, and since when, is kept with it.
		this.store.stop();
		this.time.skip(Duration.ofSeconds(5));
		this.store.start();
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(delivered.outcome()).isEqualTo(OperationOutcome.Type.EXPIRED);
		assertThat(this.outcomes).singleElement().satisfies((outcome) -> {
			assertThat(Objects.requireNonNull(outcome.operation()).status()).isEqualTo(OperationStatus.RUNNING);
			assertThat(outcome.lastFault()).contains("404");
		});
	}

	@Test
	void aRestartForgetsNeitherThatAnOperationIsScheduledNorWhenItBegan() {
		AtomicReference<String> status = new AtomicReference<>("SCHEDULED");
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status(Objects.requireNonNull(status.get())));
		track("op", Map.of());
		until("op", (operation) -> operation.operation() != null);
		restartAfter(TIMEOUT.multipliedBy(25));
		pollAgain("op");
		assertThat(until("op", (operation) -> operation.polls() > 1)).satisfies((operation) -> {
			assertThat(operation.state()).isEqualTo(TrackingState.TRACKED);
			assertThat(operation.stuck()).isFalse();
			assertThat(operation.deadline()).isEqualTo(operation.since().plus(Duration.ofDays(7)));
		});
		status.set("PROCESSING");
		restartAfter(Duration.ofMinutes(1));
		pollAgain("op");
		TrackedOperation begun = until("op",
				(operation) -> operation.deadline().isBefore(operation.since().plus(Duration.ofDays(2))));
		assertThat(begun.deadline()).isAfter(begun.since().plus(TIMEOUT.multipliedBy(26)));
		restartAfter(TIMEOUT.plusMinutes(1));
		assertThat(until("op", TrackingState.DELIVERED)).satisfies((operation) -> {
			assertThat(operation.outcome()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
			assertThat(operation.deadline()).isEqualTo(begun.deadline());
		});
		assertThat(this.engine.polls().learned()).isEmpty();
	}

	private void restartAfter(Duration time) {
		this.store.stop();
		this.time.skip(time);
		this.store.start();
	}

	private void pollAgain(String id) {
		int polls = this.endpoint.polls(id);
		until(id, (operation) -> operation.nextDue() != null);
		this.time.skip(Duration.ofMinutes(15));
		await().atMost(PATIENCE).until(() -> {
			// The poller looks at its clock when something happens.
			track("other" + this.endpoint.order().size(), Map.of());
			return this.endpoint.polls(id) > polls;
		});
	}

	@Test
	void anOperationThatIsUnknownOnceAfterItWasSeenIsAskedForAgain() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("PENDING"), ScriptedEndpoint.error(404),
				ScriptedEndpoint.status("COMPLETED")));
		track("op", Map.of());
		assertThat(until("op", TrackingState.DELIVERED).outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@Test
	void anOperationThatIsNotKnownYetIsAskedForAgain() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.error(404), ScriptedEndpoint.error(404),
				ScriptedEndpoint.status("COMPLETED")));
		track("op", Map.of());
		assertThat(until("op", TrackingState.DELIVERED).outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 401, 403, 408, 500, 503 })
	void noFaultEndsTheTracking(int status) {
		AtomicBoolean mended = new AtomicBoolean();
		this.endpoint.script("op",
				(poll) -> mended.get() ? ScriptedEndpoint.status("COMPLETED") : ScriptedEndpoint.error(status));
		track("op", Map.of());
		assertThat(until("op", (operation) -> operation.polls() > 1).lastFault()).contains("HTTP " + status);
		mended.set(true);
		assertThat(until("op", TrackingState.DELIVERED).outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@Test
	void atItsDeadlineAnOperationIsAskedForAtLastAndGivenUp() {
		track("op", Map.of(), Duration.ofMillis(300));
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(delivered.outcome()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
		assertThat(delivered.endedAt()).isAfterOrEqualTo(delivered.deadline());
		assertThat(this.outcomes).singleElement().satisfies((outcome) -> {
			assertThat(outcome.type()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
			assertThat(Objects.requireNonNull(outcome.operation()).status()).isEqualTo(OperationStatus.RUNNING);
		});
	}

	@Test
	void whatHasEndedByItsDeadlineHasNotTimedOut() {
		AtomicReference<Instant> deadline = new AtomicReference<>(Instant.MAX);
		this.endpoint.script("op",
				(poll) -> ScriptedEndpoint.status(Instant.now().isBefore(deadline.get()) ? "RUNNING" : "COMPLETED"));
		deadline.set(track("op", Map.of(), Duration.ofSeconds(2)).operation().deadline());
		assertThat(until("op", TrackingState.DELIVERED).outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@Test
	void aHandlerThatThrowsIsCalledAgain() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			if (outcome.attempt() < 3) {
				throw new IOException("no luck");
			}
		};
		track("op", Map.of());
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsExactly(1, 2, 3);
		assertThat(delivered.attempts()).isEqualTo(3);
		assertThat(delivered.deliveryFault()).isNull();
		assertThat(this.endpoint.polls("op")).isEqualTo(1);
	}

	@Test
	void whenAllAttemptsHaveFailedAnOperationIsKeptAndCanBeDeliveredAnew() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("FAILED"));
		AtomicBoolean broken = new AtomicBoolean(true);
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			if (broken.get()) {
				throw new IllegalStateException("broken");
			}
		};
		track("op", Map.of());
		track("running", Map.of());
		assertThat(redeliver("running")).as("before it has ended").isFalse();
		TrackedOperation undelivered = until("op", TrackingState.UNDELIVERED);
		assertThat(undelivered.deliveryFault()).contains("broken");
		assertThat(undelivered.nextDue()).isNull();
		assertThat(this.outcomes).hasSize(3);
		assertThat(redeliver("op")).isTrue();
		until("op", (operation) -> operation.attempts() == 6 && operation.state() == TrackingState.UNDELIVERED);
		broken.set(false);
		assertThat(redeliver("op")).isTrue();
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsExactly(1, 2, 3, 4, 5, 6, 7);
		assertThat(redeliver("other")).isFalse();
	}

	@Test
	void whatWasDeliveredCanBeDeliveredAnew() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		assertThat(redeliver("op")).isTrue();
		until("op", (operation) -> operation.attempts() == 2 && operation.state() == TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsExactly(1, 2);
	}

	@Test
	void aForgottenOperationIsAskedForNoMore() {
		track("op", Map.of());
		until("op", (operation) -> operation.polls() > 0);
		assertThat(forget("op")).isTrue();
		assertThat(forget("op")).isFalse();
		assertThat(find("op")).isNull();
		// Polls go on until the store notices. Others go on meanwhile.
		track("other", Map.of());
		await().atMost(PATIENCE).untilAsserted(() -> {
			int before = this.endpoint.polls("op");
			int others = this.endpoint.polls("other");
			await().atMost(PATIENCE).until(() -> this.endpoint.polls("other") > others + 5);
			assertThat(this.endpoint.polls("op")).isEqualTo(before);
		});
	}

	@Test
	void whatIsForgottenWhileItIsAskedForStaysForgotten() throws InterruptedException {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch answer = new CountDownLatch(1);
		this.endpoint.script("op", (poll) -> Mono.<ClientResponse>fromCallable(() -> {
			asked.countDown();
			answer.await(20, TimeUnit.SECONDS);
			return Objects.requireNonNull(ScriptedEndpoint.status("COMPLETED").block());
		}).subscribeOn(Schedulers.boundedElastic()));
		track("op", Map.of());
		assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(forget("op")).isTrue();
		answer.countDown();
		this.endpoint.script("other", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("other", Map.of());
		until("other", TrackingState.DELIVERED);
		assertThat(find("op")).isNull();
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).doesNotContain("op");
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("FAILED"));
		assertThat(track("op", Map.of()).isNew()).as("tracked anew").isTrue();
		assertThat(until("op", TrackingState.DELIVERED).outcome()).isEqualTo(OperationOutcome.Type.FAILED);
	}

	@Test
	void aHandlerMayForgetWhatItIsToldOf() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			if (outcome.operationId().equals("op")) {
				assertThat(forget("op")).isTrue();
			}
		};
		track("op", Map.of());
		await().atMost(PATIENCE)
			.until(() -> !this.outcomes.isEmpty() && find("op") == null && summary().backlog() == 0);
		this.endpoint.script("other", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("other", Map.of());
		until("other", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).containsExactly("op", "other");
		assertThat(find("op")).isNull();
	}

	@Test
	void aHandlerMayTrackAnewWhatItIsToldOf() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status((poll > 1) ? "FAILED" : "COMPLETED"));
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			if (outcome.type() == OperationOutcome.Type.COMPLETED) {
				assertThat(forget("op")).isTrue();
				assertThat(track("op", Map.of()).isNew()).isTrue();
			}
		};
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::type)
			.containsExactly(OperationOutcome.Type.COMPLETED, OperationOutcome.Type.FAILED);
	}

	@Test
	void whatIsForgottenWhileItIsAskedForAndTrackedAnewIsAnotherOperation() throws InterruptedException {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch answer = new CountDownLatch(1);
		this.endpoint.script("op", (poll) -> Mono.<ClientResponse>fromCallable(() -> {
			asked.countDown();
			answer.await(20, TimeUnit.SECONDS);
			return Objects.requireNonNull(ScriptedEndpoint.status("COMPLETED").block());
		}).subscribeOn(Schedulers.boundedElastic()));
		track("op", Map.of("track", "first"));
		assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
		forget("op");
		assertThat(track("op", Map.of("track", "second")).isNew()).isTrue();
		answer.countDown();
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attributes).containsExactly(Map.of("track", "second"));
	}

	@Test
	void aHandlerThatNeverReturnsHoldsUpNobodyElse() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		AtomicInteger interrupted = new AtomicInteger();
		this.handler = (outcome) -> {
			if (outcome.operationId().startsWith("hangs") && outcome.attempt() == 1) {
				try {
					new CountDownLatch(1).await();
				}
				finally {
					interrupted.incrementAndGet();
				}
			}
			this.outcomes.add(outcome);
		};
		for (int i = 0; i < 4; i++) {
			track("hangs" + i, Map.of());
		}
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		for (int i = 0; i < 4; i++) {
			assertThat(until("hangs" + i, TrackingState.DELIVERED).attempts()).isEqualTo(2);
		}
		assertThat(interrupted).hasValue(4);
	}

	@Test
	void pollThatAStopAbandonsIsSentAgainAfterTheNextStart() {
		this.endpoint.script("op", (poll) -> (poll == 1) ? Mono.never() : ScriptedEndpoint.status("COMPLETED"));
		track("op", Map.of());
		await().atMost(PATIENCE).until(() -> this.endpoint.order().contains("op"));
		this.store.stop();
		this.store.start();
		until("op", TrackingState.DELIVERED);
	}

	@Test
	void operationsAreStreamedInTheOrderOfTheirIds() {
		this.endpoint.script("op07", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		for (int i = 19; i >= 0; i--) {
			track(String.format("op%02d", i), Map.of());
		}
		until("op07", TrackingState.DELIVERED);
		assertThat(stream(TrackingFilter.all())).hasSize(20).isSorted();
		assertThat(stream(TrackingFilter.of(TrackingState.DELIVERED, TrackingState.UNDELIVERED)))
			.containsExactly("op07");
		assertThat(stream(TrackingFilter.of(TrackingState.TRACKED).withAfter("op05").withLimit(3)))
			.containsExactly("op06", "op08", "op09");
		until("op00", (operation) -> operation.kind() != null);
		assertThat(stream(TrackingFilter.all().withKind("configurationId").withLimit(1))).containsExactly("op00");
		assertThat(stream(TrackingFilter.all().withKind("other"))).isEmpty();
		assertThat(stream(TrackingFilter.all().withLimit(0))).isEmpty();
	}

	@Test
	void aLongStreamIsReadPageByPage() {
		Flux.range(0, 900)
			.flatMap((i) -> this.tracker.track(String.format("op%04d", i), Map.of()), 4)
			.blockLast(PATIENCE);
		assertThat(stream(TrackingFilter.all())).hasSize(900).isSorted();
		assertThat(this.tracker.stream(TrackingFilter.all()).take(3).map(TrackedOperation::id).collectList().block())
			.containsExactly("op0000", "op0001", "op0002");
	}

	@Test
	void theSummaryCountsByStateAndStatus() {
		this.endpoint.script("done", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.endpoint.script("unseen", (poll) -> ScriptedEndpoint.error(503));
		track("done", Map.of());
		track("unseen", Map.of());
		track("running", Map.of());
		until("done", TrackingState.DELIVERED);
		until("running", (operation) -> operation.polls() > 0);
		TrackingSummary summary = summary();
		assertThat(summary.count(TrackingState.DELIVERED)).isEqualTo(1);
		assertThat(summary.count(TrackingState.TRACKED)).isEqualTo(2);
		assertThat(summary.count(TrackingState.UNDELIVERED)).isZero();
		assertThat(summary.count(OperationStatus.RUNNING)).isEqualTo(1);
		assertThat(summary.unseen()).isEqualTo(1);
		assertThat(summary.stuck()).isZero();
		assertThat(summary.oldest()).isPositive().isLessThan(PATIENCE);
	}

	@Test
	void idsOf512CharactersAreTracked() {
		String id = "é/%?".repeat(128);
		this.endpoint.script(id, (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track(id, Map.of());
		assertThat(until(id, TrackingState.DELIVERED).id()).isEqualTo(id);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", ".", "..", "a\nb" })
	void whatCannotBeAnIdIsRefused(String id) {
		assertThatExceptionOfType(OperationsRequestException.class)
			.isThrownBy(() -> this.tracker.track(id, Map.of()).block(PATIENCE));
		assertThat(stream(TrackingFilter.all())).isEmpty();
	}

	@Test
	void anIdOf513CharactersIsRefused() {
		whatCannotBeAnIdIsRefused("x".repeat(513));
	}

	@Test
	@SuppressWarnings("NullAway")
	void nullsAreRefused() {
		assertThatNullPointerException().isThrownBy(() -> this.tracker.track((AcceptedOperation) null))
			.withMessageContaining("'accepted'");
		assertThatNullPointerException().isThrownBy(() -> this.tracker.track((String) null, Map.of()))
			.withMessageContaining("'operationId'");
		assertThatNullPointerException().isThrownBy(() -> this.tracker.track("op", null))
			.withMessageContaining("'attributes'");
		assertThatNullPointerException().isThrownBy(() -> this.tracker.find(null));
		assertThatNullPointerException().isThrownBy(() -> this.tracker.forget(null));
		assertThatNullPointerException().isThrownBy(() -> this.tracker.redeliver(null));
		assertThatNullPointerException().isThrownBy(() -> this.tracker.stream(null));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.tracker.track("op", Collections.singletonMap("key", null)))
			.withMessageContaining("'key'");
		Map<String, String> nullKey = new HashMap<>();
		nullKey.put(null, "value");
		assertThatIllegalArgumentException().isThrownBy(() -> this.tracker.track("op", nullKey))
			.withMessageContaining("null key");
	}

	@Test
	void attributesOverTheLimitAreRefusedAndNothingIsStored() {
		track("fits", Map.of("k", "é".repeat(2047) + "x"));
		assertThat(Objects.requireNonNull(find("fits")).attributes().get("k")).hasSize(2048);
		assertThatIllegalArgumentException().isThrownBy(() -> this.tracker.track("op", Map.of("k", "é".repeat(2048))))
			.withMessageContaining("must not exceed 4096 bytes of UTF-8, but they have 4097.");
		assertThat(find("op")).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-1S", "PT8761H" })
	void aTimeoutOutOfRangeIsRefused(Duration timeout) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.tracker.track("op", Map.of(), timeout))
			.withMessageContaining("'timeout'");
	}

	@Test
	void noOperationIsAskedForTwiceAtOnce() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status((poll < 4) ? "RUNNING" : "COMPLETED")
			.delayElement(Duration.ofMillis(10)));
		for (int i = 0; i < 60; i++) {
			track("op" + i, Map.of());
		}
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(summary().count(TrackingState.DELIVERED)).isEqualTo(60));
		assertThat(this.endpoint.overlaps()).isEmpty();
		assertThat(this.outcomes).hasSize(60);
	}

	@Test
	void thePauseThatTheServerAsksForHoldsForAll() {
		this.endpoint.script("throttled",
				List.of(ScriptedEndpoint.error(429, Duration.ofSeconds(1)), ScriptedEndpoint.status("COMPLETED")));
		track("throttled", Map.of());
		until("throttled", (operation) -> operation.polls() > 0);
		track("op", Map.of());
		until("throttled", TrackingState.DELIVERED);
		until("op", (operation) -> operation.polls() > 0);
		assertThat(this.endpoint.order().get(0)).isEqualTo("throttled");
		assertThat(this.endpoint.between(0, 1)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void theFirstPollIsNotBeforeTheRetryAfterOfTheWrite() {
		AcceptedOperation accepted = new AcceptedOperation("op", null, Duration.ofSeconds(2), Map.of("a", "b"));
		TrackingResult result = Objects.requireNonNull(this.tracker.track(accepted).block(PATIENCE));
		assertThat(Duration.between(result.operation().since(), result.operation().nextDue()))
			.isGreaterThanOrEqualTo(Duration.ofSeconds(2));
		assertThat(result.operation().kind()).isEqualTo("a");
	}

	@Test
	void operationsOfTwoClientsWithTheSameIdAreTwoOperations() {
		Instance instance = instance("one", "two");
		instance.start();
		instance.endpoint("one").script("op", (poll) -> ScriptedEndpoint.status((poll < 3) ? "RUNNING" : "COMPLETED"));
		instance.endpoint("two").script("op", (poll) -> ScriptedEndpoint.status((poll < 3) ? "RUNNING" : "FAILED"));
		OperationTracker one = instance.tracker.forClient("one");
		OperationTracker two = instance.tracker.forClient("two");
		assertThat(isNew(one.track("op", Map.of("of", "one")))).isTrue();
		assertThat(isNew(two.track("op", Map.of("of", "two")))).isTrue();
		assertThat(isNew(two.track("op", Map.of("of", "nobody")))).isFalse();
		await().atMost(PATIENCE).until(() -> instance.outcomes.size() == 2);
		assertThat(instance.outcomes)
			.extracting(OperationOutcome::client, OperationOutcome::operationId, OperationOutcome::type,
					OperationOutcome::attributes)
			.containsExactlyInAnyOrder(tuple("one", "op", OperationOutcome.Type.COMPLETED, Map.of("of", "one")),
					tuple("two", "op", OperationOutcome.Type.FAILED, Map.of("of", "two")));
		await().atMost(PATIENCE)
			.until(() -> Objects.requireNonNull(two.find("op").block(PATIENCE)).state() == TrackingState.DELIVERED);
		assertThat(one.forget("op").block(PATIENCE)).isTrue();
		assertThat(one.find("op").block(PATIENCE)).isNull();
		assertThat(two.find("op").block(PATIENCE)).isNotNull()
			.extracting(TrackedOperation::client, TrackedOperation::outcome)
			.containsExactly("two", OperationOutcome.Type.FAILED);
		assertThat(two.redeliver("op").block(PATIENCE)).isTrue();
		await().atMost(PATIENCE).until(() -> instance.outcomes.size() == 3);
		assertThat(instance.outcomes.get(2)).extracting(OperationOutcome::client, OperationOutcome::attempt)
			.containsExactly("two", 2);
	}

	@Test
	void theStatusUrlOfAnAcceptedOperationNamesItsClient() {
		Instance instance = instance("one", "two");
		instance.start();
		instance.endpoint("one").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		instance.endpoint("two").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		assertThat(client(instance.tracker.track(accepted("a", "https://two.example.org/v1/a")))).isEqualTo("two");
		assertThat(client(instance.tracker.track(accepted("b", "https://one.example.org/v1/b"), Map.of())))
			.isEqualTo("one");
		assertThat(client(instance.tracker.track(accepted("c", "https://two.example.org/v1/c"), Map.of(), TIMEOUT)))
			.isEqualTo("two");
		assertThat(client(instance.tracker.track("e", Map.of()))).isEqualTo("one");
		Mono<TrackingResult> unknown = instance.tracker.track(accepted("f", "https://three.example.org/v1/f"));
		assertThatIllegalArgumentException().isThrownBy(() -> unknown.block(PATIENCE)).withMessageContaining("three");
		await().atMost(PATIENCE).until(() -> instance.outcomes.size() == 4);
		assertThat(instance.outcomes).extracting(OperationOutcome::client, OperationOutcome::operationId)
			.containsExactlyInAnyOrder(tuple("two", "a"), tuple("one", "b"), tuple("two", "c"), tuple("one", "e"));
		assertThat(instance.tracker.find("f").block(PATIENCE)).isNull();
		Mono<TrackingResult> foreign = instance.tracker.forClient("one")
			.track(accepted("g", "https://two.example.org/v1/g"));
		assertThatIllegalArgumentException().isThrownBy(() -> foreign.block(PATIENCE)).withMessageContaining("two");
		assertThat(instance.tracker.find("g").block(PATIENCE)).isNull();
	}

	@Test
	void withoutTheNameOfAClientAllOfThemAreLookedAt() {
		Instance instance = instance("one", "two");
		instance.tracker.forClient("one").track("a", Map.of()).block(PATIENCE);
		instance.tracker.forClient("two").track("a", Map.of()).block(PATIENCE);
		instance.tracker.forClient("two").track("b", Map.of()).block(PATIENCE);
		instance.tracker.forClient("two").track("c", Map.of()).block(PATIENCE);
		assertThat(instance.tracker.clients()).containsExactly("one", "two");
		assertThat(all(instance.tracker, TrackingFilter.all())).containsExactly("one/a", "two/a", "two/b", "two/c");
		assertThat(all(instance.tracker, TrackingFilter.all().withLimit(2))).containsExactly("one/a", "two/a");
		assertThat(all(instance.tracker.forClient("two"), TrackingFilter.all().withAfter("a"))).containsExactly("two/b",
				"two/c");
		assertThat(instance.tracker.summary().map((all) -> all.count(TrackingState.TRACKED)).block(PATIENCE))
			.isEqualTo(4);
		assertThat(instance.tracker.forClient("one")
			.summary()
			.map((all) -> all.count(TrackingState.TRACKED))
			.block(PATIENCE)).isEqualTo(1);
		assertThat(instance.tracker.find("a").map(TrackedOperation::client).block(PATIENCE)).isEqualTo("one");
		assertThat(instance.tracker.find("b").map(TrackedOperation::client).block(PATIENCE)).isEqualTo("two");
		assertThat(instance.tracker.forget("b").block(PATIENCE)).isTrue();
		assertThat(instance.tracker.forget("b").block(PATIENCE)).isFalse();
		assertThat(instance.tracker.redeliver("a").block(PATIENCE)).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> instance.tracker.forClient("three"))
			.withMessageContaining("'three'")
			.withMessageContaining("one, two");
	}

	@Test
	void aClientThatJoinsLaterIsTrackedUntilItLeaves() {
		Instance instance = instance("one");
		instance.start();
		instance.join("two");
		instance.endpoint("two").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		instance.tracker.forClient("two").track("op", Map.of()).block(PATIENCE);
		await().atMost(PATIENCE).until(() -> instance.outcomes.size() == 1);
		assertThat(instance.outcomes.get(0).client()).isEqualTo("two");
		await().atMost(PATIENCE).until(() -> instance.events.contains("joined two"));
		instance.leave("two");
		await().atMost(PATIENCE).until(() -> instance.events.contains("left two"));
		assertThatIllegalArgumentException().isThrownBy(() -> instance.tracker.forClient("two"));
		instance.tracker.track("other", Map.of()).block(PATIENCE);
		instance.endpoint("one").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		await().atMost(PATIENCE).until(() -> instance.outcomes.size() == 2);
	}

	@Test
	void operationWithoutAStatusUrlIsRefusedUnlessThereIsOneClient() {
		AcceptedOperation accepted = new AcceptedOperation("op", null, null, Map.of());
		Instance instance = instance("one", "two");
		assertThatIllegalArgumentException().isThrownBy(() -> instance.tracker.track(accepted).block(PATIENCE))
			.withMessageContainingAll("'op'", "no status URL", "forClient(name)", "one, two");
		assertThat(all(instance.tracker, TrackingFilter.all())).isEmpty();
		assertThat(client(instance.tracker.forClient("two").track(accepted))).isEqualTo("two");
		assertThat(client(instance.tracker.track("op", Map.of()))).isEqualTo("one");
		assertThat(client(instance("only").tracker.track(accepted))).isEqualTo("only");
	}

	@Test
	void aClientThatJoinsAgainAtOnceIsTrackedByItsNewTemplate() {
		Instance instance = instance("one", "two");
		instance.start();
		instance.leave("two");
		instance.join("two");
		instance.endpoint("two").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		instance.tracker.forClient("two").track("op", Map.of()).block(PATIENCE);
		await().atMost(PATIENCE).until(() -> instance.outcomes.size() == 1);
		assertThat(instance.outcomes.get(0).operationId()).isEqualTo("op");
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(instance.events).containsExactly("joined one", "joined two", "left two",
					"joined two"));
	}

	private static boolean isNew(Mono<TrackingResult> result) {
		return Objects.requireNonNull(result.block(PATIENCE)).isNew();
	}

	private static String client(Mono<TrackingResult> result) {
		return Objects.requireNonNull(result.block(PATIENCE)).operation().client();
	}

	private static List<String> all(OperationTracker tracker, TrackingFilter filter) {
		return Objects.requireNonNull(tracker.stream(filter)
			.map((operation) -> operation.client() + "/" + operation.id())
			.collectList()
			.block(PATIENCE));
	}

	private static AcceptedOperation accepted(String id, String statusUrl) {
		return new AcceptedOperation(id, URI.create(statusUrl), null, Map.of());
	}

	protected Instance instance(String... clients) {
		Instance instance = new Instance();
		for (String client : clients) {
			instance.join(client);
		}
		this.instances.add(instance);
		return instance;
	}

	protected TrackingResult track(String id, Map<String, String> attributes) {
		return Objects.requireNonNull(this.tracker.track(id, attributes).block(PATIENCE));
	}

	protected TrackingResult track(String id, Map<String, String> attributes, Duration timeout) {
		return Objects.requireNonNull(this.tracker.track(id, attributes, timeout).block(PATIENCE));
	}

	protected @Nullable TrackedOperation find(String id) {
		return this.tracker.find(id).block(PATIENCE);
	}

	protected boolean forget(String id) {
		return Boolean.TRUE.equals(this.tracker.forget(id).block(PATIENCE));
	}

	protected boolean redeliver(String id) {
		return Boolean.TRUE.equals(this.tracker.redeliver(id).block(PATIENCE));
	}

	protected TrackingSummary summary() {
		return Objects.requireNonNull(this.tracker.summary().block(PATIENCE));
	}

	protected List<String> stream(TrackingFilter filter) {
		return Objects
			.requireNonNull(this.tracker.stream(filter).map(TrackedOperation::id).collectList().block(PATIENCE));
	}

	protected TrackedOperation until(String id, TrackingState state) {
		return until(id, (operation) -> operation.state() == state);
	}

	protected TrackedOperation until(String id, Predicate<TrackedOperation> condition) {
		Supplier<@Nullable TrackedOperation> found = () -> find(id);
		TrackedOperation[] last = new TrackedOperation[1];
		await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).untilAsserted(() -> {
			last[0] = found.get();
			assertThat(last[0]).isNotNull().satisfies((operation) -> assertThat(condition.test(operation)).isTrue());
		});
		return last[0];
	}

	/**
	 * An instance of an application with several clients, each with an endpoint.
	 */
	protected final class Instance implements TrackedClients {

		private final Map<String, ScriptedEndpoint> endpoints = new ConcurrentHashMap<>();

		private final Map<String, OperationsTemplate> clients = Collections.synchronizedMap(new LinkedHashMap<>());

		public final List<OperationOutcome> outcomes = new CopyOnWriteArrayList<>();

		private final List<String> events = new CopyOnWriteArrayList<>();

		private final TrackingListener listener = new TrackingListeners(
				List.of(new TrackingLog(), new TrackingListener() {

					@Override
					public void clientJoined(String client) {
						Instance.this.events.add("joined " + client);
					}

					@Override
					public void clientLeft(String client) {
						Instance.this.events.add("left " + client);
					}

				}));

		private final ClientTrackingFactory stores = createStores();

		public final RoutingOperationTracker tracker = new RoutingOperationTracker(() -> this,
				(polls) -> new TrackingEngine(polls, settings(), () -> List.of(this.outcomes::add), this.listener),
				() -> this.stores, this.listener, Schedulers.boundedElastic());

		public void join(String client) {
			ScriptedEndpoint served = new ScriptedEndpoint();
			this.endpoints.put(client, served);
			this.clients.put(client,
					served.template()
						.name(client)
						.polling(new PollingSettings(Duration.ofMillis(20), Duration.ofMillis(300),
								Duration.ofMinutes(10), 1000, Duration.ofMinutes(5), 8))
						.rateLimit(new RateLimitSettings(500, 8, 1000))
						.build());
		}

		private void leave(String client) {
			Objects.requireNonNull(this.clients.remove(client)).close();
		}

		public void start() {
			this.tracker.start();
		}

		public void stop() {
			this.tracker.stop();
			this.clients.values().forEach(OperationsTemplate::close);
		}

		public ScriptedEndpoint endpoint(String client) {
			return Objects.requireNonNull(this.endpoints.get(client));
		}

		@Override
		public Map<String, OperationPolls> all() {
			Map<String, OperationPolls> all = new LinkedHashMap<>();
			synchronized (this.clients) {
				this.clients.forEach((client, template) -> all.put(client, template.getPolls()));
			}
			return all;
		}

		@Override
		public String serving(AcceptedOperation accepted) {
			if (accepted.statusUrl() == null) {
				throw new IllegalArgumentException("no status URL: " + accepted.id());
			}
			String host = accepted.statusUrl().getHost();
			String client = host.substring(0, host.indexOf('.'));
			if (!this.clients.containsKey(client)) {
				throw new IllegalArgumentException("no client serves " + accepted.statusUrl());
			}
			return client;
		}

		@Override
		public void checkServed(String client, AcceptedOperation accepted) {
			if (accepted.statusUrl() != null && !serving(accepted).equals(client)) {
				throw new IllegalArgumentException("no operation of " + client + ": " + accepted.statusUrl());
			}
		}

	}

}
