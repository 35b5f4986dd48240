package io.operations.internal.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.operations.OperationsClosedException;
import io.operations.OperationsListener;
import io.operations.OperationsThrottledException;
import io.operations.internal.KeyPrefix;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

class AccountBudgetTests {

	private static final int RATE = 20;

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final VirtualBudgetStore store = new VirtualBudgetStore(this.scheduler);

	private final List<Instance> instances = new ArrayList<>();

	@Test
	void oneInstanceSendsTheWholeRateWithoutABurst() {
		Instance alone = start(RATE);
		alone.fill(400);
		advance(Duration.ofSeconds(1));
		int before = alone.sent();
		advance(Duration.ofSeconds(10));
		assertThat(alone.sent() - before).isBetween(199, 201);
		assertThat(alone.mostIn(Duration.ofMillis(249))).isLessThanOrEqualTo(6);
	}

	@Test
	void severalInstancesShareTheRateInEqualParts() {
		List<Instance> three = List.of(start(RATE), start(RATE), start(RATE));
		three.forEach((instance) -> instance.fill(400));
		advance(Duration.ofSeconds(10));
		int[] before = three.stream().mapToInt(Instance::sent).toArray();
		advance(Duration.ofSeconds(10));
		int all = 0;
		for (int i = 0; i < before.length; i++) {
			int share = three.get(i).sent() - before[i];
			all += share;
			assertThat(share).isBetween(55, 78);
		}
		assertThat(all).isBetween(196, 204);
	}

	@Test
	void rateWhenInstancesComeAndGoIsKept() {
		List<Integer> perTenSeconds = new ArrayList<>();
		for (int running : new int[] { 1, 2, 4, 3, 2 }) {
			while (this.instances.size() < running) {
				start(RATE).fill(1_000);
			}
			while (this.instances.size() > running) {
				this.instances.remove(0).admission.close();
			}
			advance(Duration.ofSeconds(2));
			int before = sent();
			advance(Duration.ofSeconds(10));
			perTenSeconds.add(sent() - before);
		}
		assertThat(perTenSeconds).allMatch((number) -> number >= 190 && number <= 205);
	}

	@Test
	void senderRunsAtMostFiveStatementsPerSecond() {
		Instance busy = start(RATE);
		for (int i = 0; i < 3; i++) {
			start(RATE);
		}
		busy.fill(600);
		advance(Duration.ofSeconds(5));
		int before = this.store.statements;
		advance(Duration.ofSeconds(10));
		// Three idle instances report every five seconds.
		assertThat((this.store.statements - before - 2 * 3) / 10.0).isLessThanOrEqualTo(5);
	}

	@Test
	void instanceWhenIdleReservesNothing() {
		start(RATE);
		advance(Duration.ofSeconds(10));
		assertThat(this.store.nextAt).isZero();
		assertThat(this.store.statements).isLessThanOrEqualTo(3);
	}

	@Test
	void noMoreThanOneBlockIsReservedAhead() {
		Instance alone = start(RATE);
		alone.fill(100);
		for (int i = 0; i < 100; i++) {
			advance(Duration.ofMillis(20));
			assertThat(alone.admission.rate().permits()).isLessThanOrEqualTo(8);
		}
	}

	@Test
	void permitsOfASuspendedInstanceLapse() {
		Instance alone = start(RATE);
		alone.fill(4);
		advance(Duration.ofMillis(200));
		assertThat(alone.admission.rate().permits()).isPositive();
		advance(Duration.ofSeconds(5));
		assertThat(alone.admission.rate().permits()).isZero();
		int before = alone.sent();
		alone.fill(10);
		advance(Duration.ofMillis(100));
		assertThat(alone.sent() - before).isLessThanOrEqualTo(3);
	}

	@Test
	void instancesWhenStoreFailsSendTheirShareAtOnce() {
		List<Instance> two = List.of(start(RATE), start(RATE));
		advance(Duration.ofSeconds(6));
		two.forEach((instance) -> instance.fill(400));
		advance(Duration.ofSeconds(1));
		this.store.failing = true;
		advance(Duration.ofSeconds(1));
		int before = sent();
		advance(Duration.ofSeconds(10));
		assertThat(sent() - before).isBetween(190, 204);
		assertThat(two).allMatch((instance) -> instance.admission.rate().isStoreUnavailable());
		assertThat(two).allMatch((instance) -> instance.events.equals(List.of("lost")));
	}

