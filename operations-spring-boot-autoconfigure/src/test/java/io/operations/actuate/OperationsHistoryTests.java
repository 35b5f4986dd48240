package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.operations.AcceptedOperation;
import io.operations.OperationsListener;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.polling.PollEvent;
import io.operations.internal.polling.PollListener;
import io.operations.internal.tracking.MemoryTrackingStores;
import io.operations.internal.tracking.RoutingOperationTracker;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.internal.tracking.StoreTracking;
import io.operations.internal.tracking.TrackedClients;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.internal.tracking.TrackingListeners;
import io.operations.internal.tracking.TrackingSettings;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingState;
import io.operations.resilience.RateLimitSettings;
import io.operations.tracking.TrackingListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests what the history of an operation contains, in virtual time.
 */
class OperationsHistoryTests {

	private static final String CLIENT = "operations";

	private static final Mono<ClientResponse> RUNNING = ScriptedEndpoint.status("RUNNING");

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final OperationsHistory history = new OperationsHistory(
			() -> Instant.ofEpochMilli(this.time.now(TimeUnit.MILLISECONDS)));

	private final OperationsTemplate template = this.endpoint.template()
		.rateLimit(new RateLimitSettings(1000, 16, 2000))
		// It reads the real clock, which hardly moves meanwhile: it must never refuse.
		.rateLimiterConfig(
				RateLimiterConfig.custom().limitForPeriod(1_000_000).limitRefreshPeriod(Duration.ofMillis(1)).build())
		.scheduler(this.time)
		.listener(this.history.listener())
		.schedule(everyTenSeconds())
		.build();

	private boolean handlerFails;

	private final RoutingOperationTracker tracker = tracker();

