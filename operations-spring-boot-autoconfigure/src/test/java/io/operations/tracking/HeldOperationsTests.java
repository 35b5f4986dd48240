package io.operations.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationWait;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.TestOperations;
import io.operations.internal.KeyPrefix;
import io.operations.internal.polling.OperationPoller;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.polling.Outage;
import io.operations.internal.polling.PolledOperation;
import io.operations.internal.polling.PollingTarget;
import io.operations.internal.polling.SentPolls;
import io.operations.internal.resilience.Admission;
import io.operations.internal.resilience.AdmittedOperationFetcher;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.ObservedRun;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.polling.PollingState;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.beans.BeanUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tracked operations and waits in one poller, in virtual time.
 */
class HeldOperationsTests {

	private static final Duration TIMEOUT = Duration.ofHours(2);

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final List<Request> requests = new ArrayList<>();

	private final List<TrackedChange> changes = new ArrayList<>();

	private final List<Object> ends = new ArrayList<>();

	private final List<OperationWait> waits = new ArrayList<>();

	private final List<String> statuses = new ArrayList<>();

	private final List<OperationsException> outages = new ArrayList<>();

	private final List<String> cancelled = new ArrayList<>();

	private Duration later = Duration.ofMillis(1);

	private Function<String, Mono<OperationSnapshot>> server = (id) -> answer(id, OperationStatus.RUNNING);

	private boolean mayPoll = true;

	private Runnable waitBegan = () -> {
	};

	private Runnable waitEnded = () -> {
	};

	private Runnable outageBegan = () -> {
	};

	@Test
	void trackedOperationsArePolledBeforeTheyAreDueWhilePermitsAreFree() {
		Client client = new Client(20, shortOfPolls(Duration.ofHours(1)));
		client.hold("op");
		advance(Duration.ofSeconds(30));
		assertThat(this.requests).hasSizeBetween(50, 62);
	}

	@Test
	void trackedOperationsAreNotPolledBeforeTheirRetryAfter() {
		Client client = new Client(20, shortOfPolls(Duration.ofSeconds(1)));
		this.server = (id) -> Mono.just(TestOperations.snapshot(id, OperationStatus.RUNNING, Duration.ofSeconds(10)));
		client.hold("op");
		advance(Duration.ofSeconds(95));
		assertThat(this.requests).hasSizeBetween(2, 10);
	}

	@Test
	void trackedOperationsWhoseFaultSomebodyMustFixAreNotPolledEarly() {
		Client client = new Client(20, shortOfPolls(Duration.ofSeconds(1)));
		this.server = (id) -> Mono.error(TestOperations.fault(400));
		client.hold("op");
		advance(Duration.ofMinutes(30));
		assertThat(this.requests).hasSizeBetween(10, 60);
	}

	@Test
	void scheduledOperationsTakeATenthOfThePollsAtMost() {
		Client client = new Client(2, (state) -> Duration.ofSeconds(10));
		this.server = (id) -> id.startsWith("later") ? Mono.just(scheduled(id)) : answer(id, OperationStatus.RUNNING);
		for (int i = 0; i < 600; i++) {
			client.hold("later" + i);
		}
		// Each needs a first poll, which shows that it is scheduled.
		advance(Duration.ofMinutes(60));
		assertThat(client.poller.held().scheduled()).isEqualTo(600);
		this.requests.clear();
		client.hold("op");
		advance(Duration.ofMinutes(60));
		long later = this.requests.stream().filter((request) -> request.id().startsWith("later")).count();
		assertThat(later).isBetween(400L, 950L);
		assertThat(this.requests.size() - later).isGreaterThan(250);
		client.held.releaseAll();
		assertThat(client.poller.held().scheduled()).isZero();
	}

	private static OperationSnapshot scheduled(String id) {
		return new OperationSnapshot(
				new Operation(id, OperationStatus.PENDING, "SCHEDULED", null, null, null, null, Map.of(), Map.of()),
				null, Instant.EPOCH);
	}

	@Test
	void aWaitAndATrackedOperationOfTheSameIdShareTheirPolls() {
		Client client = new Client(20, backoff());
		client.hold("alone");
		advance(Duration.ofMinutes(5));
		int alone = this.requests.size();
		this.requests.clear();
		client.hold("op");
		client.await("op");
		advance(Duration.ofMinutes(5));
		assertThat(requests("op")).isBetween(alone - 3, alone + 3);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(2));
		int polls = requests("op");
		assertThat(this.ends).singleElement().isInstanceOf(OperationSnapshot.class);
		assertThat(this.waits).singleElement().satisfies((wait) -> assertThat(wait.polls()).isEqualTo(polls));
		assertThat(ending("op")).satisfies((change) -> {
			assertThat(change.ending().outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
			assertThat(change.polled().polls()).isEqualTo(polls);
		});
		assertThat(this.statuses).as("each status is reported once")
			.filteredOn((status) -> status.startsWith("op"))
			.containsExactly("op RUNNING", "op COMPLETED");
	}