	@Test
	void storeWhenItDoesNotAnswerIsUnavailableAfterOneSecond() {
		Instance alone = start(RATE);
		alone.fill(400);
		advance(Duration.ofSeconds(1));
		this.store.silent = true;
		advance(Duration.ofMillis(1_600));
		assertThat(alone.admission.rate().isStoreUnavailable()).isTrue();
		int before = sent();
		advance(Duration.ofSeconds(5));
		assertThat(sent() - before).isBetween(98, 102);
	}

	@Test
	void sharedRateWhenStoreReturnsIsBackWithinTwoSeconds() {
		List<Instance> two = List.of(start(RATE), start(RATE));
		advance(Duration.ofSeconds(6));
		two.get(0).fill(400);
		this.store.failing = true;
		advance(Duration.ofSeconds(10));
		this.store.failing = false;
		advance(Duration.ofSeconds(2));
		assertThat(two).noneMatch((instance) -> instance.admission.rate().isStoreUnavailable());
		int before = sent();
		advance(Duration.ofSeconds(5));
		assertThat(sent() - before).isBetween(98, 102);
		assertThat(two).allMatch((instance) -> instance.events.equals(List.of("lost", "regained")));
	}

	@Test
	void pauseReachesOtherInstancesWithinASecond() {
		Instance throttled = start(RATE);
		Instance other = start(RATE);
		other.fill(400);
		advance(Duration.ofSeconds(2));
		throttled.admission.pause(Duration.ofSeconds(5));
		advance(Duration.ofSeconds(1));
		int before = other.sent();
		assertThat(other.admission.paused()).isBetween(Duration.ofMillis(3_900), Duration.ofMillis(4_100));
		advance(Duration.ofMillis(3_900));
		assertThat(other.sent()).isEqualTo(before);
		assertThat(other.events).containsExactly("pause");
		advance(Duration.ofSeconds(2));
		assertThat(other.events).containsExactly("pause", "resumed");
		assertThat(other.sent() - before).isBetween(34, 42);
	}

	@Test
	void pauseOfAnOperatorReachesOtherInstancesAndEndsThereOnlyIfResumed() {
		Instance asked = start(RATE);
		Instance other = start(RATE);
		other.fill(400);
		advance(Duration.ofSeconds(2));
		assertThat(result(asked.admission.operatorPause().begin(Duration.ofMinutes(10)))).isTrue();
		assertThat(asked.admission.operatorPause().isOn()).isTrue();
		advance(Duration.ofSeconds(1));
		assertThat(other.admission.operatorPause().isOn()).isTrue();
		assertThat(other.refused).isNotEmpty()
			.allSatisfy((fault) -> assertThat(fault).hasMessageContaining("an operator has paused the client"));
		other.poll(100);
		int before = other.sent();
		advance(Duration.ofMinutes(5));
		assertThat(other.sent()).isEqualTo(before);
		assertThat(other.events).containsExactly("operator's pause");
		assertThat(result(asked.admission.operatorPause().end())).isTrue();
		advance(Duration.ofSeconds(1));
		assertThat(List.of(asked, other)).allMatch((instance) -> instance.admission.paused().isZero());
		assertThat(other.events).containsExactly("operator's pause", "resumed");
		advance(Duration.ofSeconds(2));
		assertThat(other.sent() - before).isBetween(34, 60);
		advance(Duration.ofMinutes(10));
		assertThat(asked.events).containsExactly("operator's pause", "resumed");
		assertThat(other.events).containsExactly("operator's pause", "resumed");
	}

	@Test
	void resumeEndsAPauseOfTheServerInAllInstances() {
		Instance throttled = start(RATE);
		Instance other = start(RATE);
		other.poll(400);
		advance(Duration.ofSeconds(2));
		throttled.admission.pause(Duration.ofMinutes(30));
		advance(Duration.ofSeconds(1));
		assertThat(other.admission.operatorPause().isOn()).isFalse();
		assertThat(result(other.admission.operatorPause().end())).isTrue();
		advance(Duration.ofSeconds(6));
		assertThat(this.instances).allMatch((instance) -> instance.admission.paused().isZero());
		throttled.admission.pause(Duration.ofMinutes(1));
		advance(Duration.ofSeconds(1));
		assertThat(other.admission.paused()).as("the next 429").isGreaterThan(Duration.ofSeconds(58));
	}

