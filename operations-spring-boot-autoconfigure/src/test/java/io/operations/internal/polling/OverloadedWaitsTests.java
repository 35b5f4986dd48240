package io.operations.internal.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.Operation;
import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationWait;
import io.operations.OperationsListener;
import io.operations.OperationsOverload;
import io.operations.OperationsUnavailableException;
import io.operations.TestOperations;
import io.operations.internal.KeyPrefix;
import io.operations.internal.resilience.Admission;
import io.operations.internal.resilience.AdmittedOperationFetcher;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.BudgetStore;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.retry.Retry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * More waits than the rate limit lets the poller see: it says so once, and the timeouts
 * name the reason.
 */
@Tag("slow")
class OverloadedWaitsTests {

	private static final Duration TIMEOUT = PollingSettings.defaults().timeout();

	private static final Duration ROUND_TRIP = Duration.ofMillis(100);

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final List<Operation> seen = new ArrayList<>();

	private final List<Throwable> faults = new ArrayList<>();

	private final List<OperationsOverload> overloads = new ArrayList<>();

	private Instant written = Instant.EPOCH;

	private Duration work = Duration.ofMinutes(1);

	private Function<String, Mono<OperationSnapshot>> endpoint = this::answer;

	private Runnable atDeadline = () -> {
	};

	private boolean limiterIsBroken;

	private final Admission admission = admission(null);

	private final Poller poller = poller(this.admission);

	@BeforeEach
	void leaveTheEpoch() {
		// The year 1970 is no plausible time of a server.
		this.scheduler.advanceTimeBy(Duration.ofDays(20_000));
	}

	@Test
	void whenOverloadedItIsReportedOnceAndTimeoutsNameTheRate() {
		this.work = Duration.ofMinutes(8);
		await(10_000, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.seen.size() + this.faults.size()).isEqualTo(10_000);
		// All but the polls in flight.
		assertThat(this.faults).hasSizeBetween(7500, 7700)
			.filteredOn((fault) -> !namesTheLimits(fault))
			.hasSizeLessThanOrEqualTo(3);
		assertThat(this.faults).filteredOn(OverloadedWaitsTests::namesTheLimits).allSatisfy((fault) -> {
			assertThat(fault).isInstanceOf(OperationTimeoutException.class)
				.hasMessageContaining("the client's limits allow only 20 polls per second and 16 requests in flight")
				.hasMessageContaining("operations.rate-limit.requests-per-second")
				.hasNoCause();
			assertThat(((OperationTimeoutException) fault).getHeldBack()).isGreaterThan(Duration.ofSeconds(2));
		});
		assertThat(this.overloads).singleElement().satisfies((overload) -> {
			assertThat(overload.waits()).isEqualTo(10_000);
			assertThat(overload.ownTimeouts()).isEqualTo(10_000);
			assertThat(overload.pollsPerSecond()).isEqualTo(20);
			assertThat(overload.instances()).isEqualTo(1);
			assertThat(overload.needed()).isGreaterThan(TIMEOUT);
			assertThat(overload.timeout()).isBetween(TIMEOUT.minusMillis(10), TIMEOUT.plusMillis(10));
		});
	}

	@Test
	void whenOperationsEndEarlyTenThousandWaitsSucceed() {
		await(10_000, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.seen).hasSize(10_000);
		assertThat(this.faults).isEmpty();
	}

	@Test
	void whenThousandWaitNothingIsReported() {
		await(1000, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.seen).hasSize(1000);
		assertThat(this.faults).isEmpty();
		assertThat(this.overloads).isEmpty();
	}

