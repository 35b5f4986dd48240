package io.operations.internal.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.operations.OperationsListener;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.util.RaceTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests many threads that admit, finish and cancel calls and begin pauses at the same
 * time.
 */
class AdmissionRaceTests {

	private static final int THREADS = 8;

	private static final int CALLS = 1000;

	private static final int MAX_IN_FLIGHT = 5;

	// Each round needs two threads at once, so it may take milliseconds on a busy
	// machine.
	private static final int ROUNDS = Boolean.getBoolean("operations.soak") ? 50_000 : 5_000;

	private final RateLimitSettings settings = new RateLimitSettings(100_000, MAX_IN_FLIGHT, THREADS * CALLS);

	private final Admission admission = new Admission("test", RateLimiter.of("test", this.settings.toConfig().build()),
			this.settings, RetrySettings.defaults(), Schedulers.parallel(), new OperationsListener() {
			});

	private final AtomicInteger underWay = new AtomicInteger();

	private final AtomicInteger mostUnderWay = new AtomicInteger();

	private final AtomicInteger ended = new AtomicInteger();

	private final AtomicInteger kept = new AtomicInteger();

	@Test
	void callsWhenThreadsRaceStayWithinLimitAndNoneIsLost() throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		CountDownLatch start = new CountDownLatch(1);
		for (int thread = 0; thread < THREADS; thread++) {
			int seed = thread;
			executor.execute(() -> callAtRandom(new Random(seed), start));
		}
		start.countDown();
		executor.shutdown();
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(executor::isTerminated);
		Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
			assertThat(this.ended.get()).as("no call is lost").isEqualTo(this.kept.get());
			assertThat(this.admission.queued()).isZero();
			assertThat(this.admission.inFlight()).isZero();
			assertThat(this.underWay).hasValue(0);
		});
		assertThat(this.mostUnderWay.get()).as("the limit holds").isEqualTo(MAX_IN_FLIGHT);
		assertThat(this.kept.get()).isGreaterThan(THREADS * CALLS / 4);
	}

	@Test
	void callWhenCancelledAtItsTurnKeepsNoPlace() {
		Admission one = admissionOfOneAtATime();
		for (int i = 0; i < ROUNDS; i++) {
			Sinks.Empty<Object> first = Sinks.empty();
			one.admit("first", first.asMono()).subscribe();
			Disposable second = one.admit("second", Mono.never()).subscribe();
			RaceTestUtils.race(first::tryEmitEmpty, second::dispose);
			assertThat(one.queued()).as("round %s", i).isZero();
			assertThat(one.inFlight()).as("round %s", i).isZero();
		}
	}

	@Test
	void callWhenAPlaceIsReleasedMeanwhileIsNotForgotten() {
		Admission one = admissionOfOneAtATime();
		for (int i = 0; i < ROUNDS; i++) {
			AtomicInteger sent = new AtomicInteger();
			Sinks.Empty<Object> first = Sinks.empty();
			one.admit("first", first.asMono()).subscribe();
			RaceTestUtils.race(first::tryEmitEmpty,
					() -> one.admit("second", Mono.fromRunnable(sent::incrementAndGet)).subscribe());
			assertThat(sent).as("round %s", i).hasValue(1);
		}
	}

	// This rate limiter always gives a permit, so that only the race decides.
	private static Admission admissionOfOneAtATime() {
		RateLimiterConfig config = RateLimiterConfig.custom()
			.limitForPeriod(Integer.MAX_VALUE)
			.limitRefreshPeriod(Duration.ofHours(1))
			.build();
		return new Admission("test", RateLimiter.of("test", config), new RateLimitSettings(1, 1, 10),
				RetrySettings.defaults(), Schedulers.parallel(), new OperationsListener() {
				});
	}

	private void callAtRandom(Random random, CountDownLatch start) {
		List<Disposable> fickle = new ArrayList<>();
		Mono.fromCallable(() -> {
			start.await();
			return true;
		}).block();
		for (int i = 0; i < CALLS; i++) {
			RequestPriority.Kind kind = List.of(RequestPriority.Kind.values()).get(random.nextInt(3));
			boolean cancelled = random.nextInt(3) == 0;
			if (!cancelled) {
				this.kept.incrementAndGet();
			}
			Disposable call = this.admission.admit("op", work(random.nextInt(4)))
				.contextWrite(
						(context) -> context.put(RequestPriority.class, new RequestPriority(kind, random.nextInt(100))))
				.subscribe((value) -> {
					if (!cancelled) {
						this.ended.incrementAndGet();
					}
				});
			if (cancelled) {
				fickle.add(call);
			}
			if (random.nextInt(200) == 0) {
				this.admission.pause(Duration.ofMillis(1));
				fickle.forEach(Disposable::dispose);
			}
		}
		fickle.forEach(Disposable::dispose);
	}

	private Mono<Integer> work(int kind) {
		Mono<Integer> work = switch (kind) {
			case 0 -> Mono.just(1);
			case 1 -> Mono.just(1).publishOn(Schedulers.parallel());
			default -> Mono.just(1).delayElement(Duration.ofMillis(1), Schedulers.parallel());
		};
		return Mono.defer(() -> {
			this.mostUnderWay.accumulateAndGet(this.underWay.incrementAndGet(), Math::max);
			AtomicBoolean over = new AtomicBoolean();
			Runnable end = () -> {
				if (over.compareAndSet(false, true)) {
					this.underWay.decrementAndGet();
				}
			};
			// Otherwise the first pauses would lower the limit permanently, and no thread
			// would reach it.
			return work.doOnTerminate(end).doOnCancel(end);
		});
	}

}
