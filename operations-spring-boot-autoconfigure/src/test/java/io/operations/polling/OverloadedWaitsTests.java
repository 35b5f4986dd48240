package io.operations.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.TestOperations;
import io.operations.resilience.Admission;
import io.operations.resilience.AdmittedOperationFetcher;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * More waits than the rate limit lets the poller see: it says so once, and the timeouts
 * name the reason.
 */
class OverloadedWaitsTests {

	private static final Duration TIMEOUT = PollingSettings.defaults().timeout();

	private static final Duration ROUND_TRIP = Duration.ofMillis(100);

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final List<Operation> seen = new ArrayList<>();

	private final List<Throwable> faults = new ArrayList<>();

	private final List<Overload> overloads = new ArrayList<>();

	private Instant written = Instant.EPOCH;

	private Duration work = Duration.ofMinutes(1);

	private Function<String, Mono<OperationSnapshot>> endpoint = this::answer;

	private final OperationPoller poller = poller();

	@BeforeEach
	void leaveTheEpoch() {
		// The year 1970 is no plausible time of a server.
		this.scheduler.advanceTimeBy(Duration.ofDays(20_000));
	}

	@Test
	void tenThousandWaitsOnDefaultsAreReportedOnceAndTheirTimeoutsNameTheRate() {
		this.work = Duration.ofMinutes(8);
		await(10_000, TIMEOUT);
		assertThat(this.overloads).hasSize(1);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.seen.size() + this.faults.size()).isEqualTo(10_000);
		assertThat(this.faults).hasSizeBetween(7500, 7700).allSatisfy((fault) -> {
			assertThat(fault).isInstanceOf(OperationTimeoutException.class)
				.hasMessageContaining("the client's limits allow only")
				.hasMessageContaining("only 20 polls per second")
				.hasMessageContaining("operations.rate-limit.requests-per-second");
			assertThat(fault.getCause()).isInstanceOfSatisfying(OperationsThrottledException.class,
					(reason) -> assertThat(reason.isLocal()).isTrue());
		});
		assertThat(this.overloads).singleElement().satisfies((overload) -> {
			assertThat(overload.waits()).isBetween(5000, 10_000);
			assertThat(overload.pollsPerSecond()).isEqualTo(20);
			assertThat(overload.needed()).isGreaterThan(TIMEOUT);
			assertThat(overload.timeout()).isBetween(TIMEOUT.minusMillis(10), TIMEOUT.plusMillis(10));
		});
	}

	@Test
	void tenThousandOperationsThatEndBeforeTheirFirstPollAreSeenInTime() {
		await(10_000, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.seen).hasSize(10_000);
		assertThat(this.faults).isEmpty();
	}

	@Test
	void thousandWaitsOnDefaultsAreSeenAndNothingIsReported() {
		await(1000, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.seen).hasSize(1000);
		assertThat(this.faults).isEmpty();
		assertThat(this.overloads).isEmpty();
	}

	@Test
	void moreWaitsDuringAnOverloadAreNotReportedAgainButThoseAfterItAre() {
		await(10_000, TIMEOUT);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(5));
		await(10_000, TIMEOUT);
		assertThat(this.overloads).hasSize(1);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.poller.waiting()).isZero();
		await(100, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.overloads).hasSize(1);
		await(10_000, TIMEOUT);
		assertThat(this.overloads).hasSize(2);
	}

	@Test
	void overloadIsOverWhenAllCallersCancel() {
		List<Disposable> callers = await(10_000, TIMEOUT);
		callers.forEach(Disposable::dispose);
		await(10_000, TIMEOUT);
		assertThat(this.overloads).hasSize(2);
	}

	@Test
	void oneWaitWithAnotherTimeoutDecidesNothing() {
		await(1000, TIMEOUT);
		await(1, Duration.ofSeconds(5));
		assertThat(this.overloads).isEmpty();
		await(1, Duration.ofDays(365));
		await(9000, TIMEOUT);
		assertThat(this.overloads).hasSize(1);
	}

	@Test
	void longTimeoutsLeaveTimeForAllWaits() {
		await(10_000, Duration.ofHours(1));
		this.scheduler.advanceTimeBy(Duration.ofHours(1));
		assertThat(this.seen).hasSize(10_000);
		assertThat(this.overloads).isEmpty();
	}

	@Test
	void timeoutOfAnOperationThatStillRunsDoesNotNameTheRate() {
		this.endpoint = (id) -> Mono.delay(ROUND_TRIP, this.scheduler)
			.thenReturn(TestOperations.snapshot(id, OperationStatus.RUNNING));
		await(100, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).hasSize(100)
			.allSatisfy((fault) -> assertThat(fault).hasNoCause().hasMessageNotContaining("limits allow"));
	}

	@Test
	void timeoutDuringAnOutageNamesTheOutage() {
		this.endpoint = (id) -> Mono.error(TestOperations.fault(503));
		await(10, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).hasSize(10)
			.allSatisfy((fault) -> assertThat(fault).hasMessageNotContaining("limits allow"));
	}

	@Test
	void timeoutDuringAPauseNamesTheThrottling() {
		this.endpoint = (id) -> Mono.error(TestOperations.fault(429, Duration.ofMinutes(30)));
		await(10, TIMEOUT);
		this.scheduler.advanceTimeBy(TIMEOUT);
		assertThat(this.faults).hasSize(10)
			.allSatisfy((fault) -> assertThat(fault).hasMessageNotContaining("limits allow"));
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

	private OperationPoller poller() {
		RateLimitSettings limits = RateLimitSettings.defaults();
		OperationsListener listener = new OperationsListener() {

			@Override
			public void waitsOverloaded(String client, int waits, double pollsPerSecond, Duration needed,
					Duration timeout) {
				OverloadedWaitsTests.this.overloads.add(new Overload(waits, pollsPerSecond, needed, timeout));
			}

		};
		Admission admission = new Admission("test",
				RateLimiter.of("test", limits.toConfig().build(), () -> this.scheduler.now(TimeUnit.NANOSECONDS)),
				limits, RetrySettings.defaults(), this.scheduler, listener);
		PollingSettings settings = PollingSettings.defaults();
		return new OperationPoller("test",
				new AdmittedOperationFetcher((id) -> Mono.defer(() -> this.endpoint.apply(id)), admission), admission,
				new AdaptivePollingSchedule(settings, this.scheduler), settings, this.scheduler, listener);
	}

	private Instant now() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

	private record Overload(int waits, double pollsPerSecond, Duration needed, Duration timeout) {
	}

}
