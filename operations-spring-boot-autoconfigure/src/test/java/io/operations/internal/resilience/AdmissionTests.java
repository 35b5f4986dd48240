package io.operations.internal.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsClosedException;
import io.operations.OperationsErrorResponse;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.OperationsUnavailableException;
import io.operations.TestOperations;
import io.operations.internal.KeyPrefix;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

class AdmissionTests {

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final List<String> sent = new ArrayList<>();

	private final List<Throwable> refused = new ArrayList<>();

	private final List<Disposable> underWay = new ArrayList<>();

	private int throttled;

	private OperationsListener listener = new OperationsListener() {

		@Override
		public void throttled(String client, OperationsThrottledException fault) {
			AdmissionTests.this.throttled++;
		}

	};

	private Admission admission = admission(10, 100, 100);

	@Test
	void faultWhenCallIsCancelledIsNotLogged() {
		List<Throwable> dropped = new ArrayList<>();
		Hooks.onErrorDropped(dropped::add);
		try {
			Mono<String> broken = Mono.fromDirect((subscriber) -> subscriber.onSubscribe(new Subscription() {

				@Override
				public void request(long elements) {
				}

				@Override
				public void cancel() {
					subscriber.onError(new IllegalStateException("late"));
				}

			}));
			this.admission.admit("a", broken).subscribe().dispose();
		}
		finally {
			Hooks.resetOnErrorDropped();
		}
		assertThat(dropped).isEmpty();
		assertThat(this.admission.inFlight()).isZero();
	}

	@Test
	void callsAreSpreadOverTheSecondWithoutABurst() {
		for (int i = 0; i < 20; i++) {
			call("c" + i);
		}
		advance(Duration.ofMillis(450));
		assertThat(this.sent).hasSizeBetween(5, 6);
		advance(Duration.ofSeconds(2));
		assertThat(this.sent).hasSize(20);
	}

	@Test
	void callWhenCancelledInQueueLeavesNoReservation() {
		this.admission = admission(0.1, 100, 100);
		call("a");
		Disposable waiting = call("b");
		advance(Duration.ofSeconds(5));
		waiting.dispose();
		assertThat(this.admission.queued()).isZero();
		call("c");
		advance(Duration.ofSeconds(6));
		assertThat(this.sent).containsExactly("a", "c");
		assertThat(this.admission.queued()).isZero();
	}

	@Test
	void permitWhenUnusedIsKeptForItsPeriod() {
		this.admission = admission(0.1, 100, 100);
		call("a");
		call("b").dispose();
		advance(Duration.ofSeconds(12));
		call("c");
		assertThat(this.sent).containsExactly("a", "c");
	}

	@Test
	void permitWhenUnusedDoesNotAddToALaterBurst() {
		call("a");
		call("b").dispose();
		advance(Duration.ofSeconds(5));
		call("c");
		call("d");
		assertThat(this.sent).containsExactly("a", "c");
	}

	@Test
	void pauseSendsNothingAndNoBurstFollows() {
		for (int i = 0; i < 30; i++) {
			call("c" + i);
		}
		advance(Duration.ofMillis(200));
		int before = this.sent.size();
		this.admission.pause(Duration.ofSeconds(2));
		advance(Duration.ofMillis(1990));
		assertThat(this.sent).hasSize(before);
		advance(Duration.ofMillis(60));
		assertThat(this.sent.size() - before).isBetween(1, 2);
		advance(Duration.ofMillis(300));
		assertThat(this.sent.size() - before).isLessThanOrEqualTo(5);
	}

	@Test
	void pauseWithoutRetryAfterGrowsUntilACallIsAccepted() {
		refuse(null);
		assertThat(this.admission.paused()).isBetween(Duration.ofMillis(160), Duration.ofMillis(240));
		advance(Duration.ofSeconds(1));
		refuse(null);
		assertThat(this.admission.paused()).isBetween(Duration.ofMillis(320), Duration.ofMillis(480));
		advance(Duration.ofSeconds(1));
		accept(1, null);
		refuse(null);
		assertThat(this.admission.paused()).isLessThanOrEqualTo(Duration.ofMillis(240));
	}