	@Test
	void whatIsAwaitedAlreadyIsTrackedWithTheSamePolls() {
		Client client = new Client(20, backoff());
		client.await("op");
		advance(Duration.ofMinutes(1));
		client.hold("op");
		advance(Duration.ofMinutes(1));
		this.server = (id) -> answer(id, OperationStatus.FAILED);
		this.requests.clear();
		advance(Duration.ofMinutes(2));
		assertThat(requests("op")).isEqualTo(1);
		assertThat(this.ends).hasSize(1);
		assertThat(ending("op").ending().outcome()).isEqualTo(OperationOutcome.Type.FAILED);
	}

	@Test
	@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void whenTheResponseArrivesWhileAWaitBeginsTheWaitIsPlannedOnce() {
		Client client = new Client(20, backoff());
		Sinks.One<OperationSnapshot> response = Sinks.one();
		this.server = (id) -> response.asMono();
		client.hold("op");
		advance(Duration.ofSeconds(1));
		assertThat(this.requests).hasSize(1);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		this.waitBegan = () -> response.tryEmitValue(TestOperations.snapshot("op", OperationStatus.RUNNING));
		client.await("op");
		client.await("other");
		advance(Duration.ofMinutes(10));
		assertThat(requests("op")).isEqualTo(2);
		assertThat(this.ends).hasSize(2);
		assertThat(ending("op").polled().polls()).isEqualTo(2);
	}