	private static PollingSchedule everyTenSeconds() {
		return new PollingSchedule() {

			@Override
			public Duration firstPoll(PollingState state) {
				return Duration.ofSeconds(10);
			}

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofSeconds(10);
			}

			@Override
			public double jitter() {
				return 0;
			}

		};
	}

	private RoutingOperationTracker tracker() {
		TrackingListeners listener = new TrackingListeners(List.of(this.history.trackingListener()));
		TrackingSettings settings = new TrackingSettings(Duration.ofDays(1), null, 10_000,
				new TrackingSettings.Delivery(2, Duration.ofSeconds(5), 1, Duration.ofSeconds(5),
						Duration.ofMinutes(1)));
		return new RoutingOperationTracker(() -> new OneClient(TemplateInternals.of(this.template).polls()),
				(polls) -> new TrackingEngine(polls, settings, () -> List.of((outcome) -> {
					if (this.handlerFails) {
						throw new IllegalStateException("no room");
					}
				}), listener), () -> (engine) -> new StoreTracking(engine,
						new MemoryTrackingStores(10_000).create(engine.client()), this.time),
				listener, this.time);
	}

	@BeforeEach
	void start() {
		this.tracker.start();
	}

	@AfterEach
	void stop() {
		this.tracker.stop();
		this.template.close();
	}

	@Test
	void pollsOfWaitAreKeptWithOutcomeStatusAndPlannedDelay() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("PENDING"), RUNNING,
				ScriptedEndpoint.error(429, Duration.ofSeconds(20)), ScriptedEndpoint.error(503), RUNNING));
		await("op");
		seconds(120);
		List<HistoryEvent> polls = events("op", false, "poll");
		assertThat(polls).extracting(HistoryEvent::outcome)
			.startsWith("success", "success", "throttled", "unavailable", "success");
		assertThat(polls).extracting(HistoryEvent::status).startsWith("PENDING", "RUNNING", null, null, "RUNNING");
		assertThat(polls).extracting(HistoryEvent::fault).startsWith(null, null, "HTTP 429", "HTTP 503", null);
		assertThat(polls.get(0).time()).isEqualTo(Instant.ofEpochSecond(10));
		assertThat(polls.get(0).delay()).isEqualTo(Duration.ofSeconds(10));
		assertThat(polls.get(2).delay()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(24));
	}

	@Test
	void statusIsKeptWithTheTimeOfItsChange() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("PENDING"), RUNNING));
		await("op");
		seconds(45);
		assertThat(events("op", false, "status")).extracting(HistoryEvent::time, HistoryEvent::status)
			.containsExactly(tuple(Instant.ofEpochSecond(10), "PENDING"), tuple(Instant.ofEpochSecond(20), "RUNNING"));
		assertThat(found("op", false).statusSince()).isEqualTo(Instant.ofEpochSecond(20));
	}

	@Test
	void afterTwentyPollsOnlyTheLatestTwentyAreKept() {
		await("op");
		seconds(305);
		List<HistoryEvent> polls = events("op", false, "poll");
		assertThat(polls).hasSize(20);
		assertThat(polls.get(0).time()).isEqualTo(Instant.ofEpochSecond(110));
		assertThat(polls.get(19).time()).isEqualTo(Instant.ofEpochSecond(300));
		assertThat(polls).allSatisfy((poll) -> assertThat(poll.outcome()).isEqualTo("success"));
	}

	@Test
	void delayOfTheLastPollIsTheTimeToTheNextDuePoll() {
		await("op");
		seconds(25);
		OperationsHistory.Known known = Objects
			.requireNonNull(this.history.find(CLIENT, "op", false, Instant.ofEpochSecond(30), (fault) -> fault));
		assertThat(known.events().get(known.events().size() - 1).delay()).isEqualTo(Duration.ofSeconds(10));
		assertThat(events("op", false, "poll").get(1).delay()).isNull();
	}

	@Test
	void whenWaitEndsItsHistoryIsGone() {
		this.endpoint.script("op", List.of(RUNNING, ScriptedEndpoint.status("COMPLETED")));
		await("op");
		Disposable cancelled = await("other");
		seconds(15);
		assertThat(found("op", false)).isNotNull();
		cancelled.dispose();
		seconds(10);
		assertThat(this.history.find(CLIENT, "op", false, null, (fault) -> fault)).isNull();
		assertThat(this.history.find(CLIENT, "other", false, null, (fault) -> fault)).isNull();
	}

	@Test
	void whenWaitEndsWhileAResultIsOnItsWayNoHistoryRemains() {
		List<Disposable> waits = new ArrayList<>();
		OperationsTemplate cancelling = this.template.mutate().name("cancelling").listener(new PollListener() {

			@Override
			public void polled(String client, PollEvent poll) {
				waits.forEach(Disposable::dispose);
			}

			@Override
			public void abandoned(String client, PollEvent poll) {
			}

		}).listener(this.history.listener()).build();
		waits.add(cancelling.await("op").subscribe());
		seconds(15);
		assertThat(waits.get(0).isDisposed()).isTrue();
		assertThat(this.history.find(cancelling.getName(), "op", false, null, (fault) -> fault)).isNull();
		cancelling.close();
	}

	@Test
	void neitherListenerIsOfBothTypesSoThatAContextNotifiesItOnce() {
		assertThat(this.history.listener()).isNotInstanceOf(TrackingListener.class);
		assertThat(this.history.trackingListener()).isNotInstanceOf(OperationsListener.class);
	}

	@Test
	void fetchOfTheApplicationIsNoPoll() {
		await("op");
		seconds(15);
		this.template.fetch("op").subscribe();
		assertThat(events("op", false, "poll")).hasSize(1);
	}

	@Test
	void pollsChangesAndDeliveriesOfTrackedOperationAreKept() {
		this.endpoint.script("op", List.of(RUNNING, ScriptedEndpoint.error(503), ScriptedEndpoint.status("COMPLETED")));
		this.handlerFails = true;
		track("op");
		seconds(32);
		this.handlerFails = false;
		seconds(10);
		OperationsHistory.Known known = found("op", true);
		assertThat(known.events()).extracting(HistoryEvent::event)
			.containsExactly("poll", "status", "poll", "poll", "status", "delivery", "delivery");
		assertThat(events("op", true, "delivery")).extracting(HistoryEvent::outcome)
			.containsExactly("error", "success");
		assertThat(events("op", true, "delivery").get(0).fault()).isEqualTo("java.lang.IllegalStateException: no room");
		assertThat(known.statusSince()).isEqualTo(events("op", true, "poll").get(2).time());
	}

	@Test
	void whenWaitAndTrackerShareItsPollsBothHaveTheirHistory() {
		track("op");
		await("op");
		seconds(25);
		assertThat(events("op", true, "poll")).hasSize(2);
		assertThat(events("op", false, "poll")).hasSize(2);
	}

	@Test
	void whenOperationIsForgottenItsHistoryIsGone() {
		this.endpoint.script("ended", List.of(ScriptedEndpoint.status("COMPLETED")));
		track("op");
		track("ended");
		seconds(15);
		assertThat(found("ended", true)).isNotNull();
		assertThat(this.tracker.forget("op").block()).isTrue();
		assertThat(this.tracker.forget("ended").block()).isTrue();
		assertThat(this.history.find(CLIENT, "op", true, null, (fault) -> fault)).isNull();
		assertThat(this.history.find(CLIENT, "ended", true, null, (fault) -> fault)).isNull();
	}

	@Test
	void whenOtherInstanceMayPollOnlyTheHistoryOfEndedOperationsRemains() {
		this.endpoint.script("ended", List.of(ScriptedEndpoint.status("COMPLETED")));
		track("op");
		track("ended");
		seconds(15);
		this.history.trackingListener().released(CLIENT, null);
		assertThat(this.history.find(CLIENT, "op", true, null, (fault) -> fault)).isNull();
		assertThat(found("ended", true)).isNotNull();
	}

	@Test
	void atMostThousandWaitsHaveAHistory() {
		for (int i = 0; i < 1010; i++) {
			await("op" + i);
			this.time.advanceTimeBy(Duration.ofMillis(1));
		}
		seconds(300);
		assertThat(found("op0", false).events()).isNotEmpty();
		assertThat(found("op999", false).events()).isNotEmpty();
		assertThat(this.history.find(CLIENT, "op1000", false, null, (fault) -> fault)).isNull();
		assertThat(this.history.getWaits()).isEqualTo(OperationsHistory.MAXIMUM_HISTORIES);
		assertThat(this.history.getTrackedOperations()).isZero();
	}

	private void seconds(int seconds) {
		for (int i = 0; i < 10 * seconds; i++) {
			this.time.advanceTimeBy(Duration.ofMillis(100));
		}
	}

	private Disposable await(String id) {
		return this.template.await(new AcceptedOperation(id, null, null, Map.of())).subscribe((end) -> {
		}, (fault) -> {
		});
	}

	private void track(String id) {
		this.tracker.track(id, Map.of()).block();
	}

	private OperationsHistory.Known found(String id, boolean isTracked) {
		return Objects.requireNonNull(this.history.find(CLIENT, id, isTracked, null, (fault) -> fault), id);
	}

	private List<HistoryEvent> events(String id, boolean isTracked, String event) {
		return found(id, isTracked).events().stream().filter((each) -> each.event().equals(event)).toList();
	}

	private record OneClient(OperationPolls polls) implements TrackedClients {

		@Override
		public Map<String, OperationPolls> all() {
			return Map.of(CLIENT, this.polls);
		}

		@Override
		public String serving(AcceptedOperation accepted) {
			return CLIENT;
		}

		@Override
		public void checkServed(String client, AcceptedOperation accepted) {
		}

	}

}