	@Test
	void operatorWhenStoreIsUnavailableChangesNothing() {
		Instance one = start(RATE);
		Instance other = start(RATE);
		advance(Duration.ofSeconds(6));
		one.admission.pause(Duration.ofMinutes(1));
		advance(Duration.ofSeconds(6));
		this.store.failing = true;
		assertThat(fault(one.admission.operatorPause().begin(Duration.ofMinutes(10)))).hasMessage("no database");
		assertThat(fault(one.admission.operatorPause().end())).hasMessage("no database");
		assertThat(one.admission.paused()).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(54));
		this.store.failing = false;
		advance(Duration.ofSeconds(6));
		assertThat(other.admission.paused()).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(48));
		assertThat(other.admission.operatorPause().isOn()).isFalse();
	}

	@Test
	void permitsThatWereReservedBeforeAResumeAndArriveLaterAreNotUsed() {
		Instance other = start(RATE);
		advance(Duration.ofSeconds(6));
		this.store.pausedUntil = this.scheduler.now(TimeUnit.NANOSECONDS) + Duration.ofMinutes(10).toNanos();
		this.store.latency = Duration.ofMillis(400);
		other.poll(10);
		this.store.latency = Duration.ofMillis(2);
		assertThat(result(other.admission.operatorPause().end())).isTrue();
		advance(Duration.ofSeconds(3));
		assertThat(other.sent()).isEqualTo(10);
	}

	@Test
	void instanceThatStartsDuringAPauseOfAnOperatorPauses() {
		Instance first = start(RATE);
		advance(Duration.ofSeconds(6));
		result(first.admission.operatorPause().begin(Duration.ofMinutes(10)));
		Instance late = start(RATE);
		advance(Duration.ofSeconds(1));
		assertThat(late.admission.operatorPause().isOn()).isTrue();
	}

	@Test
	void answerToAPauseThatArrivesAfterAResumeDoesNotPauseThisInstanceAlone() {
		Instance asked = start(RATE);
		Instance other = start(RATE);
		advance(Duration.ofSeconds(6));
		this.store.latency = Duration.ofMillis(900);
		asked.admission.operatorPause().begin(Duration.ofMinutes(10)).subscribe();
		this.store.latency = Duration.ofMillis(2);
		assertThat(result(other.admission.operatorPause().end())).isTrue();
		asked.poll(10);
		advance(Duration.ofSeconds(5));
		assertThat(asked.admission.paused()).isZero();
		assertThat(asked.sent()).isEqualTo(10);
	}

	@Test
	void answerToAResumeThatArrivesAfterANewerPauseDoesNotEndThatPauseHere() {
		Instance asked = start(RATE);
		Instance other = start(RATE);
		advance(Duration.ofSeconds(6));
		result(asked.admission.operatorPause().begin(Duration.ofMinutes(10)));
		this.store.latency = Duration.ofMillis(900);
		asked.admission.operatorPause().end().subscribe();
		this.store.latency = Duration.ofMillis(2);
		assertThat(result(other.admission.operatorPause().begin(Duration.ofMinutes(20)))).isTrue();
		asked.poll(10);
		advance(Duration.ofMillis(900));
		assertThat(asked.admission.paused()).isGreaterThan(Duration.ofMinutes(19));
		assertThat(asked.sent()).isZero();
	}

	@Test
	void pauseThatIsShorterThanThatOfAnotherInstanceLastsAsLongAsThatOne() {
		Instance first = start(RATE);
		Instance second = start(RATE);
		advance(Duration.ofSeconds(6));
		result(first.admission.operatorPause().begin(Duration.ofMinutes(50)));
		assertThat(result(second.admission.operatorPause().begin(Duration.ofMinutes(10)))).isTrue();
		assertThat(second.admission.paused()).isGreaterThan(Duration.ofMinutes(49));
	}

	private <T> T result(Mono<T> call) {
		AtomicReference<T> result = new AtomicReference<>();
		call.subscribe(result::set);
		advance(Duration.ofMillis(50));
		return Objects.requireNonNull(result.get());
	}

	private Throwable fault(Mono<?> call) {
		AtomicReference<Throwable> fault = new AtomicReference<>();
		call.subscribe((value) -> {
		}, fault::set);
		advance(Duration.ofSeconds(1));
		return Objects.requireNonNull(fault.get());
	}

	@Test
	void pauseReachesSlowInstanceWithinASecond() {
		Instance throttled = start(RATE);
		Instance slow = start(0.2);
		slow.fill(5);
		advance(Duration.ofSeconds(12));
		throttled.admission.pause(Duration.ofSeconds(60));
		advance(Duration.ofSeconds(1));
		assertThat(slow.admission.paused()).isGreaterThan(Duration.ofSeconds(58));
		int before = slow.sent();
		advance(Duration.ofSeconds(57));
		assertThat(slow.sent()).isEqualTo(before);
	}

	@Test
	void fetchesWhenPauseOfAnotherInstanceIsTooLongAreRefused() {
		Instance throttled = start(RATE);
		Instance other = start(RATE);
		other.fill(100);
		advance(Duration.ofSeconds(1));
		throttled.admission.pause(Duration.ofMinutes(5));
		advance(Duration.ofSeconds(1));
		assertThat(other.admission.queued()).isZero();
		assertThat(other.refused).isNotEmpty().allMatch((fault) -> fault instanceof OperationsThrottledException);
	}

	@Test
	void instanceWhenItCannotReserveStillReports() {
		Instance stuck = start(RATE);
		Instance other = start(RATE);
		stuck.fill(1_000);
		advance(Duration.ofSeconds(6));
		this.store.reservesFail = true;
		advance(Duration.ofSeconds(40));
		assertThat(stuck.admission.rate().isStoreUnavailable()).isTrue();
		assertThat(other.admission.rate().instances()).isEqualTo(2);
	}

	@Test
	void instanceWhenStoreIsNeverReachedDividesByCountAtStart() {
		this.store.failing = true;
		this.store.othersAtStart = 3;
		Instance alone = start(RATE);
		alone.fill(1_000);
		advance(Duration.ofSeconds(2));
		int before = alone.sent();
		advance(Duration.ofSeconds(10));
		assertThat(alone.sent() - before).as("a quarter of the rate").isBetween(48, 52);
	}

	@Test
	void onlyInstancesWithRequestsHaveAPartOfTheRate() {
		List<Instance> three = List.of(start(RATE), start(RATE), start(RATE));
		three.get(0).fill(1_000);
		three.get(1).fill(1_000);
		advance(Duration.ofSeconds(12));
		assertThat(three.get(0).admission.senders()).isEqualTo(2);
		assertThat(three.get(0).admission.rate().instances()).isEqualTo(3);
	}

	@Test
	void storeWhenItThrowsIsUnavailableUntilItAnswersAgain() {
		Instance alone = start(RATE);
		alone.fill(1_000);
		advance(Duration.ofSeconds(1));
		this.store.throwing = true;
		advance(Duration.ofSeconds(3));
		assertThat(alone.admission.rate().isStoreUnavailable()).isTrue();
		alone.admission.pause(Duration.ofSeconds(1));
		advance(Duration.ofSeconds(2));
		this.store.throwing = false;
		advance(Duration.ofSeconds(2));
		assertThat(alone.admission.rate().isStoreUnavailable()).isFalse();
		int before = alone.sent();
		advance(Duration.ofSeconds(5));
		assertThat(alone.sent() - before).isBetween(98, 102);
	}

	@Test
	void pauseWhenStoreFailsIsStoredLater() {
		Instance throttled = start(RATE);
		Instance other = start(RATE);
		advance(Duration.ofSeconds(6));
		this.store.failing = true;
		throttled.admission.pause(Duration.ofSeconds(20));
		advance(Duration.ofSeconds(3));
		this.store.failing = false;
		other.fill(10);
		advance(Duration.ofSeconds(2));
		assertThat(other.admission.paused()).isBetween(Duration.ofSeconds(14), Duration.ofMillis(15_100));
	}

	@Test
	void rateWhenRaisedDoesNotWaitForPermitsOfTheOldOne() {
		Instance changed = start(0.001);
		changed.fill(400);
		advance(Duration.ofSeconds(5));
		assertThat(changed.sent()).isLessThanOrEqualTo(1);
		changed.rate(RATE);
		advance(Duration.ofSeconds(3));
		int before = changed.sent();
		advance(Duration.ofSeconds(10));
		assertThat(changed.sent() - before).isBetween(198, 202);
	}

	@Test
	void debtWhenLeftAtALowRateIsShortened() {
		Instance slow = start(0.001);
		slow.fill(2);
		advance(Duration.ofSeconds(2));
		slow.admission.close();
		assertThat(this.store.nextAt).isGreaterThan(Duration.ofSeconds(500).toNanos());
		Instance fast = start(RATE);
		fast.fill(400);
		advance(Duration.ofSeconds(10));
		int before = fast.sent();
		advance(Duration.ofSeconds(5));
		assertThat(fast.sent() - before).isBetween(98, 102);
	}

	@Test
	void instanceWhenItStopsIsNoLongerCounted() {
		Instance first = start(RATE);
		Instance second = start(RATE);
		advance(Duration.ofSeconds(6));
		assertThat(first.admission.rate().instances()).isEqualTo(2);
		second.admission.close();
		advance(Duration.ofSeconds(6));
		assertThat(first.admission.rate().instances()).isEqualTo(1);
	}

	@Test
	void queuedRequestsWhenAdmissionIsClosedFail() {
		this.store.silent = true;
		Instance alone = start(RATE);
		alone.fill(3);
		alone.admission.close();
		advance(Duration.ofSeconds(5));
		assertThat(alone.refused).hasSize(3).allMatch((fault) -> fault instanceof OperationsClosedException);
	}

	@Test
	void limiterOfTheInstanceStillApplies() {
		Instance strict = start(5);
		strict.fill(100);
		Instance other = start(RATE);
		other.fill(400);
		advance(Duration.ofSeconds(10));
		int before = strict.sent();
		advance(Duration.ofSeconds(10));
		assertThat(strict.sent() - before).isLessThanOrEqualTo(51);
	}

	private Instance start(double rate) {
		Instance instance = new Instance(rate);
		this.instances.add(instance);
		return instance;
	}

	private int sent() {
		return this.instances.stream().mapToInt(Instance::sent).sum();
	}

	private void advance(Duration time) {
		this.scheduler.advanceTimeBy(time);
	}

	private final class Instance {

		private final List<Long> sentAt = new ArrayList<>();

		private final List<Throwable> refused = new ArrayList<>();

		private final List<String> events = new ArrayList<>();

		private final AtomicReference<RateLimiter> limiter = new AtomicReference<>();

		private final Admission admission;

		Instance(double rate) {
			rate(rate);
			this.admission = new Admission("test", this.limiter::get,
					AccountBudgetTests.this.store.of("i" + AccountBudgetTests.this.instances.size() + "-" + hashCode()),
					new RateLimitSettings(rate, 16, 10_000), RetrySettings.defaults(),
					AccountBudgetTests.this.scheduler, new OperationsListener() {

						@Override
						public void pauseBegan(String client, Duration pause) {
							Instance.this.events.add("pause");
						}

						@Override
						public void operatorPauseBegan(String client, Duration pause) {
							Instance.this.events.add("operator's pause");
						}

						@Override
						public void pauseEnded(String client) {
							Instance.this.events.add("resumed");
						}

						@Override
						public void budgetUnavailable(String client, Throwable fault) {
							Instance.this.events.add("lost");
						}

						@Override
						public void budgetAvailable(String client, Duration duration) {
							Instance.this.events.add("regained");
						}

					}, KeyPrefix.DEFAULT);
		}

		void rate(double rate) {
			RateLimiterConfig config = new RateLimitSettings(rate, 16, 10_000).toConfig().build();
			this.limiter
				.set(RateLimiter.of("test", config, () -> AccountBudgetTests.this.scheduler.now(TimeUnit.NANOSECONDS)));
		}

		void fill(int calls) {
			for (int i = 0; i < calls; i++) {
				call().subscribe((value) -> {
				}, this.refused::add);
			}
		}

		// A pause that is too long for fetches does not refuse polls.
		void poll(int calls) {
			for (int i = 0; i < calls; i++) {
				call()
					.contextWrite((context) -> context.put(RequestPriority.class,
							new RequestPriority(RequestPriority.Kind.REPEAT_POLL, 0)))
					.subscribe();
			}
		}

		private Mono<Object> call() {
			return this.admission.admit("op", Mono
				.fromRunnable(() -> this.sentAt.add(AccountBudgetTests.this.scheduler.now(TimeUnit.NANOSECONDS))));
		}

		int sent() {
			return this.sentAt.size();
		}

		int mostIn(Duration window) {
			long[] times = this.sentAt.stream().mapToLong(Long::longValue).toArray();
			return Arrays.stream(times)
				.mapToInt((begin) -> (int) Arrays.stream(times)
					.filter((time) -> time >= begin && time < begin + window.toNanos())
					.count())
				.max()
				.orElse(0);
		}

	}

}