	@Test
	void pauseWhenTooLongForFetchesFailsThemAndKeepsPolls() {
		this.admission = admission(0.1, 100, 100);
		call("a");
		call("queued");
		call("poll", new RequestPriority(RequestPriority.Kind.REPEAT_POLL, 0));
		this.admission.pause(Duration.ofMinutes(30));
		call("new");
		assertThat(this.refused).as("both fetches fail at once")
			.hasSize(2)
			.allSatisfy((fault) -> assertThat(fault).isInstanceOfSatisfying(OperationsThrottledException.class,
					(throttled) -> {
						assertThat(throttled.isLocal()).isTrue();
						assertThat(throttled.getRetryAfter()).isEqualTo(Duration.ofMinutes(30));
					}));
		assertThat(this.admission.queued()).as("the poll").isEqualTo(1);
	}

	@Test
	void repeatPollsWhenFetchesQueueGetEveryFourthTurn() {
		this.admission.pause(Duration.ofSeconds(1));
		for (int i = 0; i < 6; i++) {
			call("repeat" + i, new RequestPriority(RequestPriority.Kind.REPEAT_POLL, 10 - i));
		}
		for (int i = 0; i < 6; i++) {
			call("fetch" + i);
		}
		advance(Duration.ofMillis(1750));
		assertThat(this.sent.subList(0, 8)).containsExactly("fetch0", "fetch1", "fetch2", "repeat5", "fetch3", "fetch4",
				"fetch5", "repeat4");
	}

	@Test
	void callsWhenTooManyAreInFlightWait() {
		this.admission = admission(1000, 2, 100);
		Sinks.Empty<Object> first = Sinks.empty();
		this.admission.admit("1", first.asMono()).subscribe();
		this.admission.admit("2", Mono.never()).subscribe();
		call("3");
		advance(Duration.ofSeconds(1));
		assertThat(this.admission.inFlight()).isEqualTo(2);
		assertThat(this.sent).isEmpty();
		first.tryEmitEmpty();
		advance(Duration.ofMillis(5));
		assertThat(this.sent).containsExactly("3");
		assertThat(this.admission.inFlight()).isEqualTo(1);
	}

	@Test
	void fullQueueRefusesFetchesButNotPolls() {
		this.admission = admission(0.1, 100, 2);
		for (int i = 0; i < 4; i++) {
			call("c" + i);
		}
		call("poll", new RequestPriority(RequestPriority.Kind.FIRST_POLL, 0));
		assertThat(this.refused).singleElement()
			.isInstanceOfSatisfying(OperationsThrottledException.class,
					(throttled) -> assertThat(throttled).hasMessageContaining("operations.rate-limit.max-queued"));
		assertThat(this.admission.queued()).isEqualTo(3);
	}

	@Test
	void callWhenLimiterRefusesFailsLocally() {
		RateLimiterConfig config = RateLimiterConfig.custom()
			.limitForPeriod(1)
			.limitRefreshPeriod(Duration.ofMinutes(1))
			.timeoutDuration(Duration.ofSeconds(5))
			.build();
		this.admission = admission(config, new RateLimitSettings(1, 10, 10));
		call("a");
		call("b");
		assertThat(this.sent).containsExactly("a");
		assertThat(this.refused).singleElement()
			.isInstanceOfSatisfying(OperationsThrottledException.class,
					(throttled) -> assertThat(throttled.isLocal()).isTrue());
	}

	@Test
	void closeFailsQueuedCallsAndRefusesFurtherOnes() {
		this.admission = admission(0.1, 100, 100);
		call("a");
		call("b");
		this.admission.close();
		call("c");
		advance(Duration.ofMinutes(1));
		assertThat(this.sent).containsExactly("a");
		assertThat(this.refused).hasSize(2)
			.allSatisfy((ex) -> assertThat(ex).isInstanceOf(OperationsClosedException.class));
	}

	@Test
	void callWhenCancelledInFlightReleasesItsPlace() {
		Disposable call = this.admission.admit("a", Mono.never()).subscribe();
		assertThat(this.admission.inFlight()).isEqualTo(1);
		call.dispose();
		assertThat(this.admission.inFlight()).isZero();
	}

