package io.operations.internal.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.operations.MalformedOperationException;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsClosedException;
import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.TestOperations;
import io.operations.resilience.RetrySettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

class RetryingOperationFetcherTests {

	private static final int MAX_WAITS = 2;

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final List<Long> attempts = new ArrayList<>();

	private final List<Throwable> faults = new ArrayList<>();

	private final List<OperationSnapshot> seen = new ArrayList<>();

	@ParameterizedTest
	@ValueSource(ints = { 408, 425, 429, 502, 503, 504 })
	void fetchWhenFaultIsTransientIsTriedThreeTimesInAll(int status) {
		fetch(RetrySettings.defaults(), (attempt) -> Mono.error(TestOperations.fault(status)));
		assertThat(this.attempts).hasSize(3);
		assertThat(this.faults).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 401, 403, 404, 500 })
	void fetchWhenFaultIsPermanentIsNotRepeated(int status) {
		fetch(RetrySettings.defaults(), (attempt) -> Mono.error(TestOperations.fault(status)));
		assertThat(this.attempts).hasSize(1);
	}

	@Test
	void statusesOfTheSettingsAreRepeatedToo() {
		RetrySettings settings = new RetrySettings(2, Duration.ofMillis(200), 2, Duration.ofSeconds(5),
				Duration.ofSeconds(60), Set.of(500));
		fetch(settings, (attempt) -> Mono.error(TestOperations.fault(500)));
		assertThat(this.attempts).hasSize(2);
	}

	@Test
	void malformedAndLocalRefusalsAreNotRepeated() {
		fetch(RetrySettings.defaults(),
				(attempt) -> Mono.error(new MalformedOperationException("x", null, "op", null)));
		fetch(RetrySettings.defaults(),
				(attempt) -> Mono.error(new OperationsThrottledException("x", "op", (Duration) null)));
		assertThat(this.attempts).hasSize(2);
	}

	@Test
	void eachSubscriberHasItsOwnAttempts() {
		RetryingOperationFetcher fetcher = fetcher(RetrySettings.defaults(),
				RetrySettings.defaults().toConfig().build(), (attempt) -> Mono.error(TestOperations.fault(503)));
		Mono<OperationSnapshot> fetch = fetcher.fetch("op");
		fetch.subscribe(this.seen::add, this.faults::add);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		fetch.subscribe(this.seen::add, this.faults::add);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.attempts).hasSize(6);
	}

	@Test
	void retryAfterIsTheMinimumAlsoWithConfigOfTheApplication() {
		RetryConfig own = RetryConfig.custom().maxAttempts(2).waitDuration(Duration.ofMillis(1)).build();
		fetch(RetrySettings.defaults(), own,
				(attempt) -> Mono.error(TestOperations.fault(429, Duration.ofSeconds(10))));
		assertThat(this.attempts).hasSize(2);
		assertThat(this.attempts.get(1)).as("jitter only extends the Retry-After").isBetween(10_000L, 12_000L);
	}

	@Test
	void fetchWhenRetryAfterIsTooLongFailsAtOnceAndCarriesIt() {
		fetch(RetrySettings.defaults(), RetryConfig.ofDefaults(),
				(attempt) -> Mono.error(TestOperations.fault(503, Duration.ofSeconds(61))));
		assertThat(this.attempts).hasSize(1);
		assertThat(this.faults).singleElement()
			.isInstanceOfSatisfying(OperationsException.class,
					(fault) -> assertThat(fault.getRetryAfter()).hasSeconds(61));
	}

	@Test
	void configForAllFaultsDoesNotRepeatPermanentOnes() {
		fetch(RetrySettings.defaults(), RetryConfig.ofDefaults(), (attempt) -> Mono.error(TestOperations.fault(404)));
		assertThat(this.attempts).hasSize(1);
	}

	@Test
	void negativeIntervalDoesNotCauseAHotLoop() {
		RetryConfig odd = RetryConfig.custom().maxAttempts(3).intervalBiFunction((attempt, result) -> -5L).build();
		fetch(RetrySettings.defaults(), odd, (attempt) -> Mono.error(TestOperations.fault(503)));
		assertThat(this.attempts).containsExactly(0L, 200L, 400L);
		assertThat(this.faults).hasSize(1);
	}

	@Test
	void fetchWhenCancelledBetweenAttemptsSendsNothingMore() {
		fetcher(RetrySettings.defaults(), RetrySettings.defaults().toConfig().build(),
				(attempt) -> Mono.error(TestOperations.fault(503)))
			.fetch("op")
			.subscribe()
			.dispose();
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.attempts).hasSize(1);
	}

	@Test
	void fetchWhenClosedBetweenAttemptsFailsAndSendsNothing() {
		RetryingOperationFetcher fetcher = fetcher(RetrySettings.defaults(),
				RetrySettings.defaults().toConfig().build(),
				(attempt) -> Mono.error(TestOperations.fault(503, Duration.ofSeconds(50))));
		fetcher.fetch("op").subscribe(this.seen::add, this.faults::add);
		fetcher.close();
		assertThat(this.faults).singleElement().isInstanceOf(OperationsClosedException.class);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(5));
		assertThat(this.attempts).hasSize(1);
	}

	@Test
	void fetchWhenSecondAttemptSucceedsEmitsOnce() {
		fetch(RetrySettings.defaults(), (attempt) -> (attempt == 1) ? Mono.error(TestOperations.fault(503))
				: Mono.just(TestOperations.snapshot("op", OperationStatus.RUNNING)));
		assertThat(this.seen).hasSize(1);
		assertThat(this.attempts.get(1)).isBetween(160L, 240L);
	}

	@Test
	void fetchWhenRetryAfterIsTheMaximumWaits() {
		fetch(RetrySettings.defaults(), (attempt) -> Mono.error(TestOperations.fault(503, Duration.ofSeconds(60))));
		assertThat(this.attempts).hasSize(3);
		assertThat(this.attempts.get(1)).isBetween(60_000L, 72_000L);
	}

	@Test
	void configForAllFaultsDoesNotRepeatLocalRefusals() {
		fetch(RetrySettings.defaults(), RetryConfig.ofDefaults(),
				(attempt) -> Mono.error(new OperationsThrottledException("x", "op", (Duration) null)));
		assertThat(this.attempts).hasSize(1);
	}

	@Test
	void fetchWhenItSucceedsCountsAsSuccessOfTheRetry() {
		Retry retry = Retry.of("test", RetrySettings.defaults().toConfig().build());
		new RetryingOperationFetcher((id) -> Mono.just(TestOperations.snapshot(id, OperationStatus.RUNNING)), retry,
				RetrySettings.defaults(), MAX_WAITS, this.scheduler, "test")
			.fetch("op")
			.subscribe();
		assertThat(retry.getMetrics().getNumberOfSuccessfulCallsWithoutRetryAttempt()).isOne();
	}

	@Test
	void fetchWhenTooManyWaitForTheirNextAttemptIsNotRepeated() {
		RetryingOperationFetcher fetcher = fetcher(RetrySettings.defaults(),
				RetrySettings.defaults().toConfig().build(), (attempt) -> Mono.error(TestOperations.fault(503)));
		Disposable first = fetcher.fetch("first").subscribe(this.seen::add, this.faults::add);
		fetcher.fetch("second").subscribe(this.seen::add, this.faults::add);
		assertThat(fetcher.waiting()).isEqualTo(MAX_WAITS);
		assertThat(this.faults).isEmpty();
		fetcher.fetch("third").subscribe(this.seen::add, this.faults::add);
		assertThat(this.faults).as("a further fetch fails with its own error")
			.singleElement()
			.isInstanceOf(OperationsUnavailableException.class);
		first.dispose();
		assertThat(fetcher.waiting()).isOne();
		fetcher.fetch("fourth").subscribe(this.seen::add, this.faults::add);
		assertThat(fetcher.waiting()).isEqualTo(MAX_WAITS);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(fetcher.waiting()).isZero();
		assertThat(this.attempts).as("1 of the first, 3 of the second and the fourth, 1 of the third").hasSize(8);
	}

	@Test
	void settingsForAllFaultsDoNotRepeatLocalRefusals() {
		RetryConfig config = RetrySettings.defaults().toConfig().build();
		assertThat(config.getExceptionPredicate()).rejects(new OperationsThrottledException("x", "op", (Duration) null))
			.accepts(TestOperations.fault(429));
	}

	private void fetch(RetrySettings settings, Function<Integer, Mono<OperationSnapshot>> answers) {
		fetch(settings, settings.toConfig().build(), answers);
	}

	private void fetch(RetrySettings settings, RetryConfig config, Function<Integer, Mono<OperationSnapshot>> answers) {
		fetcher(settings, config, answers).fetch("op").subscribe(this.seen::add, this.faults::add);
		this.scheduler.advanceTimeBy(Duration.ofMinutes(5));
	}

	private RetryingOperationFetcher fetcher(RetrySettings settings, RetryConfig config,
			Function<Integer, Mono<OperationSnapshot>> answers) {
		return new RetryingOperationFetcher((id) -> Mono.defer(() -> {
			this.attempts.add(this.scheduler.now(TimeUnit.MILLISECONDS));
			return answers.apply(this.attempts.size());
		}), Retry.of("test", config), settings, MAX_WAITS, this.scheduler, "test");
	}

}
