package io.operations.internal.polling;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationNotFoundException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationWait;
import io.operations.OperationsClosedException;
import io.operations.OperationsListener;
import io.operations.OperationsRequestException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.TestOperations;
import io.operations.internal.resilience.Admission;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.BackoffPollingSchedule;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

class OperationPollerTests {

	private static final Duration TIMEOUT = Duration.ofMinutes(10);

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final List<Long> polls = new ArrayList<>();

	private final List<Operation> seen = new ArrayList<>();

	private final List<String> told = new ArrayList<>();

	private final List<Throwable> faults = new ArrayList<>();

	private final List<Throwable> reasons = new ArrayList<>();

	private final List<String> stuck = new ArrayList<>();

	private final List<String> deadlines = new ArrayList<>();

	private final List<Throwable> refusals = new ArrayList<>();

	private Function<String, Mono<OperationSnapshot>> endpoint = (id) -> answer(OperationStatus.RUNNING);

	private Poller poller = poller(PollingSettings.defaults(), null);

	@Test
	void allWhoWaitForAnOperationShareItsPolls() {
		watch("op");
		watch("op");
		advance(Duration.ofSeconds(3));
		int shared = this.polls.size();
		assertThat(this.poller.waits().size()).isEqualTo(1);
		assertThat(this.poller.waits().callers()).isEqualTo(2);
		assertThat(this.seen).hasSize(2);
		watch("op");
		assertThat(this.seen).as("who comes later is told at once").hasSize(3);
		assertThat(this.polls).hasSize(shared);
	}