	@Test
	void refusalAmongManyAcceptedCallsPausesNoOther() {
		this.admission = admission(1000, 16, 1000);
		accept(10, null);
		refuse(Duration.ofSeconds(30));
		assertThat(this.admission.paused()).isZero();
		assertThat(this.admission.inFlightLimit()).isEqualTo(16);
		assertThat(this.throttled).as("each refusal is reported").isEqualTo(1);
		advance(Duration.ofMillis(1));
		call("a");
		assertThat(this.sent).containsExactly("a");
	}

	@Test
	void consecutiveRefusalsPauseAllCalls() {
		this.admission = admission(1000, 16, 1000);
		accept(100, null);
		for (int i = 0; i < 6; i++) {
			assertThat(this.admission.paused()).as("after %d refusals", i).isZero();
			refuse(Duration.ofSeconds(30));
			advance(Duration.ofMillis(1));
		}
		assertThat(this.admission.paused()).isEqualTo(Duration.ofMillis(29_999));
		call("a");
		advance(Duration.ofSeconds(29));
		assertThat(this.sent).isEmpty();
		assertThat(this.admission.inFlightLimit()).isEqualTo(8);
	}

	@Test
	void pauseLastsUntilTheLatestRetryAfterOfItsRefusals() {
		this.admission = admission(1000, 16, 1000);
		accept(10, null);
		for (int i = 0; i < 6; i++) {
			refuse((i == 2) ? Duration.ofSeconds(30) : Duration.ofSeconds(1));
			advance(Duration.ofMillis(1));
		}
		assertThat(this.admission.paused()).isBetween(Duration.ofMillis(29_900), Duration.ofSeconds(30));
	}

	@Test
	void loneRefusalWithLongRetryAfterDoesNotPauseTheAccount() {
		this.admission = admission(1000, 16, 1000);
		accept(10, null);
		refuse(Duration.ofHours(1));
		assertThat(this.admission.paused()).isZero();
		accept(10, null);
		advance(Duration.ofMinutes(1));
		for (int i = 0; i < 6; i++) {
			refuse(Duration.ofSeconds(1));
			advance(Duration.ofMillis(1));
		}
		assertThat(this.admission.paused()).isBetween(Duration.ofMillis(900), Duration.ofSeconds(1));
	}

	@Test
	void notFoundCountsAsAccepted() {
		this.admission = admission(1000, 16, 1000);
		assertThat(pausedAfterRefusalsBetween(404)).isZero();
	}

	@Test
	void rejectedCredentialsSayNothingAboutTheAccount() {
		this.admission = admission(1000, 16, 1000);
		assertThat(pausedAfterRefusalsBetween(401)).isPositive();
	}

	private Duration pausedAfterRefusalsBetween(int status) {
		accept(1, null);
		for (int i = 0; i < 6; i++) {
			refuse(Duration.ofSeconds(30));
			advance(Duration.ofMillis(1));
			this.admission.admit("op", Mono.error(TestOperations.fault(status))).subscribe((value) -> {
			}, this.refused::add);
			advance(Duration.ofMillis(1));
		}
		return this.admission.paused();
	}