	@Test
	void whenOverloadReturnsItIsReportedAgain() {
		await(10_000, TIMEOUT);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(5));
		await(10_000, TIMEOUT);
		settle();
		assertThat(this.overloads).hasSize(1);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.poller.waits().size()).isZero();
		await(100, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.overloads).hasSize(1);
		await(10_000, TIMEOUT);
		settle();
		assertThat(this.overloads).hasSize(2);
	}

	@Test
	void whenAllCallersCancelOverloadIsOver() {
		List<Disposable> callers = await(10_000, TIMEOUT);
		settle();
		callers.forEach(Disposable::dispose);
		await(10_000, TIMEOUT);
		settle();
		assertThat(this.overloads).hasSize(2);
	}

	@Test
	void whenOneTimeoutDiffersOverloadIsJudgedByTheOthers() {
		await(1000, TIMEOUT);
		await(1, Duration.ofSeconds(5));
		settle();
		assertThat(this.overloads).isEmpty();
		await(1, Duration.ofDays(365));
		await(9000, TIMEOUT);
		settle();
		assertThat(this.overloads).hasSize(1);
	}

	@Test
	void whenTimeoutsAreLongThereIsNoOverload() {
		await(10_000, Duration.ofHours(1));
		this.scheduler.advanceTimeBy(Duration.ofHours(1));
		assertThat(this.seen).hasSize(10_000);
		assertThat(this.overloads).isEmpty();
	}

	@Test
	void whenOperationStillRunsTimeoutDoesNotNameTheRate() {
		this.endpoint = (id) -> Mono.delay(ROUND_TRIP, this.scheduler)
			.thenReturn(TestOperations.snapshot(id, OperationStatus.RUNNING));
		await(100, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).hasSize(100)
			.allSatisfy((fault) -> assertThat(fault).hasNoCause().hasMessageNotContaining("limits allow"));
	}

	@Test
	void whenOutageLastsTimeoutNamesTheOutage() {
		this.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		await(10, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).hasSize(10)
			.allSatisfy((fault) -> assertThat(fault).hasMessageNotContaining("limits allow"));
	}

	@Test
	void whenPauseLastsTimeoutNamesTheThrottling() {
		this.endpoint = (id) -> Mono.error(TestOperations.fault(429, Duration.ofMinutes(30)));
		await(10, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).hasSize(10)
			.allSatisfy((fault) -> assertThat(fault).hasMessageNotContaining("limits allow")
				.hasMessageContaining("The server throttles the account (429)"));
	}

	@Test
	void whenOperatorPausesTheClientTimeoutNamesTheOperatorAlsoDuringAnOutage() {
		this.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		await(10, TIMEOUT);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.admission.operatorPause().begin(Duration.ofHours(1)).block()).isFalse();
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).hasSize(10).allSatisfy((fault) -> {
			assertThat(fault).hasMessageContaining("An operator has paused the client")
				.hasMessageContaining("await it again after the pause");
			assertThat(((OperationTimeoutException) fault).isPausedByOperator()).isTrue();
		});
	}

	@Test
	void whenOperatorResumesTheClientWaitsArePolledAgain() {
		this.endpoint = (id) -> Mono.delay(ROUND_TRIP, this.scheduler)
			.thenReturn(TestOperations.snapshot(id, OperationStatus.COMPLETED));
		this.admission.operatorPause().begin(Duration.ofHours(1)).block();
		await(10, TIMEOUT);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.seen).isEmpty();
		this.admission.operatorPause().end().block();
		this.scheduler.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.seen).hasSize(10);
	}

	@Test
	void whenOtherCallsBeganThePauseTimeoutNamesItsEnd() {
		this.work = Duration.ofHours(1);
		await(10, Duration.ofSeconds(30));
		this.scheduler.advanceTimeBy(Duration.ofSeconds(20));
		refuseFetches(Duration.ofSeconds(40));
		this.scheduler.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.faults).hasSize(10).allSatisfy((fault) -> {
			assertThat(fault).hasMessageContaining("the client sends no request for another 30")
				.hasMessageContaining("await it again after the pause");
			assertThat(((OperationTimeoutException) fault).getPausedFor()).isBetween(Duration.ofSeconds(30),
					Duration.ofSeconds(31));
			assertThat(((OperationTimeoutException) fault).getHeldBack()).isNull();
		});
	}

	@Test
	void whenPollIsInFlightTimeoutDoesNotNameThePause() {
		this.endpoint = (id) -> Mono.never();
		await(10, Duration.ofSeconds(30));
		this.scheduler.advanceTimeBy(Duration.ofSeconds(20));
		refuseFetches(Duration.ofSeconds(40));
		this.scheduler.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.faults).hasSize(10)
			.allSatisfy((fault) -> assertThat(((OperationTimeoutException) fault).getPausedFor()).isNull());
	}

	@Test
	void whenPauseIsOverTimeoutDoesNotNameIt() {
		this.work = Duration.ofHours(1);
		await(10, Duration.ofSeconds(30));
		refuseFetches(Duration.ofSeconds(10));
		this.scheduler.advanceTimeBy(Duration.ofSeconds(30));
		assertThat(this.faults).hasSize(10)
			.allSatisfy((fault) -> assertThat(((OperationTimeoutException) fault).getPausedFor()).isNull());
	}

	@Test
	void whenWaitsComeTogetherReportCountsAll() {
		await(2000, Duration.ofSeconds(3));
		assertThat(this.overloads).isEmpty();
		this.scheduler.advanceTimeBy(Duration.ofSeconds(2));
		assertThat(this.overloads).singleElement().satisfies((overload) -> {
			assertThat(overload.waits()).isEqualTo(2000);
			assertThat(overload.timeout()).isEqualTo(Duration.ofSeconds(3));
			assertThat(overload.needed()).isBetween(Duration.ofSeconds(100), Duration.ofSeconds(200));
		});
	}

	@Test
	void whenWaitsStopArrivingOverloadIsReported() {
		this.work = Duration.ofHours(1);
		for (int i = 0; i < 5; i++) {
			await(400, Duration.ofSeconds(20));
			this.scheduler.advanceTimeBy(Duration.ofSeconds(1));
		}
		assertThat(this.overloads).isEmpty();
		settle();
		assertThat(this.overloads).singleElement()
			.satisfies((overload) -> assertThat(overload.waits()).isEqualTo(2000));
	}

	@Test
	void whenWaitsKeepArrivingReportComesAfterTenSeconds() {
		this.work = Duration.ofHours(1);
		await(7000, TIMEOUT);
		for (int i = 0; i < 9; i++) {
			this.scheduler.advanceTimeBy(Duration.ofSeconds(1));
			await(this.poller.waits().size() / 5, TIMEOUT);
			assertThat(this.overloads).isEmpty();
		}
		this.scheduler.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.overloads).hasSize(1);
	}

	@Test
	void whenWaitsTimeOutWithinASecondOverloadIsReported() {
		await(1000, Duration.ofMillis(500));
		settle();
		assertThat(this.poller.waits().size()).isZero();
		assertThat(this.overloads).singleElement()
			.satisfies((overload) -> assertThat(overload.waits()).isEqualTo(1000));
	}

	@Test
	void whenOutageFollowsOverloadIsReportedAfterIt() {
		this.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		await(100, TIMEOUT);
		await(10_000, TIMEOUT);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.overloads).isEmpty();
		this.work = Duration.ofHours(1);
		this.endpoint = this::answer;
		this.scheduler.advanceTimeBy(Duration.ofMinutes(2));
		assertThat(this.overloads).hasSize(1);
	}

	@Test
	void whenCallersPassTimeoutsReportCountsThem() {
		await(5000, TIMEOUT);
		for (int i = 0; i < 5000; i++) {
			this.poller.await(PollingTarget.of("default-" + i), null).subscribe((end) -> {
			}, this.faults::add);
		}
		this.work = Duration.ofHours(1);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.overloads).singleElement()
			.satisfies((overload) -> assertThat(overload.ownTimeouts()).isEqualTo(5000));
		assertThat(this.faults).filteredOn(OverloadedWaitsTests::isDefault)
			.hasSize(5000)
			.allSatisfy((fault) -> assertThat(fault).hasMessageEndingWith("or raise operations.polling.timeout."));
		assertThat(this.faults).filteredOn((fault) -> !isDefault(fault))
			.hasSize(5000)
			.allSatisfy((fault) -> assertThat(fault).hasMessageEndingWith("or pass a longer timeout."));
	}

	@Test
	void whenInstancesShareTheRateTimeoutNamesThePart() {
		Poller poller = poller(admission(new BudgetOfFour()));
		this.work = Duration.ofHours(1);
		this.written = now();
		for (int i = 0; i < 7000; i++) {
			poller.await(PollingTarget.of("shared-" + i), null).subscribe((end) -> {
			}, this.faults::add);
		}
		settle();
		assertThat(this.overloads).singleElement().satisfies((overload) -> {
			assertThat(overload.pollsPerSecond()).isEqualTo(5);
			assertThat(overload.instances()).isEqualTo(4);
			assertThat(overload.needed()).isGreaterThan(Duration.ofSeconds(7000 / 5));
		});
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).filteredOn(OverloadedWaitsTests::namesTheLimits)
			.hasSizeGreaterThan(1000)
			.allSatisfy((fault) -> assertThat(fault)
				.hasMessageContaining("only 5 polls per second and 16 requests in flight. 4 instances share the rate"));
	}

	@Test
	void whenSlowPollIsInFlightTimeoutDoesNotNameLimits() {
		this.endpoint = (id) -> Mono.never();
		await(40, Duration.ofMinutes(1));
		this.scheduler.advanceTimeBy(Duration.ofSeconds(30));
		fetch(5);
		this.scheduler.advanceTimeBy(Duration.ofSeconds(30));
		assertThat(this.faults).hasSize(40);
		// As many as may be in flight at once.
		assertThat(this.faults).filteredOn(OverloadedWaitsTests::namesTheLimits).hasSize(40 - 16);
	}

	@Test
	void whenOverloadIsOverTimeoutDoesNotNameLimits() {
		this.endpoint = (id) -> Mono.never();
		await(10, TIMEOUT);
		this.scheduler.advanceTimeBy(Duration.ofSeconds(10));
		List<Disposable> callers = await(10_000, TIMEOUT);
		settle();
		assertThat(this.overloads).hasSize(1);
		callers.forEach(Disposable::dispose);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).hasSize(10).noneMatch(OverloadedWaitsTests::namesTheLimits);
	}

	@Test
	void whenPollBecomesDueNearDeadlineLimitsAreNotNamed() {
		this.endpoint = (id) -> Mono.delay(ROUND_TRIP, this.scheduler)
			.thenReturn(TestOperations.snapshot(id, OperationStatus.RUNNING));
		await(200, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT.minusMillis(1600));
		await(13_000, TIMEOUT);
		this.scheduler.advanceTimeBy(Duration.ofMillis(1600));
		assertThat(this.faults).hasSize(200).noneMatch(OverloadedWaitsTests::namesTheLimits);
		settle();
		assertThat(this.overloads).hasSize(1);
	}

	@Test
	void whenTimeoutNamesLimitsLastErrorIsItsCause() {
		AtomicInteger polls = new AtomicInteger();
		this.work = Duration.ofMinutes(8);
		this.endpoint = (id) -> (polls.incrementAndGet() % 3 == 0) ? Mono.error(TestOperations.fault(503)) : answer(id);
		await(10_000, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).filteredOn((fault) -> fault.getCause() != null)
			.hasSizeGreaterThan(1000)
			.allSatisfy((fault) -> assertThat(fault.getCause()).isInstanceOf(OperationsUnavailableException.class))
			.filteredOn(OverloadedWaitsTests::namesTheLimits)
			.hasSizeGreaterThan(1000);
	}

	@Test
	void whenOutageFailsSlowlyThereIsNoOverload() {
		this.endpoint = (id) -> Mono.delay(Duration.ofSeconds(30), this.scheduler)
			.then(Mono.error(TestOperations.fault(503)));
		await(3000, TIMEOUT);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(5));
		this.work = Duration.ofHours(1);
		this.endpoint = this::answer;
		for (int i = 0; i < 2000; i++) {
			await(1, TIMEOUT);
			this.scheduler.advanceTimeBy(Duration.ofMillis(100));
		}
		assertThat(this.overloads).isEmpty();
	}

	@Test
	void whenPauseHalvesTheLimitThereIsNoOverload() {
		AtomicInteger polls = new AtomicInteger();
		this.work = Duration.ofHours(1);
		this.endpoint = (id) -> (polls.incrementAndGet() > 60) ? answer(id) : Mono.delay(ROUND_TRIP, this.scheduler)
			.then(Mono.error(TestOperations.fault(429, Duration.ofSeconds(2))));
		await(100, TIMEOUT);
		while (polls.get() < 80) {
			this.scheduler.advanceTimeBy(Duration.ofMillis(100));
		}
		await(4000, TIMEOUT);
		settle();
		assertThat(this.overloads).isEmpty();
	}

	@Test
	void whenFetchesBurstThereIsNoOverload() {
		fetch(2000);
		await(3000, TIMEOUT);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		await(1, TIMEOUT);
		settle();
		assertThat(this.overloads).isEmpty();
	}

	@Test
	void whenServerStaysSlowOverloadIsReported() {
		this.work = Duration.ofHours(1);
		this.endpoint = (id) -> Mono.delay(Duration.ofSeconds(8), this.scheduler).then(answer(id));
		await(3000, Duration.ofMinutes(20));
		settle();
		assertThat(this.overloads).isEmpty();
		this.scheduler.advanceTimeBy(Duration.ofMinutes(8));
		assertThat(this.overloads).singleElement()
			.satisfies((overload) -> assertThat(overload.pollsPerSecond()).isBetween(1.9, 2.1));
	}

	@Test
	void whenOneOperationHasManyCallersItCountsOnce() {
		await(7000, Duration.ofHours(1));
		for (int i = 0; i < 10_000; i++) {
			this.poller.await(PollingTarget.of("one"), Duration.ofSeconds(1))
				.subscribe((end) -> this.seen.add(end.operation()), this.faults::add);
		}
		await(1, Duration.ofHours(2));
		settle();
		assertThat(this.overloads).isEmpty();
	}

	@Test
	void whenCallersCancelTimeoutOfTheOldestLeftCounts() {
		List<Disposable> oldest = new ArrayList<>();
		for (Duration timeout : List.of(Duration.ofHours(1), TIMEOUT)) {
			for (int i = 0; i < 7000; i++) {
				oldest.add(this.poller.await(PollingTarget.of("op-" + i), timeout).subscribe());
			}
		}
		await(1, TIMEOUT);
		settle();
		assertThat(this.overloads).isEmpty();
		oldest.subList(0, 7000).forEach(Disposable::dispose);
		await(2, TIMEOUT);
		settle();
		assertThat(this.overloads).singleElement()
			.satisfies((overload) -> assertThat(overload.timeout()).isEqualTo(TIMEOUT));
	}

	@Test
	void whenCallersRetryAfterTimeoutsReportComesOnce() {
		this.work = Duration.ofHours(2);
		this.written = now();
		for (int i = 0; i < 13_000; i++) {
			Mono<OperationSnapshot> await = this.poller.await(PollingTarget.of("again-" + i), TIMEOUT);
			await.retryWhen(Retry.fixedDelay(5, Duration.ofSeconds(1 + i % 10)).scheduler(this.scheduler))
				.subscribe((end) -> this.seen.add(end.operation()), this.faults::add);
		}
		this.scheduler.advanceTimeBy(Duration.ofMinutes(Boolean.getBoolean("operations.soak") ? 45 : 25));
		assertThat(this.overloads).hasSize(1);
	}

	@Test
	void whenListenerThrowsAllDeadlinesEndWaits() {
		this.endpoint = (id) -> Mono.never();
		this.atDeadline = () -> {
			throw new IllegalStateException("a listener that throws");
		};
		await(100, Duration.ofMinutes(1));
		await(100, Duration.ofMinutes(2));
		this.scheduler.advanceTimeBy(Duration.ofMinutes(2));
		assertThat(this.faults).hasSize(200);
		assertThat(this.poller.waits().size()).isZero();
	}

	@Test
	void whenListenerThrowsErrorNoCallerWaitsOn() {
		this.endpoint = (id) -> Mono.never();
		this.atDeadline = () -> {
			throw new StackOverflowError();
		};
		await(100, Duration.ofMinutes(1));
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.faults).hasSize(100).allMatch(OperationTimeoutException.class::isInstance);
		assertThat(this.poller.waits().size()).isZero();
	}

	@Test
	void whenRateLimiterThrowsAllDeadlinesEndWaits() {
		this.endpoint = (id) -> Mono.never();
		await(100, Duration.ofMinutes(1));
		this.scheduler.advanceTimeBy(Duration.ofSeconds(59));
		this.limiterIsBroken = true;
		this.scheduler.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.faults).hasSize(100);
		assertThat(this.poller.waits().size()).isZero();
	}

	@Test
	void whenOutageOrPauseDelaysPollsLimitsAreNotNamed() {
		this.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		await(500, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT.minusSeconds(12));
		this.work = Duration.ofHours(1);
		this.endpoint = this::answer;
		this.scheduler.advanceTimeBy(Duration.ofSeconds(12));
		assertThat(this.faults).hasSize(500).noneMatch(OverloadedWaitsTests::namesTheLimits);
		this.faults.clear();
		AtomicInteger polls = new AtomicInteger();
		this.endpoint = (id) -> (polls.incrementAndGet() > 1) ? answer(id)
				: Mono.error(TestOperations.fault(429, TIMEOUT.minusSeconds(20)));
		await(500, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).hasSize(500).noneMatch(OverloadedWaitsTests::namesTheLimits);
	}

	@Test
	void whenFetchBeganThePauseLimitsAreNotNamed() {
		this.work = Duration.ofHours(1);
		refuseFetches(Duration.ofSeconds(20));
		await(10, Duration.ofSeconds(21));
		this.scheduler.advanceTimeBy(Duration.ofSeconds(21));
		assertThat(this.faults).isNotEmpty().noneMatch(OverloadedWaitsTests::namesTheLimits);
	}

	@Test
	void whenServerIsSlowTimeoutNamesTheRateInFlight() {
		this.endpoint = (id) -> answer(id).delaySubscription(Duration.ofSeconds(8), this.scheduler);
		this.work = Duration.ofHours(1);
		await(300, Duration.ofMinutes(1));
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.faults).filteredOn(OverloadedWaitsTests::namesTheLimits)
			.isNotEmpty()
			.allSatisfy((fault) -> assertThat(fault).hasMessageContaining("only 1.98 polls per second"));
	}

	@Test
	void whenTimeoutIsBelowAMillisecondItCounts() {
		await(10, Duration.ofNanos(1));
		this.scheduler.advanceTimeBy(Duration.ofSeconds(1));
		await(10_000, TIMEOUT);
		settle();
		assertThat(this.overloads).singleElement()
			.satisfies((overload) -> assertThat(overload.timeout()).isEqualTo(TIMEOUT));
	}

	private void settle() {
		this.scheduler.advanceTimeBy(Duration.ofMillis(2500));
	}

	private void refuseFetches(Duration retryAfter) {
		for (int i = 0; i < 40; i++) {
			this.admission.admit("fetched", Mono.error(TestOperations.fault(429, retryAfter))).subscribe((nothing) -> {
			}, (fault) -> {
			});
		}
	}

	private void fetch(int number) {
		for (int i = 0; i < number; i++) {
			this.admission.admit("fetched", Mono.delay(ROUND_TRIP, this.scheduler)).subscribe();
		}
	}

	private static boolean isDefault(Throwable fault) {
		return String.valueOf(fault.getMessage()).contains("'default-");
	}

	private static boolean namesTheLimits(Throwable fault) {
		return String.valueOf(fault.getMessage()).contains("the client's limits allow only");
	}

	private List<Disposable> await(int number, Duration timeout) {
		this.written = now();
		List<Disposable> callers = new ArrayList<>();
		for (int i = 0; i < number; i++) {
			callers.add(this.poller.await(PollingTarget.of(now().toEpochMilli() + "-" + timeout + "-" + i), timeout)
				.subscribe((end) -> this.seen.add(end.operation()), this.faults::add));
		}
		return callers;
	}

	private Mono<OperationSnapshot> answer(String id) {
		return Mono.delay(ROUND_TRIP, this.scheduler).map((passed) -> {
			Instant end = this.written.plus(this.work);
			boolean ended = !now().isBefore(end);
			OperationStatus status = ended ? OperationStatus.COMPLETED : OperationStatus.RUNNING;
			return new OperationSnapshot(new Operation(id, status, status.name(), this.written, ended ? end : null,
					null, null, Map.of(), Map.of()), null, now());
		});
	}

	private Admission admission(@Nullable BudgetStore budget) {
		RateLimitSettings limits = RateLimitSettings.defaults();
		RateLimiter limiter = PollerFixture.limiter(limits, this.scheduler);
		return new Admission("test", () -> {
			if (this.limiterIsBroken) {
				throw new IllegalStateException("a registry that throws");
			}
			return limiter;
		}, budget, limits, RetrySettings.defaults(), this.scheduler, PollerFixture.silent(), KeyPrefix.DEFAULT);
	}

	private Poller poller(Admission admission) {
		OperationsListener listener = new OperationsListener() {

			@Override
			public void waitsOverloaded(String client, OperationsOverload overload) {
				OverloadedWaitsTests.this.overloads.add(overload);
			}

			@Override
			public void deadlinePassed(String client, OperationWait wait, OperationTimeoutException timeout) {
				OverloadedWaitsTests.this.atDeadline.run();
			}

		};
		PollingSettings settings = PollingSettings.defaults();
		SentPolls sentPolls = new SentPolls();
		OperationFetcher exchange = sentPolls.reporting((id) -> Mono.defer(() -> this.endpoint.apply(id)));
		return new Poller("test", new AdmittedOperationFetcher(exchange, admission), admission,
				new AdaptivePollingSchedule(settings, this.scheduler), settings, this.scheduler, listener,
				new Outage("test", settings, this.scheduler, listener), sentPolls, KeyPrefix.DEFAULT);
	}

	private Instant now() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

	/**
	 * Three other instances use three quarters of the rate as soon as this one sends.
	 */
	private final class BudgetOfFour implements BudgetStore {

		private long nextAt;

		@Override
		public Mono<Reservation> reserve(String client, int permits, Duration duration, Duration longestDebt) {
			long now = OverloadedWaitsTests.this.scheduler.now(TimeUnit.NANOSECONDS);
			this.nextAt = Math.max(now, this.nextAt) + 4 * duration.toNanos();
			return Mono.just(new Reservation(Duration.ofNanos(this.nextAt - now), Pause.UNKNOWN));
		}

		@Override
		public Mono<Others> report(String client, boolean sending) {
			return Mono.just(new Others(3, sending ? 3 : 0, Pause.UNKNOWN));
		}

		@Override
		public Mono<Long> resume(String client) {
			return Mono.just(1L);
		}

		@Override
		public Mono<Pause> pause(String client, Duration pause, boolean byOperator) {
			return Mono.just(Pause.UNKNOWN);
		}

		@Override
		public Mono<Void> leave(String client) {
			return Mono.empty();
		}

	}

}