	@Test
	void firstPollsAreSpread() {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofMinutes(1));
		for (int i = 0; i < 200; i++) {
			watch("op" + i);
		}
		advance(Duration.ofMillis(250));
		assertThat(this.polls).hasSizeBetween(50, 150);
		advance(Duration.ofMillis(250));
		assertThat(this.polls).hasSize(200);
	}

	@Test
	void intervalsGrowWithTheAgeBetweenTheirBoundsWithJitter() {
		watch("op");
		advance(Duration.ofMinutes(9));
		for (int i = 1; i < this.polls.size(); i++) {
			double wanted = Math.min(30_000, Math.max(500, this.polls.get(i - 1) / 5.0));
			double interval = this.polls.get(i) - this.polls.get(i - 1);
			assertThat(interval).isBetween(wanted * 0.84, wanted * 1.16 + 1);
		}
		assertThat(this.polls).hasSizeBetween(25, 60);
	}

	@Test
	void ageIsTheServersWhereItIsKnown() {
		this.endpoint = (id) -> Mono.just(new OperationSnapshot(new Operation(id, OperationStatus.RUNNING, "RUNNING",
				Instant.EPOCH, null, null, null, Map.of(), Map.of()), null, Instant.EPOCH.plusSeconds(3600)));
		watch("op");
		advance(Duration.ofSeconds(20));
		assertThat(this.polls).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 429, 503 })
	void retryAfterOfAnyAnswerIsAFloor(int status) {
		Duration floor = Duration.ofSeconds(20);
		this.endpoint = (id) -> (status == 200) ? Mono.just(TestOperations.snapshot(id, OperationStatus.RUNNING, floor))
				: Mono.error(TestOperations.fault(status, floor));
		watch("op");
		advance(Duration.ofMinutes(2));
		for (int i = 1; i < this.polls.size(); i++) {
			assertThat(this.polls.get(i) - this.polls.get(i - 1)).isGreaterThanOrEqualTo(20_000);
		}
		assertThat(this.polls).hasSizeBetween(4, 7);
	}

	@Test
	void pollThatWasThrottledIsSentAgainAfterItsRetryAfterOrTheShortestInterval() {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofMinutes(1));
		this.endpoint = (id) -> switch (this.polls.size()) {
			case 1 -> Mono.error(TestOperations.fault(429));
			case 2 -> Mono.error(TestOperations.fault(429, Duration.ofSeconds(2)));
			default -> Mono.just(TestOperations.snapshot(id, OperationStatus.RUNNING));
		};
		watch("op");
		advance(Duration.ofMinutes(2));
		assertThat(this.polls.get(1) - this.polls.get(0)).isBetween(400L, 600L);
		assertThat(this.polls.get(2) - this.polls.get(1)).isBetween(2000L, 2310L);
		assertThat(this.polls.get(3) - this.polls.get(2)).as("the schedule's interval").isGreaterThan(50_000);
	}

	@Test
	void firstPollIsNotBeforeTheRetryAfterOfTheWrite() {
		this.poller.watch(new PollingTarget("op", null, Duration.ofSeconds(5), true), TIMEOUT).subscribe();
		advance(Duration.ofMillis(4999));
		assertThat(this.polls).isEmpty();
		advance(Duration.ofMillis(760));
		assertThat(this.polls).hasSize(1);
	}

	@Test
	void firstPollsAfterARetryAfterAreSpread() {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofMinutes(1));
		for (int i = 0; i < 100; i++) {
			this.poller.watch(new PollingTarget("op" + i, null, Duration.ofSeconds(5), true), TIMEOUT).subscribe();
		}
		advance(Duration.ofMillis(5751));
		assertThat(this.polls).hasSize(100);
		assertThat(this.polls.stream().distinct()).hasSizeGreaterThan(50);
	}

	@Test
	void intervalsOfAFixedScheduleAreSpreadToBothSides() {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofSeconds(10));
		watch("op");
		advance(Duration.ofMinutes(9));
		assertThat(intervals()).anyMatch((interval) -> interval < 9500)
			.anyMatch((interval) -> interval > 10_500)
			.allMatch((interval) -> interval >= 8500 && interval <= 11_501);
	}

	@Test
	void intervalsAfterARetryAfterAreSpreadUpwards() {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofSeconds(1));
		this.endpoint = (id) -> Mono.just(TestOperations.snapshot(id, OperationStatus.RUNNING, Duration.ofSeconds(10)));
		watch("op");
		advance(Duration.ofMinutes(9));
		assertThat(intervals()).anyMatch((interval) -> interval > 10_500)
			.allMatch((interval) -> interval >= 10_000 && interval <= 11_501);
	}

	private List<Long> intervals() {
		List<Long> intervals = new ArrayList<>();
		for (int i = 1; i < this.polls.size(); i++) {
			intervals.add(this.polls.get(i) - this.polls.get(i - 1));
		}
		return intervals;
	}

	@Test
	void retryAfterOfTheWriteIsAFloorEvenWhereTheDeadlineIsBeforeIt() {
		this.poller.await(new PollingTarget("op", null, Duration.ofSeconds(60), true), Duration.ofSeconds(30))
			.subscribe((end) -> {
			}, this.faults::add);
		advance(Duration.ofMinutes(2));
		assertThat(this.polls).isEmpty();
		assertThat(this.faults).singleElement().isInstanceOf(OperationTimeoutException.class);
	}

	@Test
	void pollThatCannotEvenBeginEndsItsWaitAndNoOther() {
		this.endpoint = (id) -> {
			if (id.equals("broken")) {
				throw new NoClassDefFoundError("gone");
			}
			return answer(OperationStatus.RUNNING);
		};
		watch("broken");
		watch("op");
		advance(Duration.ofSeconds(5));
		assertThat(this.faults).singleElement()
			.isInstanceOfSatisfying(OperationsUnavailableException.class,
					(failure) -> assertThat(failure).hasCauseInstanceOf(NoClassDefFoundError.class));
		assertThat(this.poller.waits().size(OperationStatus.RUNNING)).isOne();
		assertThat(this.polls).hasSizeGreaterThan(3);
	}

	@Test
	void subscriberThatThrowsStopsNothing() {
		this.poller.await(PollingTarget.of("op"), Duration.ofSeconds(3)).subscribe((end) -> {
		}, (fault) -> {
			throw new IllegalStateException("broken subscriber");
		});
		this.poller.watch(PollingTarget.of("op"), TIMEOUT).subscribe((seen) -> {
			throw new IllegalStateException("broken subscriber");
		}, (fault) -> {
		});
		watch("op");
		advance(Duration.ofSeconds(10));
		assertThat(this.faults).isEmpty();
		assertThat(this.seen).hasSize(1);
		int before = this.polls.size();
		advance(Duration.ofSeconds(10));
		assertThat(this.polls).hasSizeGreaterThan(before);
	}

	@Test
	void whoJoinsWithLessTimeHasAPollBeforeItsDeadline() {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofSeconds(30));
		this.endpoint = (id) -> answer(
				(this.scheduler.now(TimeUnit.SECONDS) < 4) ? OperationStatus.RUNNING : OperationStatus.COMPLETED);
		watch("op");
		advance(Duration.ofSeconds(2));
		this.poller.await(PollingTarget.of("op"), Duration.ofSeconds(5))
			.subscribe((end) -> this.seen.add(end.operation()), this.faults::add);
		advance(Duration.ofSeconds(5));
		assertThat(this.faults).isEmpty();
		assertThat(this.polls).hasSize(2);
	}

	@Test
	void outageWhileShortOfPollsIsNoHotLoop() {
		this.poller = poller(PollingSettings.defaults(), new ShortOfPolls());
		this.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		for (int i = 0; i < 20; i++) {
			watch("op" + i);
		}
		advance(Duration.ofMinutes(2));
		assertThat(this.polls).hasSizeLessThan(60);
	}

	@Test
	void answersThatProveTheEndpointThereAreNoOutage() {
		this.endpoint = (id) -> Mono.error(TestOperations.fault((this.polls.size() % 3 == 0) ? 404 : 503));
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofSeconds(1));
		for (int i = 0; i < 60; i++) {
			watch("op" + i);
		}
		advance(Duration.ofSeconds(20));
		assertThat(this.poller.waits().size()).isZero();
	}

	@Test
	void scheduleThatThrowsWhereverItIsAskedEndsNothing() {
		this.poller = poller(PollingSettings.defaults(), new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				throw new IllegalStateException("broken");
			}

			@Override
			public Duration firstPoll(PollingState state) {
				throw new IllegalStateException("broken");
			}

			@Override
			public void learn(ObservedRun run) {
				throw new IllegalStateException("broken");
			}

			@Override
			public double jitter() {
				throw new IllegalStateException("broken");
			}

			@Override
			public boolean isShortOfPolls() {
				throw new IllegalStateException("broken");
			}

			@Override
			public @Nullable Duration unusualAge(@Nullable String kind) {
				throw new IllegalStateException("broken");
			}

		});
		watch("op");
		advance(Duration.ofMinutes(2));
		assertThat(this.faults).isEmpty();
		assertThat(this.polls).hasSizeBetween(3, 6);
	}

	@Test
	void unknownStatusIsNotTheEnd() {
		this.endpoint = (id) -> answer(OperationStatus.UNKNOWN);
		watch("op");
		advance(Duration.ofMinutes(5));
		assertThat(this.poller.waits().size()).isEqualTo(1);
		assertThat(this.seen).hasSize(1);
	}

	@Test
	void passingFaultsEndNothingBeforeTheDeadlineWhichTellsOfThem() {
		this.endpoint = (id) -> (this.polls.size() == 1) ? answer(OperationStatus.RUNNING)
				: Mono.error(TestOperations.fault(503));
		watch("op");
		advance(Duration.ofMinutes(9));
		assertThat(this.faults).isEmpty();
		advance(Duration.ofMinutes(1));
		assertThat(this.faults).singleElement().isInstanceOfSatisfying(OperationTimeoutException.class, (timeout) -> {
			assertThat(timeout.getLastSeen()).isNotNull();
			assertThat(timeout.getPolls()).isEqualTo(this.polls.size());
			assertThat(timeout).hasCauseInstanceOf(OperationsUnavailableException.class)
				.hasMessageContaining("was RUNNING")
				.hasMessageContaining("HTTP 503");
		});
		assertThat(this.reasons).hasSize(1).first().isInstanceOf(OperationTimeoutException.class);
	}

	@Test
	void lastingFaultEndsTheWaitAtOnce() {
		this.endpoint = (id) -> Mono.error(TestOperations.fault(404));
		watch("op");
		advance(Duration.ofSeconds(1));
		assertThat(this.faults).singleElement().isInstanceOf(OperationNotFoundException.class);
		assertThat(this.poller.waits().size()).isZero();
		advance(TIMEOUT);
		assertThat(this.polls).hasSize(1);
	}

	@Test
	void deadlineCoversAPollThatIsNeverAdmitted() {
		List<String> cancelled = new ArrayList<>();
		this.endpoint = (id) -> Mono.<OperationSnapshot>never().doOnCancel(() -> cancelled.add(id));
		this.poller.watch(PollingTarget.of("op"), Duration.ofSeconds(3)).subscribe(this.seen::add, this.faults::add);
		advance(Duration.ofSeconds(3));
		assertThat(this.faults).singleElement().isInstanceOf(OperationTimeoutException.class);
		assertThat(cancelled).containsExactly("op");
	}

	@Test
	void lastSubscribersCancelStopsPollingAndTheFirstsDoesNot() {
		Disposable first = watch("op");
		Disposable second = watch("op");
		advance(Duration.ofSeconds(2));
		first.dispose();
		int before = this.polls.size();
		advance(Duration.ofSeconds(10));
		assertThat(this.polls.size()).isGreaterThan(before);
		second.dispose();
		int after = this.polls.size();
		advance(TIMEOUT);
		assertThat(this.polls).hasSize(after);
		assertThat(this.reasons).singleElement().isInstanceOf(CancellationException.class);
	}

	@Test
	void watcherSeesChangesOnlyAndTheTerminalOneLast() {
		this.endpoint = (id) -> answer((this.polls.size() < 4) ? OperationStatus.PENDING
				: (this.polls.size() < 8) ? OperationStatus.RUNNING : OperationStatus.FAILED);
		List<String> ended = new ArrayList<>();
		this.poller.watch(PollingTarget.of("op"), TIMEOUT)
			.doOnComplete(() -> ended.add("complete"))
			.subscribe(this.seen::add, this.faults::add);
		advance(TIMEOUT);
		assertThat(this.seen).extracting(Operation::status)
			.containsExactly(OperationStatus.PENDING, OperationStatus.RUNNING, OperationStatus.FAILED);
		assertThat(ended).containsExactly("complete");
		assertThat(this.polls).hasSize(8);
		assertThat(this.poller.waits().size(OperationStatus.RUNNING)).isZero();
	}

	@Test
	void differenceOfCaseOrWhiteSpaceAloneIsNoChange() {
		List<String> words = List.of("running", "RUNNING", "Running", " running\n", "Halfway", "halfway", "COMPLETED");
		this.endpoint = (id) -> {
			String word = words.get(this.polls.size() - 1);
			return Mono.just(new OperationSnapshot(
					new Operation(id, OperationStatus.of(word), word, null, null, null, null, Map.of(), Map.of()), null,
					Instant.EPOCH));
		};
		watch("op");
		advance(TIMEOUT);
		assertThat(this.polls).hasSize(words.size());
		assertThat(this.seen).extracting(Operation::statusText).containsExactly("running", "Halfway", "COMPLETED");
		assertThat(this.told).containsExactly("running", "Halfway", "COMPLETED");
	}

	@Test
	void outageForEverybodyCostsFewerRequestsThanHealth() {
		int healthy = requestsOfHundredYoungWaits(() -> answer(OperationStatus.RUNNING));
		int outage = requestsOfHundredYoungWaits(() -> Mono.error(TestOperations.fault(503)));
		assertThat(outage).isLessThan(healthy / 2);
	}

	private int requestsOfHundredYoungWaits(Supplier<Mono<OperationSnapshot>> answer) {
		this.polls.clear();
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofSeconds(1));
		this.endpoint = (id) -> answer.get();
		for (int i = 0; i < 100; i++) {
			watch("op" + i);
		}
		advance(Duration.ofMinutes(1));
		this.poller.close();
		return this.polls.size();
	}

	@Test
	void outageIsProbedByOnePollAtATimeAndEndsNothing() {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofSeconds(1));
		this.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		for (int i = 0; i < 1000; i++) {
			watch("op" + i);
		}
		advance(Duration.ofMinutes(1));
		assertThat(this.polls).hasSizeLessThan(30);
		assertThat(this.faults).isEmpty();
		this.endpoint = (id) -> answer(OperationStatus.RUNNING);
		int before = this.polls.size();
		advance(Duration.ofSeconds(12));
		assertThat(this.polls.size() - before).isGreaterThanOrEqualTo(1000);
		assertThat(this.poller.waits().size(OperationStatus.RUNNING)).isEqualTo(1000);
	}

	@Test
	void whileThereAreTooFewPermitsAPermitToSpareGoesToTheWaitThatIsDueNextButNotWithinTheShortestInterval() {
		this.poller = poller(PollingSettings.defaults(), new ShortOfPolls());
		watch("op");
		advance(Duration.ofSeconds(10));
		assertThat(this.polls).hasSizeBetween(18, 21);
		for (int i = 1; i < this.polls.size(); i++) {
			assertThat(this.polls.get(i) - this.polls.get(i - 1)).isGreaterThanOrEqualTo(500);
		}
	}

	@Test
	void whileThereAreTooFewPermitsAPermitToSpareGoesToAFirstPollTooButNotWithinARetryAfter() {
		List<String> asked = new ArrayList<>();
		this.endpoint = (id) -> {
			asked.add(id);
			return answer(OperationStatus.RUNNING);
		};
		this.poller = poller(PollingSettings.defaults(), new ShortOfPolls());
		watch("op");
		AcceptedOperation accepted = new AcceptedOperation("later", null, Duration.ofSeconds(40), Map.of());
		Disposable later = this.poller.await(PollingTarget.of(accepted), Duration.ofMinutes(5)).subscribe();
		advance(Duration.ofSeconds(1));
		assertThat(asked).contains("op").doesNotContain("later");
		advance(Duration.ofSeconds(38));
		assertThat(asked).doesNotContain("later");
		advance(Duration.ofSeconds(20));
		assertThat(asked).contains("later");
		later.dispose();
	}

	@Test
	void operationOlderThanUsualIsStuckAndToldOfOnce() {
		this.poller = poller(PollingSettings.defaults(), null);
		Disposable wait = watch("op");
		advance(Duration.ofMinutes(4));
		assertThat(this.poller.stuck()).isZero();
		advance(Duration.ofMinutes(2));
		assertThat(this.poller.stuck()).isOne();
		assertThat(this.stuck).containsExactly("op");
		wait.dispose();
		assertThat(this.poller.stuck()).isZero();
	}

	@Test
	void operationOlderThanItsKindWasSeenToGetIsStuckAndItsTimeoutSaysSo() {
		AdaptivePollingSchedule schedule = new AdaptivePollingSchedule(PollingSettings.defaults(), this.scheduler);
		for (int i = 0; i < 50; i++) {
			schedule.learn(new ObservedRun("quick", Duration.ZERO, Duration.ofSeconds(5), true));
		}
		this.poller = poller(PollingSettings.defaults(), schedule);
		this.poller.watch(new PollingTarget("op", "quick", null, true), Duration.ofMinutes(1))
			.subscribe(this.seen::add, this.faults::add);
		this.poller.watch(new PollingTarget("other", "slow", null, true), Duration.ofMinutes(1))
			.subscribe(this.seen::add, this.faults::add);
		advance(Duration.ofSeconds(10));
		assertThat(this.stuck).isEmpty();
		advance(Duration.ofSeconds(50));
		assertThat(this.stuck).containsExactly("op");
		assertThat(this.poller.kinds()).isEqualTo(1);
		assertThat(this.faults).hasSize(2);
		assertThat(this.faults.get(0))
			.isInstanceOfSatisfying(OperationTimeoutException.class,
					(timeout) -> assertThat(timeout.getUnusualAge()).isBetween(Duration.ofSeconds(5),
							Duration.ofSeconds(30)))
			.hasMessageContaining("which is unusual: operations of its kind rarely reach");
		assertThat(this.faults.get(1)).hasMessageContaining("does not know yet");
	}

	@Test
	void operationIsAskedForOnceMoreShortlyBeforeADeadline() {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofSeconds(30));
		this.endpoint = (id) -> answer(
				(this.scheduler.now(TimeUnit.SECONDS) < 8) ? OperationStatus.RUNNING : OperationStatus.COMPLETED);
		this.poller.await(PollingTarget.of("op"), Duration.ofSeconds(10))
			.subscribe((end) -> this.seen.add(end.operation()));
		advance(Duration.ofSeconds(10));
		assertThat(this.seen).singleElement().extracting(Operation::status).isEqualTo(OperationStatus.COMPLETED);
		assertThat(this.polls).hasSize(2);
	}

	@Test
	void eachDeadlineIsToldOfThoughOthersWaitOn() {
		this.poller.await(PollingTarget.of("op"), Duration.ofSeconds(3)).subscribe((end) -> {
		}, this.faults::add);
		watch("op");
		advance(Duration.ofSeconds(4));
		assertThat(this.faults).singleElement().isInstanceOf(OperationTimeoutException.class);
		assertThat(this.deadlines).containsExactly("op");
		assertThat(this.reasons).isEmpty();
		assertThat(this.poller.waits().size()).isOne();
	}

	@Test
	void endingAllWaitsLetsFurtherOnesBegin() {
		watch("a");
		this.poller.stop();
		this.poller.start();
		assertThat(this.faults).singleElement().isInstanceOf(OperationsClosedException.class);
		watch("b");
		advance(Duration.ofSeconds(1));
		assertThat(this.poller.waits().size()).isOne();
		assertThat(this.seen).hasSize(1);
	}

	@Test
	void acceptedOperationOfAKnownKindIsNotAskedForBeforeItCanHaveEnded() {
		AdaptivePollingSchedule schedule = new AdaptivePollingSchedule(PollingSettings.defaults(), this.scheduler);
		for (int i = 0; i < 30; i++) {
			schedule.learn(new ObservedRun("import", Duration.ZERO, Duration.ofSeconds(20), true));
		}
		this.poller = poller(PollingSettings.defaults(), schedule);
		AcceptedOperation accepted = new AcceptedOperation("op", null, null, Map.of()).withKind("import");
		this.poller.watch(PollingTarget.of(accepted), TIMEOUT).subscribe(this.seen::add);
		advance(Duration.ofSeconds(15));
		assertThat(this.polls).isEmpty();
		advance(Duration.ofSeconds(10));
		assertThat(this.polls).hasSizeBetween(1, 12);
	}

	@Test
	void whatPollsSeeIsLearnedByTheKeysOfTheRelatedIds() {
		List<ObservedRun> runs = new ArrayList<>();
		this.endpoint = (id) -> Mono
			.just(new OperationSnapshot(operation(id, this.polls.size() == 3), null, Instant.ofEpochSecond(1000)));
		this.poller = poller(PollingSettings.defaults(), new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofSeconds(2);
			}

			@Override
			public void learn(ObservedRun run) {
				runs.add(run);
			}

		});
		this.poller.await(PollingTarget.of(new AcceptedOperation("op", null, null, Map.of())), TIMEOUT).subscribe();
		advance(Duration.ofMinutes(1));
		assertThat(runs).hasSize(3).allMatch((run) -> "configurationId".equals(run.kind()));
		assertThat(runs.get(0).from()).isZero();
		assertThat(runs.get(1).from()).isEqualTo(runs.get(0).to());
		assertThat(runs.get(2).ended()).isTrue();
		assertThat(runs.get(2).to()).isEqualTo(Duration.ofSeconds(5));
	}

	private static Operation operation(String id, boolean ended) {
		OperationStatus status = ended ? OperationStatus.COMPLETED : OperationStatus.RUNNING;
		return new Operation(id, status, status.name(), Instant.ofEpochSecond(1000),
				ended ? Instant.ofEpochSecond(1005) : null, null, null, Map.of("configurationId", "cfg"), Map.of());
	}

	@Test
	void faultOfOneWaitCostsTheOthersNothing() {
		this.endpoint = (id) -> id.equals("bad") ? Mono.error(TestOperations.fault(503))
				: answer(OperationStatus.RUNNING);
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofSeconds(1));
		watch("bad");
		for (int i = 0; i < 20; i++) {
			watch("good" + i);
		}
		advance(Duration.ofSeconds(60));
		assertThat(this.polls.size()).isGreaterThan(20 * 50);
	}

	@Test
	void moreWaitersThanAllowedAreRefused() {
		this.poller = poller(new PollingSettings(Duration.ofMillis(500), Duration.ofSeconds(30), TIMEOUT, 2,
				Duration.ofMinutes(5), 8), null);
		Disposable first = watch("a");
		watch("a");
		watch("b");
		assertThat(this.faults).singleElement()
			.isInstanceOfSatisfying(OperationsThrottledException.class,
					(refusal) -> assertThat(refusal).hasMessageContaining("operations.polling.max-waits"));
		assertThat(this.refusals).as("it is told of").isEqualTo(this.faults);
		first.dispose();
		watch("b");
		assertThat(this.faults).hasSize(1);
	}

	@Test
	void closingEndsAllWaitsAndNothingLeavesAfterwards() {
		watch("a");
		watch("b");
		advance(Duration.ofSeconds(1));
		int before = this.polls.size();
		this.poller.close();
		watch("c");
		advance(TIMEOUT);
		assertThat(this.faults).hasSize(3)
			.allSatisfy((ex) -> assertThat(ex).isInstanceOf(OperationsClosedException.class));
		assertThat(this.polls).hasSize(before);
		assertThat(this.poller.waits().size()).isZero();
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -5 })
	void scheduleThatAnswersNonsenseIsNoHotLoop(long millis) {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofMillis(millis));
		watch("op");
		advance(Duration.ofSeconds(1));
		assertThat(this.polls).hasSizeLessThanOrEqualTo(1001);
	}

	@Test
	void scheduleThatThrowsEndsNothing() {
		this.poller = poller(PollingSettings.defaults(), (state) -> {
			throw new IllegalStateException("broken");
		});
		watch("op");
		advance(Duration.ofMinutes(2));
		assertThat(this.faults).isEmpty();
		assertThat(this.polls).hasSizeBetween(3, 6);
	}

	@Test
	void decoratorThatThrowsEndsTheWaitWithWhatItThrew() {
		this.poller = new Poller("test", (id) -> {
			throw new IllegalStateException("broken decorator");
		}, admission(), (state) -> Duration.ofSeconds(1), PollingSettings.defaults(), this.scheduler,
				new OperationsListener() {
				});
		watch("op");
		advance(Duration.ofSeconds(1));
		assertThat(this.faults).singleElement().isInstanceOf(IllegalStateException.class);
	}

	@Test
	void idThatCannotBeOneIsRefusedBeforeAnything() {
		watch(" ");
		assertThat(this.faults).singleElement().isInstanceOf(OperationsRequestException.class);
		assertThat(this.poller.waits().size()).isZero();
	}

	@Test
	void waitsAreCountedByTheStatusLastSeen() {
		watch("a");
		Disposable second = watch("b");
		assertThat(this.poller.waits().size((OperationStatus) null)).isEqualTo(2);
		advance(Duration.ofSeconds(1));
		assertThat(this.poller.waits().size(OperationStatus.RUNNING)).isEqualTo(2);
		second.dispose();
		assertThat(this.poller.waits().size(OperationStatus.RUNNING)).isEqualTo(1);
	}

	@Test
	void hundredThousandWaitsBeginAndAreCancelledWithoutAThreadForEach() {
		int threads = ManagementFactory.getThreadMXBean().getThreadCount();
		List<Disposable> waits = new ArrayList<>();
		for (int i = 0; i < 100_000; i++) {
			waits.add(watch("op" + i));
		}
		advance(Duration.ofSeconds(1));
		assertThat(this.poller.waits().size()).isEqualTo(100_000);
		assertThat(this.polls.size()).isGreaterThanOrEqualTo(100_000);
		assertThat(ManagementFactory.getThreadMXBean().getThreadCount()).isLessThan(threads + 10);
		waits.forEach(Disposable::dispose);
		assertThat(this.poller.waits().size()).isZero();
		assertThat(this.poller.waits().size(OperationStatus.RUNNING)).isZero();
	}

	@Test
	void whoJoinsDoesNotHastenAPollThatTheServerAskedToWaitFor() {
		this.endpoint = (id) -> Mono.just(TestOperations.snapshot(id, OperationStatus.RUNNING, Duration.ofSeconds(20)));
		watch("op");
		advance(Duration.ofSeconds(2));
		this.poller.await(PollingTarget.of("op"), Duration.ofSeconds(5)).subscribe((end) -> {
		}, this.faults::add);
		advance(Duration.ofSeconds(5));
		assertThat(this.polls).hasSize(1);
		assertThat(this.faults).singleElement().isInstanceOf(OperationTimeoutException.class);
	}

	// A hot loop in virtual time has no end.
	@Test
	@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void outageWithNothingDueWhileShortOfPollsIsNoHotLoop() {
		this.poller = poller(PollingSettings.defaults(), new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofSeconds(30);
			}

			@Override
			public boolean isShortOfPolls() {
				return true;
			}

		});
		this.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		for (int i = 0; i < 5; i++) {
			watch("op" + i);
		}
		advance(Duration.ofSeconds(20));
		assertThat(this.polls).hasSizeLessThan(20);
	}

	@Test
	void refusalsOfOurOwnAreNoOutage() {
		this.endpoint = (id) -> Mono.error(new OperationsThrottledException("full", id, (Duration) null));
		assertThat(pollsOfTwentyWaitsInTwentySeconds()).isGreaterThan(20 * 15);
	}

	@Test
	void refusalsOfTheServerProveTheEndpointThere() {
		this.endpoint = (id) -> Mono.error(TestOperations.fault((this.polls.size() % 3 == 0) ? 429 : 503));
		assertThat(pollsOfTwentyWaitsInTwentySeconds()).isGreaterThan(20 * 15);
	}

	private int pollsOfTwentyWaitsInTwentySeconds() {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofSeconds(1));
		for (int i = 0; i < 20; i++) {
			watch("op" + i);
		}
		advance(Duration.ofSeconds(20));
		return this.polls.size();
	}

	@Test
	void probeOfAnOutageThatIsUnderWayIsTheOnlyOneHoweverLongItTakes() {
		this.poller = poller(PollingSettings.defaults(), (state) -> Duration.ofSeconds(1));
		this.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		for (int i = 0; i < 100; i++) {
			watch("op" + i);
		}
		advance(Duration.ofSeconds(10));
		this.endpoint = (id) -> Mono.never();
		int before = this.polls.size();
		advance(Duration.ofSeconds(30));
		watch("another");
		advance(Duration.ofSeconds(30));
		assertThat(this.polls).hasSize(before + 1);
	}

	@Test
	void pollsThatCannotEvenBeginGiveTheirPlacesBack() {
		this.endpoint = (id) -> {
			if (id.startsWith("broken")) {
				throw new NoClassDefFoundError("gone");
			}
			return answer(OperationStatus.RUNNING);
		};
		for (int i = 0; i < 40; i++) {
			watch("broken" + i);
		}
		advance(Duration.ofSeconds(1));
		assertThat(this.faults).hasSize(40);
		watch("op");
		advance(Duration.ofSeconds(1));
		assertThat(this.seen).hasSize(1);
	}

	@Test
	void decoratorThatSwallowsAnAnswerIsAskedAgain() {
		this.endpoint = (id) -> (this.polls.size() == 1) ? Mono.empty() : answer(OperationStatus.COMPLETED);
		watch("op");
		advance(Duration.ofSeconds(5));
		assertThat(this.faults).isEmpty();
		assertThat(this.seen).singleElement().extracting(Operation::status).isEqualTo(OperationStatus.COMPLETED);
		assertThat(this.polls).hasSize(2);
	}

	@Test
	void watcherIsNotToldAgainOfWhatItKnowsWhenItsDeadlinePasses() {
		watch("op");
		advance(TIMEOUT);
		assertThat(this.faults).singleElement().isInstanceOf(OperationTimeoutException.class);
		assertThat(this.seen).hasSize(1);
	}

	@Test
	void whoJoinsWhileListenersHearOfTheEndIsToldOfItAfterThem() {
		this.endpoint = (id) -> answer(OperationStatus.COMPLETED);
		List<Integer> toldBefore = new ArrayList<>();
		this.poller = new Poller("test", (id) -> this.endpoint.apply(id), admission(), (state) -> Duration.ofSeconds(1),
				PollingSettings.defaults(), this.scheduler, new OperationsListener() {
					@Override
					public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
						watch("op");
						toldBefore.add(OperationPollerTests.this.seen.size());
					}
				});
		watch("op");
		advance(Duration.ofSeconds(5));
		assertThat(toldBefore).containsExactly(0);
		assertThat(this.seen).hasSize(2);
		assertThat(this.faults).isEmpty();
	}

	@Test
	void changeOfAnythingButTheStatusIsNotToldOf() {
		this.endpoint = (id) -> Mono.just(new OperationSnapshot(new Operation(id, OperationStatus.RUNNING, "RUNNING",
				null, null, null, null, Map.of("poll", "poll-" + this.polls.size()), Map.of()), null, Instant.EPOCH));
		watch("op");
		advance(Duration.ofMinutes(1));
		assertThat(this.polls).hasSizeGreaterThan(5);
		assertThat(this.seen).hasSize(1);
	}

	@Test
	void oldestWaitIsTheOneThatBeganFirst() {
		assertThat(this.poller.waits().oldest()).isZero();
		watch("a");
		advance(Duration.ofSeconds(10));
		watch("b");
		advance(Duration.ofSeconds(5));
		assertThat(this.poller.waits().oldest()).isEqualTo(Duration.ofSeconds(15));
	}

	@Test
	void backlogIsAsOldAsThePollThatIsDueFirstIsOverdue() {
		watch("op");
		advance(Duration.ofSeconds(1));
		assertThat(this.poller.backlogAge()).as("nothing is overdue").isZero();
		this.endpoint = (id) -> Mono.never();
		for (int i = 0; i < 40; i++) {
			watch("op" + i);
		}
		advance(Duration.ofSeconds(10));
		assertThat(this.poller.backlogAge()).isBetween(Duration.ofMillis(9500), Duration.ofSeconds(10));
	}

	@Test
	void closingCancelsThePollsThatAreUnderWay() {
		List<String> cancelled = new ArrayList<>();
		this.endpoint = (id) -> Mono.<OperationSnapshot>never().doOnCancel(() -> cancelled.add(id));
		watch("op");
		advance(Duration.ofSeconds(1));
		this.poller.close();
		assertThat(cancelled).containsExactly("op");
	}

	@Test
	void whatRunsAlreadyIsLearnedFromTheAgeAtWhichItWasFound() {
		List<ObservedRun> runs = new ArrayList<>();
		this.endpoint = (id) -> Mono.just(new OperationSnapshot(operation(id, false), null,
				Instant.ofEpochSecond(1000 + 3600).plusMillis(this.scheduler.now(TimeUnit.MILLISECONDS))));
		this.poller = learning(runs);
		watch("op");
		advance(Duration.ofSeconds(1));
		assertThat(runs).singleElement().satisfies((run) -> {
			assertThat(run.from()).isBetween(Duration.ofSeconds(3598), Duration.ofSeconds(3600));
			assertThat(run.ended()).isFalse();
		});
	}

	@Test
	void cancelledOperationSaysNothingOfHowLongOthersTake() {
		List<ObservedRun> runs = new ArrayList<>();
		this.endpoint = (id) -> answer((this.polls.size() < 3) ? OperationStatus.RUNNING : OperationStatus.CANCELLED);
		this.poller = learning(runs);
		watch("op");
		advance(Duration.ofMinutes(1));
		assertThat(this.polls).hasSize(3);
		assertThat(runs).isNotEmpty().noneMatch(ObservedRun::ended);
	}

	@Test
	void endOfWhichNoTimeIsKnownIsLearnedHalfwayBetweenTheLastTwoPolls() {
		List<ObservedRun> runs = new ArrayList<>();
		this.endpoint = (id) -> answer((this.polls.size() < 3) ? OperationStatus.RUNNING : OperationStatus.COMPLETED);
		this.poller = learning(runs);
		this.poller.watch(new PollingTarget("op", null, null, true), TIMEOUT).subscribe();
		advance(Duration.ofMinutes(1));
		ObservedRun end = runs.get(runs.size() - 1);
		assertThat(end.ended()).isTrue();
		assertThat(end.from()).hasMillis(this.polls.get(1));
		assertThat(end.to()).hasMillis((this.polls.get(1) + this.polls.get(2)) / 2);
	}

	@ParameterizedTest
	@CsvSource(nullValues = "none",
			value = { "0001-01-01T00:00:00Z, none", "9999-12-31T23:59:59Z, none",
					"0001-01-01T00:00:00Z, 2025-01-15T10:30:05Z", "9999-12-31T23:59:59Z, 2025-01-15T10:30:05Z",
					"2025-01-15T10:30:00Z, 0001-01-01T00:00:00Z", "2025-01-15T10:30:00Z, 9999-12-31T23:59:59Z",
					"2025-01-15T10:30:03Z, 2025-01-15T10:30:02Z", "none, 0001-01-01T00:00:00Z" })
	void timesThatCannotBeTrueTeachNothing(@Nullable Instant createdAt, @Nullable Instant completedAt) {
		List<ObservedRun> runs = new ArrayList<>();
		Instant began = Instant.parse("2025-01-15T10:30:00Z");
		this.endpoint = (id) -> {
			boolean ended = this.polls.size() == 3;
			OperationStatus status = ended ? OperationStatus.COMPLETED : OperationStatus.RUNNING;
			return Mono
				.just(new OperationSnapshot(
						new Operation(id, status, status.name(), createdAt, ended ? completedAt : null, null, null,
								Map.of(), Map.of()),
						null, began.plusMillis(this.scheduler.now(TimeUnit.MILLISECONDS))));
		};
		this.poller = learning(runs);
		this.poller.watch(new PollingTarget("op", null, null, true), TIMEOUT)
			.subscribe(this.seen::add, this.faults::add);
		advance(TIMEOUT);
		assertThat(this.polls).hasSize(3);
		assertThat(this.faults).isEmpty();
		assertThat(this.stuck).isEmpty();
		if (completedAt != null) {
			assertThat(runs).noneMatch(ObservedRun::ended);
		}
		assertThat(runs).allMatch((run) -> run.to().compareTo(TIMEOUT) < 0);
	}

	@Test
	void ageThatCannotBeTrueDelaysNoPoll() {
		this.endpoint = (
				id) -> Mono
					.just(new OperationSnapshot(
							new Operation(id, OperationStatus.RUNNING, "RUNNING", Instant.parse("0001-01-01T00:00:00Z"),
									null, null, null, Map.of(), Map.of()),
							null, Instant.parse("2025-01-15T10:30:00Z")));
		watch("op");
		advance(Duration.ofSeconds(20));
		assertThat(this.polls).hasSizeGreaterThan(5);
		assertThat(this.stuck).isEmpty();
	}

	private Poller learning(List<ObservedRun> runs) {
		return poller(PollingSettings.defaults(), new PollingSchedule() {

			@Override
			public Duration nextPoll(PollingState state) {
				return Duration.ofSeconds(2);
			}

			@Override
			public void learn(ObservedRun run) {
				runs.add(run);
			}

		});
	}

	private Poller poller(PollingSettings settings, @Nullable PollingSchedule schedule) {
		PollingSchedule used = (schedule != null) ? schedule
				: new BackoffPollingSchedule(settings.minInterval(), settings.maxInterval());
		return new Poller("test", (id) -> Mono.defer(() -> {
			this.polls.add(this.scheduler.now(TimeUnit.MILLISECONDS));
			return this.endpoint.apply(id);
		}), admission(), used, settings, this.scheduler, new OperationsListener() {

			@Override
			public void statusSeen(String client, OperationSnapshot snapshot, @Nullable Operation previous) {
				OperationPollerTests.this.told.add(snapshot.operation().statusText());
			}

			@Override
			public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
				if (reason != null) {
					OperationPollerTests.this.reasons.add(reason);
				}
			}

			@Override
			public void stuck(String client, OperationWait wait, Duration age, Duration unusual) {
				OperationPollerTests.this.stuck.add(wait.operationId());
			}

			@Override
			public void deadlinePassed(String client, OperationWait wait, OperationTimeoutException timeout) {
				OperationPollerTests.this.deadlines.add(wait.operationId());
			}

			@Override
			public void throttled(String client, OperationsThrottledException fault) {
				OperationPollerTests.this.refusals.add(fault);
			}

		});
	}

	// Polls do not pass through it here: it only tells that there is room.
	private Admission admission() {
		RateLimitSettings limits = new RateLimitSettings(1000, 16, 100);
		return new Admission("test", RateLimiter.of("test", limits.toConfig().build()), limits,
				RetrySettings.defaults(), this.scheduler, new OperationsListener() {
				});
	}

	private static Mono<OperationSnapshot> answer(OperationStatus status) {
		return Mono.just(TestOperations.snapshot("op", status));
	}

	private Disposable watch(String id) {
		return this.poller.watch(PollingTarget.of(id), TIMEOUT).subscribe(this.seen::add, this.faults::add);
	}

	private void advance(Duration time) {
		this.scheduler.advanceTimeBy(time);
	}

	/**
	 * Would ask sooner if the account allowed it.
	 */
	private static final class ShortOfPolls implements PollingSchedule {

		@Override
		public Duration firstPoll(PollingState state) {
			return Duration.ofSeconds(30);
		}

		@Override
		public Duration nextPoll(PollingState state) {
			return Duration.ofSeconds(30);
		}

		@Override
		public boolean isShortOfPolls() {
			return true;
		}

	}

}