	@Test
	void pauseWhenEndOfAnotherIsBeingReportedIsReportedAfter() {
		List<String> reported = new ArrayList<>();
		this.listener = new OperationsListener() {

			@Override
			public void pauseBegan(String client, Duration pause) {
				reported.add("began");
			}

			@Override
			public void pauseEnded(String client) {
				Thread other = new Thread(() -> AdmissionTests.this.admission.pause(Duration.ofSeconds(1)));
				other.start();
				try {
					other.join();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				reported.add("ended");
			}

		};
		this.admission = admission(1000, 16, 1000);
		this.admission.pause(Duration.ofSeconds(1));
		advance(Duration.ofMillis(1500));
		assertThat(reported).containsExactly("began", "ended", "began");
	}

	@Test
	void supplierOfTheLimiterIsNotCalledUnderTheLock() {
		RateLimitSettings settings = new RateLimitSettings(10, 16, 100);
		RateLimiter limiter = RateLimiter.of("test", settings.toConfig().build());
		List<Integer> queued = new ArrayList<>();
		this.admission = new Admission("test", () -> {
			// Another thread would wait for the lock.
			queued.add(CompletableFuture.supplyAsync(() -> this.admission.queued())
				.orTimeout(20, TimeUnit.SECONDS)
				.join());
			return limiter;
		}, null, settings, RetrySettings.defaults(), this.scheduler, this.listener, KeyPrefix.DEFAULT);
		this.admission.pollsPerSecond();
		assertThat(queued).containsExactly(0);
	}

	@Test
	void refusalDuringAPauseExtendsIt() {
		this.admission = admission(1000, 16, 1000);
		Sinks.Empty<Object> late = Sinks.empty();
		this.admission.admit("late", late.asMono()).subscribe((value) -> {
		}, this.refused::add);
		advance(Duration.ofMillis(1));
		this.admission.pause(Duration.ofSeconds(1));
		late.tryEmitError(throttled(Duration.ofSeconds(10)));
		assertThat(this.admission.paused()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void refusalOfAnHourDuringPauseExtendsItByAtMostTheMaximum() {
		this.admission = admission(1000, 16, 1000);
		Sinks.Empty<Object> late = Sinks.empty();
		this.admission.admit("late", late.asMono()).subscribe((value) -> {
		}, this.refused::add);
		Sinks.Empty<Object> open = Sinks.empty();
		this.admission.admit("open", open.asMono()).subscribe();
		advance(Duration.ofMillis(1));
		this.admission.pause(Duration.ofSeconds(1));
		late.tryEmitError(throttled(Duration.ofHours(1)));
		assertThat(this.admission.paused()).as("the longest Retry-After")
			.isEqualTo(RetrySettings.defaults().maxRetryAfter());
	}

	@Test
	void pauseLastsUntilTheLatestRetryAfterOfTheFirstRefusals() {
		this.admission = admission(1000, 16, 1000);
		Sinks.Empty<Object> first = Sinks.empty();
		this.admission.admit("first", first.asMono()).subscribe((value) -> {
		}, this.refused::add);
		Sinks.Empty<Object> second = Sinks.empty();
		this.admission.admit("second", second.asMono()).subscribe((value) -> {
		}, this.refused::add);
		advance(Duration.ofMillis(1));
		first.tryEmitError(throttled(Duration.ofSeconds(20)));
		second.tryEmitError(throttled(null));
		assertThat(this.admission.paused()).isEqualTo(Duration.ofSeconds(20));
	}

	@Test
	void limitIsHalvedByARefusalAndRecoversOneByOne() {
		this.admission = admission(1000, 16, 1000);
		keepUnderWay(15);
		for (int i = 0; i < 6; i++) {
			refuse(Duration.ofSeconds(1));
			advance(Duration.ofMillis(1));
		}
		assertThat(this.admission.inFlightLimit()).isEqualTo(8);
		advance(Duration.ofSeconds(2));
		call("a");
		assertThat(this.sent).as("15 are under way").isEmpty();
		cancelUnderWay(8);
		accept(9, null);
		assertThat(this.admission.inFlightLimit()).isEqualTo(9);
	}

	@Test
	void refusalsOfCallsInFlightTogetherHalveTheLimitOnce() {
		this.admission = admission(1000, 16, 1000);
		Sinks.Empty<Object> answer = Sinks.empty();
		for (int i = 0; i < 16; i++) {
			this.admission.admit("op", answer.asMono()).subscribe((value) -> {
			}, this.refused::add);
		}
		advance(Duration.ofSeconds(1));
		assertThat(this.admission.inFlight()).isEqualTo(16);
		answer.tryEmitError(throttled(Duration.ofMillis(1)));
		assertThat(this.refused).hasSize(16);
		assertThat(this.admission.inFlightLimit()).isEqualTo(8);
	}

	@Test
	void pollsGetWhatFetchesLeaveButAtLeastTheirShare() {
		this.admission = admission(20, 1000, 100_000);
		assertThat(this.admission.pollsPerSecond()).isEqualTo(20);
		for (int i = 0; i < 60 * 10; i++) {
			call("c" + i);
			advance(Duration.ofMillis(100));
		}
		assertThat(this.admission.pollsPerSecond()).isBetween(10.0, 15.0);
		for (int i = 0; i < 5000; i++) {
			call("c" + i);
		}
		assertThat(this.admission.pollsPerSecond()).isEqualTo(5);
	}

	@Test
	void onRoomWhenNothingIsQueuedIsCalled() {
		List<Integer> sentBefore = new ArrayList<>();
		this.admission.onCapacity(() -> sentBefore.add(this.sent.size()));
		call("a");
		call("b");
		assertThat(this.admission.hasCapacity()).isFalse();
		advance(Duration.ofSeconds(1));
		assertThat(this.admission.hasCapacity()).isTrue();
		assertThat(sentBefore).contains(1, 2);
	}

	@Test
	void callWhenLimiterThrowsFailsAlone() {
		RateLimitSettings settings = new RateLimitSettings(10, 100, 100);
		RateLimiter limiter = RateLimiter.of("test", settings.toConfig().build(),
				() -> this.scheduler.now(TimeUnit.NANOSECONDS));
		AtomicInteger events = new AtomicInteger();
		limiter.getEventPublisher().onSuccess((event) -> {
			if (events.getAndIncrement() == 0) {
				throw new IllegalStateException("broken consumer");
			}
		});
		this.admission = admission(limiter, settings);
		call("a");
		call("b");
		advance(Duration.ofSeconds(1));
		assertThat(this.refused).singleElement()
			.isInstanceOf(OperationsUnavailableException.class)
			.asString()
			.contains("broken consumer");
		assertThat(this.sent).containsExactly("b");
	}

	@Test
	void callWhenItCannotBeginFailsAndReleasesItsPlace() {
		this.admission.admit("a", Mono.fromRunnable(() -> {
			throw new NoClassDefFoundError("gone");
		})).subscribe((value) -> {
		}, this.refused::add);
		assertThat(this.refused).singleElement().isInstanceOf(NoClassDefFoundError.class);
		assertThat(this.admission.inFlight()).isZero();
		call("b");
		advance(Duration.ofSeconds(1));
		assertThat(this.sent).containsExactly("b");
	}

	@Test
	void idsInRefusalsAreEscaped() {
		this.admission.pause(Duration.ofMinutes(30));
		call("a\nb");
		assertThat(this.refused).singleElement().asString().contains("a\\u000ab").doesNotContain("a\nb");
	}

	@Test
	void loadOfTheAccountReachesLimitWithRefusalsAndAnswers() {
		this.admission = admission(1000, 16, 1000);
		keepUnderWay(15);
		accept(1, 99);
		for (int i = 0; i < 6; i++) {
			this.admission.admit("refused", Mono.error(throttled(Duration.ofSeconds(1)))).subscribe((value) -> {
			}, this.refused::add);
			advance(Duration.ofMillis(1));
		}
		advance(Duration.ofSeconds(3));
		cancelUnderWay(8);
		accept(9, 95);
		assertThat(this.admission.inFlightLimit()).as("an account with 95 of 99 calls").isEqualTo(8);
		accept(9, 50);
		assertThat(this.admission.inFlightLimit()).as("an account with 50 of 99 calls").isEqualTo(9);
	}

	private void keepUnderWay(int calls) {
		for (int i = 0; i < calls; i++) {
			this.underWay.add(this.admission.admit("op", Mono.never()).subscribe());
		}
		advance(Duration.ofSeconds(1));
		assertThat(this.admission.inFlight()).isEqualTo(calls);
	}

	private void cancelUnderWay(int calls) {
		for (int i = 0; i < calls; i++) {
			this.underWay.remove(0).dispose();
		}
	}

	private void accept(int calls, @Nullable Integer accountLoad) {
		OperationSnapshot answer = TestOperations.snapshot("op", OperationStatus.RUNNING);
		for (int i = 0; i < calls; i++) {
			this.admission
				.admit("op",
						Mono.just(new OperationSnapshot(answer.operation(), null, answer.serverTime(), null,
								accountLoad)))
				.subscribe();
			advance(Duration.ofMillis(1));
		}
	}

	private void refuse(@Nullable Duration retryAfter) {
		Throwable refusal = new OperationsErrorResponse(429, 20429, null, null, retryAfter, null)
			.toException("Fetching", "op");
		this.admission.admit("refused", Mono.error(refusal)).subscribe((value) -> {
		}, this.refused::add);
		advance(Duration.ZERO);
	}

	private static Throwable throttled(@Nullable Duration retryAfter) {
		return new OperationsErrorResponse(429, 20429, null, null, retryAfter, 100).toException("Fetching", "op");
	}

	@Test
	void shorterPauseDoesNotShortenALongerOne() {
		this.admission.pause(Duration.ofSeconds(10));
		this.admission.pause(Duration.ofSeconds(1));
		assertThat(this.admission.paused()).isEqualTo(Duration.ofSeconds(10));
		call("a");
		advance(Duration.ofMillis(9900));
		assertThat(this.sent).isEmpty();
		advance(Duration.ofMillis(100));
		assertThat(this.sent).containsExactly("a");
	}

	@Test
	void pollsWhenCallsAreSlowAreLimitedByTheirDuration() {
		this.admission = admission(20, 2, 100);
		this.admission.admit("a", Mono.delay(Duration.ofSeconds(1), this.scheduler)).subscribe();
		advance(Duration.ofSeconds(1));
		assertThat(this.admission.pollsPerSecond()).isBetween(1.9, 2.0);
	}

	@Test
	void fetchWhenCancelledReleasesItsPlaceInTheQueue() {
		this.admission = admission(0.1, 100, 2);
		call("a");
		call("b").dispose();
		call("c").dispose();
		call("d");
		call("e");
		assertThat(this.refused).isEmpty();
		assertThat(this.admission.queued()).isEqualTo(2);
	}

	@Test
	void hasRoomDuringAPauseIsFalse() {
		this.admission.pause(Duration.ofSeconds(1));
		assertThat(this.admission.hasCapacity()).isFalse();
		advance(Duration.ofSeconds(1));
		assertThat(this.admission.hasCapacity()).isTrue();
	}

	@Test
	void pausesAfterAnAnswerStartAtTheShortestAgain() {
		List<Mono<OperationSnapshot>> answers = new ArrayList<>(List.of(Mono.error(TestOperations.fault(429)),
				Mono.just(TestOperations.snapshot("a", OperationStatus.RUNNING))));
		answers.addAll(Collections.nCopies(6, Mono.error(TestOperations.fault(429))));
		AdmittedOperationFetcher fetcher = new AdmittedOperationFetcher((id) -> answers.remove(0), this.admission);
		for (int i = 0; i < 8; i++) {
			advance(Duration.ofSeconds(1));
			fetcher.fetch("a").onErrorComplete().subscribe();
		}
		assertThat(answers).isEmpty();
		assertThat(this.admission.paused()).isBetween(Duration.ofMillis(160), Duration.ofMillis(240));
	}

	private Admission admission(double rate, int maxInFlight, int maxQueued) {
		RateLimitSettings settings = new RateLimitSettings(rate, maxInFlight, maxQueued);
		return admission(settings.toConfig().build(), settings);
	}

	private Admission admission(RateLimiterConfig config, RateLimitSettings settings) {
		// The rate limiter uses the virtual clock, so it decides as in production.
		return admission(RateLimiter.of("test", config, () -> this.scheduler.now(TimeUnit.NANOSECONDS)), settings);
	}

	private Admission admission(RateLimiter limiter, RateLimitSettings settings) {
		return new Admission("test", limiter, settings, RetrySettings.defaults(), this.scheduler, this.listener);
	}

	private Disposable call(String id) {
		return call(id, new RequestPriority(RequestPriority.Kind.FETCH, this.scheduler.now(TimeUnit.MILLISECONDS)));
	}

	private Disposable call(String id, RequestPriority priority) {
		return this.admission.admit(id, Mono.fromRunnable(() -> this.sent.add(id)))
			.contextWrite((context) -> context.put(RequestPriority.class, priority))
			.subscribe((value) -> {
			}, this.refused::add);
	}

	private void advance(Duration time) {
		this.scheduler.advanceTimeBy(time);
	}

	@Test
	void backOffIsNeverNegative() {
		IntervalFunction backOff = RetrySettings.defaults().backOff();
		for (int attempt = 1; attempt < 40; attempt++) {
			assertThat(backOff.apply(attempt)).isBetween(1L, 6000L);
		}
	}

}
