package io.operations.internal.tracking.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.operations.OperationStatus;
import io.operations.internal.tracking.TrackingLoad;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * What the meters of tracked operations show, and what that costs.
 */
class TrackingMetersTests {

	private static final TrackingSummary SUMMARY = new TrackingSummary(
			Map.of(TrackingState.TRACKED, 6L, TrackingState.ENDED, 4L, TrackingState.UNDELIVERED, 5L),
			Map.of(OperationStatus.RUNNING, 2L, OperationStatus.PENDING, 1L), 3, 1, Duration.ofMinutes(10), 7,
			Duration.ofSeconds(8));

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final Queue<Runnable> calls = new ArrayDeque<>();

	// Runs nothing until it is told to: who reads a meter cannot be who asks.
	private final Scheduler blocking = Schedulers.fromExecutor(this.calls::add);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final OperationTracker tracker = mock(OperationTracker.class);

	private final AtomicInteger asked = new AtomicInteger();

	private final Map<String, TrackingLoad> loads = new HashMap<>();

	@Test
	void trackedOperationsAreCountedByTheirStatusOrByWhatBecameOfTheirOutcome() {
		answer(Mono.just(SUMMARY));
		assertThat(tracked("none")).isEqualTo(3);
		assertThat(tracked("pending")).isEqualTo(1);
		assertThat(tracked("running")).isEqualTo(2);
		assertThat(tracked("unknown")).isZero();
		assertThat(tracked("ended")).isEqualTo(4);
		assertThat(tracked("delivered")).isZero();
		assertThat(tracked("undelivered")).isEqualTo(5);
		assertThat(this.registry.get("operations.tracked").tag("client", "mine").gauges()).hasSize(7);
	}

	@Test
	void ageOfTheBacklogIsShownBesideThatOfTheWaits() {
		answer(Mono.just(SUMMARY));
		assertThat(this.registry.get("operations.backlog.age")
			.tags("client", "mine", "of", "tracked")
			.timeGauge()
			.value(TimeUnit.SECONDS)).isEqualTo(8);
	}

	@Test
	void operationsThatDoNotFitIntoMemoryAreCounted() {
		answer(Mono.just(SUMMARY.waiting(42)));
		assertThat(this.registry.get("operations.tracked.waiting").tag("client", "mine").gauge().value()).isEqualTo(42);
	}

	@Test
	void eachBoundOfTheInstanceIsShownBesideWhatItBounds() {
		this.loads.put("mine", new TrackingLoad(1, 2, 3, 4, 5, 6, 7));
		answer(Mono.just(SUMMARY));
		assertThat(ofInstance("operations.held")).isEqualTo(1);
		assertThat(ofInstance("operations.held.max")).isEqualTo(2);
		assertThat(ofInstance("operations.deliveries.active")).isEqualTo(3);
		assertThat(ofInstance("operations.deliveries.max")).isEqualTo(4);
		assertThat(ofInstance("operations.unwritten")).isEqualTo(5);
		assertThat(ofInstance("operations.unwritten.max")).isEqualTo(6);
		assertThat(ofInstance("operations.tracked.max")).isEqualTo(7);
		assertThat(this.registry.get("operations.unwritten").gauge().getId().getBaseUnit()).isEqualTo("bytes");
	}

	@Test
	void theLoadOfATrackerThatDoesNotKnowItIsNotANumber() {
		answer(Mono.just(SUMMARY));
		assertThat(ofInstance("operations.held")).isNaN();
	}

	private double ofInstance(String name) {
		return this.registry.get(name).tag("client", "mine").gauge().value();
	}

	@Test
	void stuckTrackedOperationsAreShownBesideStuckWaits() {
		answer(Mono.just(SUMMARY));
		assertThat(stuck()).isEqualTo(1);
		given(this.tracker.summary()).willReturn(Mono.error(new IllegalStateException("away")));
		readAnew();
		assertThat(stuck()).isNaN();
	}

	@Test
	void storeIsAskedOnceInFiveSecondsHoweverOftenAMeterIsRead() {
		answer(Mono.just(SUMMARY));
		for (int i = 0; i < 5; i++) {
			this.time.advanceTimeBy(Duration.ofMillis(999));
			tracked("running");
		}
		makeCalls();
		assertThat(this.asked).hasValue(1);
		this.time.advanceTimeBy(Duration.ofMillis(5));
		tracked("running");
		tracked("pending");
		makeCalls();
		assertThat(this.asked).hasValue(2);
	}

	@Test
	void metersThatAreReadAtAFixedIntervalAreNoOlderThanAFewSeconds() {
		AtomicInteger stuck = new AtomicInteger();
		given(this.tracker.summary()).willReturn(counted(Mono.fromSupplier(() -> SUMMARY.waiting(stuck.get()))));
		bind();
		for (int scrape = 0; scrape < 6; scrape++) {
			double shown = this.registry.get("operations.tracked.waiting").gauge().value();
			tracked("running");
			makeCalls();
			if (scrape > 1) {
				assertThat(shown).as("scrape %s", scrape).isEqualTo(stuck.get() - 2);
				assertThat(this.asked).hasValue(scrape + 1);
			}
			for (int second = 0; second < 30; second++) {
				stuck.incrementAndGet();
				this.time.advanceTimeBy(Duration.ofSeconds(1));
				makeCalls();
			}
		}
		this.time.advanceTimeBy(Duration.ofMinutes(10));
		makeCalls();
		assertThat(this.asked).as("without a reader").hasValue(7);
	}

	@Test
	void whoReadsAMeterNeverAsksTheStoreItself() {
		given(this.tracker.summary()).willReturn(counted(Mono.just(SUMMARY)));
		bind();
		assertThat(tracked("running")).isNaN();
		assertThat(this.asked).hasValue(0);
		makeCalls();
		assertThat(tracked("running")).isEqualTo(2);
		assertThat(this.asked).hasValue(1);
	}