	@Test
	void theEndOfATrackedOperationIsReportedBeforeCallersOfASharedPollContinue() {
		Client client = new Client(20, backoff());
		List<Object> reported = new ArrayList<>();
		client.hold("op");
		client.poller.await(PollingTarget.of("op"), TIMEOUT)
			.subscribe((snapshot) -> reported.addAll(this.changes.stream().filter(TrackedChange::isEnd).toList()));
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(1));
		assertThat(reported).hasSize(1);
	}

	@Test
	void theEndOfAWaitLeavesTheTrackedOperationPolled() {
		Client client = new Client(20, backoff());
		client.hold("op");
		Disposable wait = client.await("op");
		advance(Duration.ofSeconds(10));
		wait.dispose();
		assertThat(client.poller.waits().size()).isZero();
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(1));
		assertThat(ending("op").ending().outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@Test
	void aWaitThatEndsWithAFaultLeavesTheTrackedOperationPolled() {
		Client client = new Client(20, backoff());
		client.hold("op");
		client.await("op");
		this.server = (id) -> Mono.error(TestOperations.fault(400));
		advance(Duration.ofSeconds(10));
		assertThat(this.ends).singleElement().isInstanceOf(OperationsException.class);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(5));
		assertThat(ending("op").ending().outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@Test
	void aWaitThatBeginsOrIsCancelledWhileAPollIsInFlightSendsNoOther() {
		Client client = new Client(20, backoff());
		this.server = (id) -> Mono.delay(Duration.ofSeconds(5), this.scheduler)
			.thenReturn(TestOperations.snapshot(id, OperationStatus.COMPLETED))
			.doOnCancel(() -> this.cancelled.add(id));
		client.hold("op");
		advance(Duration.ofSeconds(1));
		client.await("op").dispose();
		client.await("op");
		advance(Duration.ofSeconds(3));
		assertThat(requests("op")).isEqualTo(1);
		advance(Duration.ofSeconds(2));
		assertThat(this.ends).hasSize(1);
		assertThat(ending("op").polled().polls()).isEqualTo(1);
		assertThat(requests("op")).isEqualTo(1);
		assertThat(this.cancelled).isEmpty();
	}

	@Test
	void whatIsForgottenWhileItsPollServesAWaitIsPolledForTheWait() {
		Client client = new Client(20, backoff());
		this.server = (id) -> Mono.delay(Duration.ofSeconds(5), this.scheduler)
			.thenReturn(TestOperations.snapshot(id, OperationStatus.COMPLETED));
		client.hold("op");
		client.await("op");
		advance(Duration.ofSeconds(2));
		assertThat(client.held.release("op")).isTrue();
		assertThat(client.held.release("op")).isFalse();
		advance(Duration.ofSeconds(5));
		assertThat(this.ends).hasSize(1);
		assertThat(this.changes).isEmpty();
	}

	@Test
	void theReleaseOfAnEarlierVersionLeavesTheOperationPolled() {
		Client client = new Client(20, backoff());
		TrackedRow row = client.hold("op");
		client.held.hold(row.stored());
		assertThat(client.held.release("op", row.version())).isFalse();
		advance(Duration.ofSeconds(5));
		assertThat(requests("op")).isPositive();
		assertThat(client.held.release("op", row.version() + 1)).isTrue();
		assertThat(client.held.held()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "release", "replace", "releaseAll", "cancel" })
	void whenAPollIsAbandonedNoOtherPollLeavesOnTheCallersThread(String how) {
		Client client = new Client(1000, backoff(), new Later(this.scheduler));
		this.server = (id) -> Mono.<OperationSnapshot>never().doOnCancel(() -> this.cancelled.add(id));
		Disposable wait = client.await("op");
		TrackedRow row = client.hold("held");
		advance(Duration.ofSeconds(1));
		for (int i = 0; i < 100; i++) {
			client.await("wait" + i);
		}
		advance(Duration.ofSeconds(5));
		int sent = this.requests.size();
		assertThat(sent).as("all places in flight are taken").isLessThan(50);
		switch (how) {
			case "release" -> client.held.release("held");
			case "replace" -> client.held.take(List.of(row.stored()));
			case "releaseAll" -> client.held.releaseAll();
			case "cancel" -> wait.dispose();
			default -> throw new IllegalArgumentException(how);
		}
		assertThat(this.requests).hasSize(sent);
		assertThat(this.cancelled).isEmpty();
		advance(Duration.ofMillis(10));
		assertThat(this.cancelled).containsExactly(how.equals("cancel") ? "op" : "held");
		assertThat(this.requests).hasSize(sent + 1);
	}

	@Test
	void anAbandonedPollThatIsQueuedDoesNotLeave() {
		Client client = new Client(20, backoff(), new Later(this.scheduler));
		this.server = (id) -> Mono.error(TestOperations.fault(429, Duration.ofSeconds(20)));
		client.hold("throttled");
		advance(Duration.ofSeconds(1));
		client.hold("op");
		advance(Duration.ofSeconds(5));
		assertThat(client.admission.queued()).as("in the queue for the end of the pause").isEqualTo(1);
		this.later = Duration.ofMinutes(1);
		client.held.release("op");
		advance(Duration.ofSeconds(50));
		assertThat(requests("op")).isZero();
	}

	@Test
	void theRunThatASharedPollShowsIsLearnedOnce() {
		List<ObservedRun> runs = new ArrayList<>();
		Client client = new Client(20, new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofSeconds(10);
			}

			@Override
			public void learn(ObservedRun run) {
				runs.add(run);
			}

		});
		client.await("op");
		advance(Duration.ofMinutes(1));
		client.hold("op");
		advance(Duration.ofMinutes(1));
		client.await("op");
		advance(Duration.ofMinutes(1));
		client.held.release("op");
		advance(Duration.ofMinutes(1));
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(1));
		Duration learned = Duration.ZERO;
		for (ObservedRun run : runs) {
			assertThat(run.from()).as("no age is learned twice, and none is left out").isEqualTo(learned);
			learned = run.to();
		}
		assertThat(runs.get(runs.size() - 1).ended()).isTrue();
	}

	@Test
	void withoutPermissionNoPollLeavesAndTheOperationRemainsDue() {
		Client client = new Client(20, backoff());
		this.mayPoll = false;
		client.hold("op");
		client.await("wait");
		advance(Duration.ofMinutes(2));
		assertThat(requests("op")).isZero();
		assertThat(requests("wait")).as("waits need no permission").isPositive();
		assertThat(this.changes).isEmpty();
		assertThat(this.outages).isEmpty();
		assertThat(client.held.nextDue("op")).isBefore(client.polls.now());
		this.mayPoll = true;
		client.held.resume();
		advance(Duration.ofMillis(10));
		assertThat(requests("op")).isEqualTo(1);
	}

	@Test
	void aPollThatIsQueuedWhenThePermissionEndsDoesNotLeave() {
		Client client = new Client(20, backoff());
		this.server = (id) -> Mono.error(TestOperations.fault(429, Duration.ofSeconds(20)));
		client.hold("throttled");
		advance(Duration.ofSeconds(1));
		this.server = (id) -> answer(id, OperationStatus.RUNNING);
		client.hold("op");
		advance(Duration.ofSeconds(5));
		assertThat(client.admission.queued()).as("in the queue for the end of the pause").isEqualTo(1);
		this.mayPoll = false;
		advance(Duration.ofMinutes(1));
		assertThat(requests("op")).isZero();
		assertThat(this.outages).isEmpty();
		assertThat(client.admission.inFlight()).isZero();
		this.mayPoll = true;
		advance(Duration.ofSeconds(2));
		assertThat(requests("op")).isPositive();
		assertThat(requests("throttled")).isGreaterThan(1);
	}

	@Test
	void loadedOperationsKeepTheirAgeAndPollsAndAreNotNew() {
		List<PollingState> arrivals = new ArrayList<>();
		List<PollingState> next = new ArrayList<>();
		Client client = new Client(20, new PollingSchedule() {

			@Override
			public Duration firstPoll(PollingState state) {
				arrivals.add(state);
				return Duration.ZERO;
			}

			@Override
			public Duration nextPoll(PollingState state) {
				next.add(state);
				return Duration.ofSeconds(100);
			}

		});
		List<TrackedRow> rows = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			rows.add(client.loaded("op" + i, Duration.ofMinutes(10), 7));
		}
		client.held.load(rows);
		assertThat(this.requests).as("on the caller's thread").isEmpty();
		assertThat(arrivals).isEmpty();
		assertThat(next).hasSize(100).allSatisfy((state) -> {
			assertThat(state.age()).isEqualTo(Duration.ofMinutes(10));
			assertThat(state.polls()).isEqualTo(7);
			assertThat(state.kind()).isEqualTo("kind");
		});
		advance(Duration.ofSeconds(50));
		assertThat(this.requests).as("as if the polls had gone on").hasSizeBetween(30, 70);
		advance(Duration.ofSeconds(66));
		assertThat(this.requests.stream().map(Request::id).distinct()).hasSize(100);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(2));
		assertThat(ending("op3").polled().polls()).isBetween(9, 10);
		assertThat(ending("op3").polled().since()).isEqualTo(rows.get(3).polled().since());
		assertThat(arrivals).isEmpty();
	}

	@Test
	void aStatusTextThatTheStoreDoesNotKnowIsNoChangeAfterALoad() {
		Client client = new Client(20, backoff());
		List<String> text = new ArrayList<>(List.of("in-progress"));
		this.server = (id) -> Mono.just(new OperationSnapshot(new Operation(id, OperationStatus.RUNNING, text.get(0),
				null, null, null, null, Map.of("kind", "1"), Map.of()), null, Instant.EPOCH));
		client.held.load(List.of(client.loaded("op", Duration.ofSeconds(10), 7)));
		advance(Duration.ofMinutes(2));
		assertThat(requests("op")).isPositive();
		assertThat(this.changes).isEmpty();
		assertThat(this.statuses).isEmpty();
		text.set(0, "almost-done");
		advance(Duration.ofMinutes(2));
		assertThat(this.changes).hasSize(1);
		assertThat(this.statuses).hasSize(1);
	}

	@Test
	void loadedOperationsDoNotGoAheadOfFirstPolls() {
		Client client = new Client(1, backoff());
		List<TrackedRow> rows = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			rows.add(client.loaded("loaded" + i, Duration.ofMinutes(10), 7).due(client.polls.now()));
		}
		client.held.load(rows);
		advance(Duration.ofSeconds(20));
		client.await("wait");
		client.hold("new");
		this.requests.clear();
		advance(Duration.ofSeconds(6));
		assertThat(this.requests).extracting(Request::id).contains("wait", "new");
	}

	@Test
	void loadedOperationsThatWereNeverPolledDoNotDelayNewOnes() {
		Client client = new Client(1, backoff());
		List<TrackedRow> rows = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			rows.add(client.loaded("loaded" + i, Duration.ofMinutes(10), 0));
		}
		client.held.load(rows);
		client.held.take(List.of(client.loaded("other", Duration.ZERO, 0)));
		client.hold("new");
		advance(Duration.ofSeconds(6));
		assertThat(this.requests).extracting(Request::id).contains("other", "new");
		advance(Duration.ofSeconds(60));
		assertThat(this.requests.stream().map(Request::id).distinct()).hasSize(52);
	}

	@Test
	void operationsOfOtherInstancesAreNewAndNotPolledBeforeTheirRetryAfter() {
		List<String> arrivals = new ArrayList<>();
		Client client = new Client(20, new PollingSchedule() {

			@Override
			public Duration firstPoll(PollingState state) {
				arrivals.add(state.operationId());
				return Duration.ofSeconds(2);
			}

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofHours(1);
			}

			@Override
			public boolean isShortOfPolls() {
				return true;
			}

		});
		TrackedRow row = client.engine.begin(PollingTarget.of("own"), Map.of(), TIMEOUT);
		arrivals.clear();
		PolledOperation other = PolledOperation.of(PollingTarget.of("other"), client.polls.now());
		client.held.take(List.of(new TrackedRow("test", other, Map.of(), row.timeout(), row.deadline(),
				client.polls.now().plusSeconds(30), null, false, TrackedRow.Ending.NONE, 1)));
		assertThat(arrivals).containsExactly("other");
		advance(Duration.ofSeconds(29));
		assertThat(this.requests).isEmpty();
		advance(Duration.ofSeconds(2));
		assertThat(this.requests).isNotEmpty();
	}

	@Test
	void anOperationThatThisInstanceHasTrackedIsNewOnceAlthoughTheStoreNamesItAgain() {
		List<String> arrivals = new ArrayList<>();
		Client client = new Client(20, new PollingSchedule() {

			@Override
			public Duration firstPoll(PollingState state) {
				arrivals.add(state.operationId());
				return Duration.ofSeconds(2);
			}

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofHours(1);
			}

		});
		TrackedRow own = client.hold("own");
		client.held.take(List.of(own, own.version(own.version() + 1)));
		assertThat(arrivals).as("tracked, and tracked again").containsExactly("own", "own");
	}

	@Test
	void afterTheReleaseOfAllNoPollLeavesAndNoChangeIsReported() {
		Client client = new Client(20, backoff());
		this.server = (id) -> Mono.delay(Duration.ofSeconds(3), this.scheduler)
			.thenReturn(TestOperations.snapshot(id, OperationStatus.COMPLETED))
			.doOnCancel(() -> this.cancelled.add(id));
		for (int i = 0; i < 200; i++) {
			client.hold("op" + i);
		}
		client.await("op0");
		advance(Duration.ofSeconds(2));
		int sent = this.requests.size();
		assertThat(sent).isPositive();
		client.held.releaseAll();
		assertThat(client.held.held()).isZero();
		advance(Duration.ofMinutes(5));
		assertThat(this.requests.stream().skip(sent).map(Request::id)).allMatch("op0"::equals);
		assertThat(this.changes).isEmpty();
		assertThat(this.cancelled).isNotEmpty().doesNotContain("op0");
		assertThat(this.ends).hasSize(1);
		assertThat(client.admission.inFlight()).isZero();
		assertThat(client.admission.queued()).isZero();
		client.hold("op1");
		advance(Duration.ofSeconds(10));
		assertThat(ending("op1")).isNotNull();
	}

	@Test
	void waitsAndTrackedOperationsHaveOneOrder() {
		Client client = new Client(2, (state) -> Duration.ofMinutes(5));
		for (int i = 0; i < 60; i++) {
			if (i % 2 == 0) {
				client.await("wait" + i);
			}
			else {
				client.hold("held" + i);
			}
			advance(Duration.ofMillis(20));
		}
		advance(Duration.ofMinutes(2));
		List<Integer> order = this.requests.stream().map((request) -> number(request.id())).toList();
		assertThat(order).hasSize(60);
		for (int i = 0; i < 60; i++) {
			// First polls are spread over half a second, and 16 are with the admission.
			assertThat(order.get(i)).isBetween(i - 42, i + 42);
		}
		assertThat(this.requests.subList(0, 30).stream().filter((request) -> request.id().startsWith("held")))
			.hasSizeBetween(9, 21);
	}

	@Test
	void trackedOperationsAreSeenToEndAsSoonAsAwaitedOnesUnderARateLimit() {
		Client client = new Client(5, new AdaptivePollingSchedule(PollingSettings.defaults(), this.scheduler));
		Random random = new Random(17);
		Map<String, Long> ended = new HashMap<>();
		Map<String, List<Long>> lags = new LinkedHashMap<>();
		this.server = (id) -> answer(id, (now() >= ended.getOrDefault(id, Long.MAX_VALUE)) ? OperationStatus.COMPLETED
				: OperationStatus.RUNNING);
		for (int i = 0; i < 4000; i++) {
			String id = ((i % 2 == 0) ? "wait" : "held") + i;
			long duration = (long) (60_000 * Math.exp(0.3 * random.nextGaussian()));
			ended.put(id, now() + duration);
			if (i % 2 == 0) {
				client.poller.await(PollingTarget.of(id, "kind"), TIMEOUT)
					.subscribe((end) -> lag(lags, "wait", ended, id));
			}
			else {
				client.hold(PollingTarget.of(id, "kind"));
			}
			advance(Duration.ofMillis(500));
			this.changes.stream()
				.filter(TrackedChange::isEnd)
				.forEach((change) -> lags.computeIfAbsent("held", (key) -> new ArrayList<>())
					.add(Objects.requireNonNull(change.ending().endedAt()).toEpochMilli()
							- wall(ended.get(change.id()))));
			this.changes.clear();
		}
		double wait = mean(lags, "wait");
		double held = mean(lags, "held");
		assertThat(held).as("lag of awaited ones: %s ms", wait).isBetween(0.9 * wait, 1.1 * wait);
	}

	@Test
	void anExceptionOfTheStoreStopsNothingAndTheChangeIsReportedAgain() {
		Client client = new Client(20, backoff());
		client.broken = true;
		client.hold("op");
		advance(Duration.ofSeconds(5));
		assertThat(this.changes).isEmpty();
		client.broken = false;
		client.hold("other");
		advance(Duration.ofMinutes(2));
		assertThat(this.changes).extracting(TrackedChange::id).containsExactlyInAnyOrder("op", "other");
		client.broken = true;
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(1));
		client.broken = false;
		advance(Duration.ofMinutes(2));
		assertThat(ending("op")).isNotNull();
		assertThat(ending("other")).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(classes = { AssertionError.class, NoClassDefFoundError.class, StackOverflowError.class })
	void afterErrorsOfTheScheduleOperationsArePolledAgain(Class<? extends Error> type) {
		Set<String> failed = new HashSet<>();
		Client client = new Client(20, new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofSeconds(10);
			}

			@Override
			public void learn(ObservedRun run) {
				// Each kind is the id of one operation.
				if (failed.add(String.valueOf(run.kind()))) {
					throw BeanUtils.instantiateClass(type);
				}
			}

		});
		// More than there are places for polls.
		for (int i = 0; i < 100; i++) {
			client.hold(PollingTarget.of("held" + i, "held" + i));
			client.await(PollingTarget.of("wait" + i, "wait" + i));
			client.hold(PollingTarget.of("shared" + i, "shared" + i));
			client.await(PollingTarget.of("shared" + i, "shared" + i));
		}
		advance(Duration.ofMinutes(2));
		assertThat(failed).hasSize(300);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(2));
		assertThat(this.changes).filteredOn(TrackedChange::isEnd).hasSize(200);
		assertThat(this.ends).hasSize(200).allMatch(OperationSnapshot.class::isInstance);
		assertThat(client.admission.inFlight()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void afterAnErrorOfAListenerOfOutagesTheOperationIsPolledAgain(boolean awaited) {
		Client client = new Client(20, backoff());
		this.outageBegan = () -> {
			throw new StackOverflowError("test");
		};
		this.server = (id) -> Mono.error(TestOperations.fault(503));
		if (awaited) {
			client.await("op");
		}
		else {
			client.hold("op");
		}
		advance(Duration.ofMinutes(1));
		assertThat(this.outages).hasSize(1);
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(5));
		assertThat(this.ends).hasSize(awaited ? 1 : 0).allMatch(OperationSnapshot.class::isInstance);
		assertThat(this.changes).filteredOn(TrackedChange::isEnd).hasSize(awaited ? 0 : 1);
	}

	@Test
	void afterAnErrorOfAListenerOfWaitsTheCallersGetTheOutcome() {
		Client client = new Client(20, backoff());
		client.await("op");
		client.await("op");
		this.waitEnded = () -> {
			throw new StackOverflowError("test");
		};
		this.server = (id) -> answer(id, OperationStatus.COMPLETED);
		advance(Duration.ofMinutes(1));
		assertThat(this.ends).hasSize(2).allMatch(OperationSnapshot.class::isInstance);
	}

	@Test
	void onlyChangesAreReportedAndTheOtherPollsAreCounted() {
		Client client = new Client(20, backoff());
		client.hold("op");
		advance(Duration.ofMinutes(1));
		assertThat(this.changes).singleElement().satisfies((change) -> {
			assertThat(change.polled().polls()).isEqualTo(1);
			assertThat(Objects.requireNonNull(change.polled().lastSeen()).status()).isEqualTo(OperationStatus.RUNNING);
			assertThat(change.lastFault()).isNull();
		});
		TrackedChange first = this.changes.get(0);
		client.held.stored("op", first.version(), first.version() + 1);
		assertThat(client.held.polls(10))
			.containsExactly(new HeldOperations.Polls("op", requests("op"), first.version() + 1));
		assertThat(client.held.polls(10)).isEmpty();
		this.server = (id) -> Mono.error(TestOperations.fault(503));
		advance(Duration.ofMinutes(2));
		assertThat(this.changes).hasSize(2);
		assertThat(this.changes.get(1)).satisfies((change) -> {
			assertThat(change.lastFault()).contains("503");
			assertThat(change.polled().lastSeen()).as("unchanged").isNull();
			assertThat(change.version()).isEqualTo(first.version() + 1);
		});
		this.server = (id) -> answer(id, OperationStatus.RUNNING);
		advance(Duration.ofMinutes(2));
		assertThat(this.changes).hasSize(3);
		assertThat(this.changes.get(2).lastFault()).isNull();
		assertThat(this.changes.get(2).after(this.changes.get(1)).polled().lastSeen()).isNotNull();
		assertThat(this.changes.get(1).after(first).polled().lastSeen()).isEqualTo(first.polled().lastSeen());
	}

	@Test
	void aRoundOfCountsVisitsEachOperationOnce() {
		Client client = new Client(1000, (state) -> Duration.ofSeconds(1));
		for (int i = 0; i < 10; i++) {
			client.hold("op" + i);
		}
		List<String> round = new ArrayList<>();
		for (int expected : List.of(4, 4, 2)) {
			// Each operation has further polls meanwhile.
			advance(Duration.ofSeconds(10));
			List<HeldOperations.Polls> counts = client.held.polls(4);
			assertThat(counts).hasSize(expected);
			counts.forEach((polls) -> round.add(polls.id()));
		}
		assertThat(round).hasSize(10).doesNotHaveDuplicates();
		advance(Duration.ofSeconds(10));
		assertThat(client.held.polls(10)).as("the next round").hasSize(10);
		assertThat(client.held.polls(10)).as("its end").isEmpty();
		assertThat(client.held.polls(4)).as("nothing was polled").isEmpty();
		advance(Duration.ofSeconds(10));
		client.held.polls(4);
		client.held.releaseAll();
		assertThat(client.held.polls(10)).isEmpty();
	}

	@Test
	void theKindIsReportedWhenAResponseFirstNamesIt() {
		Client client = new Client(20, backoff());
		client.hold("op");
		advance(Duration.ofSeconds(10));
		this.server = (id) -> Mono.just(new OperationSnapshot(new Operation(id, OperationStatus.RUNNING, "RUNNING",
				null, null, null, null, Map.of("a", "1"), Map.of()), null, Instant.EPOCH));
		advance(Duration.ofMinutes(1));
		assertThat(this.changes).hasSize(2).last().satisfies((change) -> {
			assertThat(change.polled().kind()).isEqualTo("a");
			assertThat(change.version(7).version()).isEqualTo(7);
		});
	}

	@Test
	void theSummaryAndTheRowTellWhatTheHolderKnows() {
		Client client = new Client(20, backoff());
		TrackedRow row = client.hold("op");
		this.mayPoll = false;
		client.hold("due");
		advance(Duration.ofMinutes(1));
		assertThat(client.held.held()).isEqualTo(2);
		assertThat(client.held.summary().backlog()).isEqualTo(2);
		assertThat(client.held.summary().backlogAge()).isBetween(Duration.ofSeconds(59), Duration.ofSeconds(60));
		assertThat(client.held.summary().unseen()).isEqualTo(2);
		assertThat(client.held.summary().oldest()).isEqualTo(Duration.ofMinutes(1));
		this.mayPoll = true;
		advance(Duration.ofSeconds(20));
		assertThat(client.held.summary().unseen()).isZero();
		assertThat(client.held.summary().count(OperationStatus.RUNNING)).isEqualTo(2);
		assertThat(client.held.summary().count(TrackingState.TRACKED)).isEqualTo(2);
		TrackedRow current = client.held.current(row);
		assertThat(current.polled().polls()).isEqualTo(requests("op"));
		assertThat(current.due()).isAfter(client.polls.now()).isEqualTo(client.held.nextDue("op"));
		assertThat(client.held.current(row.stored())).as("of another version").isEqualTo(row.stored());
	}

	private static double mean(Map<String, List<Long>> lags, String key) {
		List<Long> all = Objects.requireNonNull(lags.get(key));
		return all.subList(all.size() / 2, all.size()).stream().mapToLong(Long::longValue).average().orElseThrow();
	}

	private void lag(Map<String, List<Long>> lags, String key, Map<String, Long> ended, String id) {
		lags.computeIfAbsent(key, (same) -> new ArrayList<>()).add(now() - Objects.requireNonNull(ended.get(id)));
	}

	private long wall(@Nullable Long time) {
		return Objects.requireNonNull(time) + this.scheduler.now(TimeUnit.MILLISECONDS) - now();
	}

	private static int number(String id) {
		return Integer.parseInt(id.replaceAll("\\D", ""));
	}

	private int requests(String id) {
		return (int) this.requests.stream().filter((request) -> request.id().equals(id)).count();
	}

	private TrackedChange ending(String id) {
		return this.changes.stream()
			.filter((change) -> change.isEnd() && change.id().equals(id))
			.reduce((one, other) -> {
				throw new AssertionError("'" + id + "' ended twice");
			})
			.orElseThrow(() -> new AssertionError("'" + id + "' has not ended: " + this.changes));
	}

	private Mono<OperationSnapshot> answer(String id, OperationStatus status) {
		return Mono.just(TestOperations.snapshot(id, status));
	}

	private static PollingSchedule backoff() {
		return new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofMillis(Math.min(30_000, Math.max(500, state.age().toMillis() / 5)));
			}

			// With jitter, the number of polls would vary.
			@Override
			public double jitter() {
				return 0;
			}

		};
	}

	private static PollingSchedule shortOfPolls(Duration interval) {
		return new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return interval;
			}

			@Override
			public boolean isShortOfPolls() {
				return true;
			}

		};
	}

	private long now() {
		return TimeUnit.NANOSECONDS.toMillis(this.scheduler.now(TimeUnit.NANOSECONDS));
	}

	private void advance(Duration time) {
		this.scheduler.advanceTimeBy(time);
	}

	private record Request(String id, long at) {
	}

	/**
	 * Runs later what is to be run at once, as another thread would.
	 */
	private final class Later implements Scheduler {

		private final Scheduler delegate;

		private Later(Scheduler delegate) {
			this.delegate = delegate;
		}

		@Override
		public Disposable schedule(Runnable task) {
			return schedule(task, HeldOperationsTests.this.later.toMillis(), TimeUnit.MILLISECONDS);
		}

		@Override
		public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			return this.delegate.schedule(task, delay, unit);
		}

		@Override
		public Worker createWorker() {
			return this.delegate.createWorker();
		}

		@Override
		public long now(TimeUnit unit) {
			return this.delegate.now(unit);
		}

	}

	private final class Client {

		private final Admission admission;

		private final OperationPoller poller;

		private final OperationPolls polls;

		private final TrackingEngine engine;

		private final HeldOperations held;

		private boolean broken;

		Client(int rate, PollingSchedule schedule) {
			this(rate, schedule, HeldOperationsTests.this.scheduler);
		}

		Client(int rate, PollingSchedule schedule, Scheduler time) {
			PollingSettings settings = PollingSettings.defaults();
			RateLimitSettings limits = new RateLimitSettings(rate, 16, 1000);
			OperationsListener listener = new OperationsListener() {

				@Override
				public void waitBegan(String client, String operationId) {
					HeldOperationsTests.this.waitBegan.run();
				}

				@Override
				public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
					HeldOperationsTests.this.waits.add(wait);
					HeldOperationsTests.this.waitEnded.run();
				}

				@Override
				public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
					HeldOperationsTests.this.statuses
						.add(snapshot.operation().id() + " " + snapshot.operation().status());
				}

				@Override
				public void outageBegan(String client, OperationsException fault) {
					HeldOperationsTests.this.outages.add(fault);
					HeldOperationsTests.this.outageBegan.run();
				}

			};
			this.admission = new Admission("test",
					RateLimiter.of("test", limits.toConfig().build(), () -> time.now(TimeUnit.NANOSECONDS)), limits,
					RetrySettings.defaults(), time, listener);
			AdmittedOperationFetcher fetcher = new AdmittedOperationFetcher((id) -> Mono.defer(() -> {
				HeldOperationsTests.this.requests.add(new Request(id, now()));
				return HeldOperationsTests.this.server.apply(id);
			}), this.admission);
			Outage outage = new Outage("test", settings, time, listener);
			this.poller = new OperationPoller("test", fetcher, this.admission, schedule, settings, time, listener,
					outage, new SentPolls(), KeyPrefix.DEFAULT);
			this.polls = new OperationPolls("test", Duration.ofDays(7), this.admission, 16, time, outage, this.poller);
			this.engine = new TrackingEngine(this.polls, TrackingSettings.defaults(), List::of,
					new TrackingListeners(List.of()));
			this.held = this.engine.hold(this::changed, () -> HeldOperationsTests.this.mayPoll);
		}

		private void changed(TrackedChange change) {
			if (this.broken) {
				throw new IllegalStateException("broken");
			}
			HeldOperationsTests.this.changes.add(change);
		}

		TrackedRow hold(String id) {
			return hold(PollingTarget.of(id));
		}

		TrackedRow hold(PollingTarget target) {
			TrackedRow row = this.engine.begin(target, Map.of(), Duration.ofHours(24));
			this.held.hold(row);
			return row;
		}

		TrackedRow loaded(String id, Duration age, int polls) {
			PolledOperation polled = new PolledOperation(id, "kind", false, this.polls.now().minus(age),
					this.polls.now().minus(age), age, polls, null, Map.of(),
					TestOperations.snapshot(id, OperationStatus.RUNNING).operation());
			return new TrackedRow("test", polled, Map.of(), TIMEOUT, this.polls.now().plus(TIMEOUT), null, null, false,
					TrackedRow.Ending.NONE, 1);
		}

		Disposable await(String id) {
			return await(PollingTarget.of(id));
		}

		Disposable await(PollingTarget target) {
			return this.poller.await(target, TIMEOUT)
				.subscribe(HeldOperationsTests.this.ends::add, HeldOperationsTests.this.ends::add);
		}

	}

}