	@Test
	void nothingIsShownWhileTheStoreCannotBeReached() {
		answer(Mono.just(SUMMARY));
		given(this.tracker.summary()).willReturn(Mono.error(new IllegalStateException("away")));
		readAnew();
		assertThat(tracked("running")).isNaN();
		given(this.tracker.summary()).willReturn(counted(Mono.just(SUMMARY)));
		readAnew();
		assertThat(tracked("running")).isEqualTo(2);
	}

	@Test
	void storeThatDoesNotAnswerIsAskedAgainLaterAndNotBefore() {
		answer(Mono.just(SUMMARY));
		given(this.tracker.summary()).willReturn(counted(Mono.never()));
		readAnew();
		readAnew();
		assertThat(this.asked).hasValue(2);
		this.time.advanceTimeBy(RecentSummary.STORE_TIMEOUT);
		assertThat(tracked("running")).isNaN();
		makeCalls();
		assertThat(this.asked).hasValue(3);
	}

	@Test
	void deliveriesAreCountedByTheirResultFromZeroOn() {
		TrackingMeters meters = new TrackingMeters(this.registry, "mine");
		assertThat(deliveries("delivered")).isZero();
		assertThat(deliveries("failed")).isZero();
		assertThat(deliveries("undelivered")).isZero();
		IllegalStateException fault = new IllegalStateException("no room");
		meters.deliveryFailed(operation(TrackingState.ENDED), fault);
		meters.deliveryFailed(operation(TrackingState.ENDED), fault);
		meters.deliveryFailed(operation(TrackingState.UNDELIVERED), fault);
		meters.delivered(operation(TrackingState.DELIVERED), Duration.ofMillis(5));
		assertThat(deliveries("delivered")).isEqualTo(1);
		assertThat(deliveries("failed")).isEqualTo(2);
		assertThat(deliveries("undelivered")).isEqualTo(1);
	}

	@Test
	void callsToTheStoreAreTimedByCallAndOutcome() {
		TrackingMeters meters = new TrackingMeters(this.registry, "mine");
		meters.stored("pick", Duration.ofMillis(3), null);
		meters.stored("pick", Duration.ofMillis(4), new IllegalStateException("away"));
		assertThat(store("success")).isEqualTo(3);
		assertThat(store("error")).isEqualTo(4);
	}

	@Test
	void aClientThatJoinsHasMetersUntilItLeaves() {
		TrackingMeters meters = new TrackingMeters(this.registry, "mine");
		OperationTracker other = mock(OperationTracker.class);
		given(this.tracker.forClient("mine")).willReturn(this.tracker);
		given(this.tracker.forClient("other")).willReturn(other);
		given(this.tracker.summary()).willReturn(Mono.just(SUMMARY));
		given(other.summary()).willReturn(Mono.just(SUMMARY.plus(SUMMARY)));
		TrackingGauges gauges = new TrackingGauges(this.tracker, this.loads::get, "mine", this.blocking, this.time);
		gauges.bindTo(this.registry);
		for (TrackingListener listener : List.of(meters, gauges)) {
			listener.clientJoined("mine");
			listener.clientJoined("other");
		}
		assertThat(this.registry.get("operations.deliveries").tag("client", "other").counters()).hasSize(3);
		this.registry.get("operations.stuck").gauges().forEach(Gauge::value);
		makeCalls();
		assertThat(stuck()).isEqualTo(1);
		assertThat(this.registry.get("operations.stuck").tag("client", "other").gauge().value()).isEqualTo(2);
		gauges.clientLeft("other");
		assertThat(this.registry.find("operations.stuck").tag("client", "other").gauge()).isNull();
		assertThat(this.registry.find("operations.tracked").tag("client", "other").gauge()).isNull();
		assertThat(stuck()).isEqualTo(1);
	}

	private double store(String outcome) {
		return this.registry.get("operations.tracking.store")
			.tags("call", "pick", "outcome", outcome)
			.timer()
			.totalTime(TimeUnit.MILLISECONDS);
	}

	private double deliveries(String result) {
		return this.registry.get("operations.deliveries").tags("client", "mine", "result", result).counter().count();
	}

	private double stuck() {
		return this.registry.get("operations.stuck").tags("client", "mine", "of", "tracked").gauge().value();
	}

	private double tracked(String status) {
		return this.registry.get("operations.tracked").tags("client", "mine", "status", status).gauge().value();
	}

	private void answer(Mono<TrackingSummary> summary) {
		given(this.tracker.summary()).willReturn(counted(summary));
		bind();
		tracked("running");
		makeCalls();
	}

	private Mono<TrackingSummary> counted(Mono<TrackingSummary> summary) {
		return summary.doOnSubscribe((subscription) -> this.asked.incrementAndGet());
	}

	private void bind() {
		given(this.tracker.forClient("mine")).willReturn(this.tracker);
		new TrackingGauges(this.tracker, this.loads::get, "mine", this.blocking, this.time).bindTo(this.registry);
	}

	private void makeCalls() {
		Runnable call = this.calls.poll();
		while (call != null) {
			call.run();
			call = this.calls.poll();
		}
	}

	private void readAnew() {
		this.time.advanceTimeBy(RecentSummary.FRESH);
		tracked("running");
		makeCalls();
	}

	private static TrackedOperation operation(TrackingState state) {
		return TrackedOperation.builder("mine", "op")
			.polls(1)
			.state(state)
			.outcome(OperationOutcome.Type.COMPLETED)
			.endedAt(Instant.EPOCH)
			.attempts(1)
			.build();
	}

}
