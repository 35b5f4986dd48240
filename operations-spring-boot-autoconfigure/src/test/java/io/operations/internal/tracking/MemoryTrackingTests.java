package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.operations.OperationsThrottledException;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.polling.Poller;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tracking over hours and days, in virtual time.
 */
class MemoryTrackingTests extends MemoryTrackingFixture {

	@Test
	void whenUnknownForAMinuteAnOperationExpires() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.error(404));
		track("op");
		advance(Duration.ofSeconds(59));
		assertThat(find("op").state()).isEqualTo(TrackingState.TRACKED);
		assertThat(find("op").lastFault()).contains("404");
		advance(Duration.ofSeconds(31));
		assertThat(find("op").outcome()).isEqualTo(OperationOutcome.Type.EXPIRED);
		assertThat(this.outcomes).singleElement().satisfies((outcome) -> assertThat(outcome.operation()).isNull());
	}

	@Test
	void whenTrackedAgainWhileForgottenItIsPolled() throws InterruptedException {
		track("op");
		Poller poller = TemplateInternals.of(this.template).polls().poller();
		Thread forgetting = new Thread(() -> this.store.remove("op", () -> {
		}));
		synchronized (poller) {
			forgetting.start();
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> forgetting.getState() == Thread.State.BLOCKED);
			assertThat(this.store.find("op")).as("is forgotten").isNull();
			track("op");
		}
		forgetting.join();
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		advance(Duration.ofMinutes(5));
		assertThat(this.outcomes).hasSize(1);
	}

	@Test
	void whenSeenBetweenTwoNotFoundItHasNotExpired() {
		this.endpoint.script("op",
				(poll) -> (poll % 2 == 0) ? ScriptedEndpoint.error(404) : ScriptedEndpoint.status("RUNNING"));
		track("op");
		advance(Duration.ofMinutes(10));
		assertThat(find("op").state()).isEqualTo(TrackingState.TRACKED);
		assertThat(find("op").polls()).isGreaterThan(10);
	}

	@Test
	void whenNotFoundTwiceInFiveSecondsASeenOneExpires() {
		this.endpoint.script("op", (poll) -> (poll < 6) ? ScriptedEndpoint.status("RUNNING")
				: (poll == 7) ? ScriptedEndpoint.error(503) : ScriptedEndpoint.error(404));
		track("op");
		advance(Duration.ofMinutes(5));
		assertThat(find("op").outcome()).isEqualTo(OperationOutcome.Type.EXPIRED);
		assertThat(this.endpoint.polls("op")).isBetween(8, 14);
	}

	@Test
	void whenAResponseNamesAnotherOperationItIsNoEnd() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint
			.json("{\"operationId\": \"" + ((poll < 9) ? "other" : "op") + "\", \"status\": \"FAILED\"}"));
		track("op");
		advance(Duration.ofSeconds(2));
		assertThat(find("op")).satisfies((tracked) -> {
			assertThat(tracked.state()).isEqualTo(TrackingState.TRACKED);
			assertThat(tracked.operation()).isNull();
			assertThat(tracked.lastFault()).contains("'op'", "'other'");
		});
		assertThat(TemplateInternals.of(this.template).polls().isServerUnavailable()).isFalse();
		advance(Duration.ofMinutes(2));
		assertThat(this.outcomes).extracting(OperationOutcome::type).containsExactly(OperationOutcome.Type.FAILED);
		assertThat(this.endpoint.polls("op")).isEqualTo(9);
	}

	@Test
	void whenThrottledThePollIsRepeatedAfterItsRetryAfter() {
		List<Long> polls = new ArrayList<>();
		this.endpoint.script("op", (poll) -> {
			polls.add(this.scheduler.now(TimeUnit.MILLISECONDS));
			return switch (poll) {
				case 30 -> ScriptedEndpoint.error(429, Duration.ofSeconds(2));
				case 31 -> ScriptedEndpoint.error(429);
				default -> ScriptedEndpoint.status("RUNNING");
			};
		});
		track("op");
		advance(Duration.ofMinutes(10));
		assertThat(polls).hasSizeGreaterThan(32);
		assertThat(polls.get(29) - polls.get(28)).as("the schedule's interval").isGreaterThan(20_000);
		assertThat(polls.get(30) - polls.get(29)).as("after the Retry-After").isBetween(2000L, 2400L);
		assertThat(polls.get(31) - polls.get(30)).as("after the shortest interval").isBetween(400L, 700L);
		assertThat(polls.get(32) - polls.get(31)).as("the schedule's interval").isGreaterThan(20_000);
	}

	@Test
	void whenADayHasPassedAnOperationTimesOut() {
		track("op");
		advance(Duration.ofHours(23));
		assertThat(find("op").state()).isEqualTo(TrackingState.TRACKED);
		advance(Duration.ofMinutes(61));
		assertThat(find("op").outcome()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "CANCELED", " canceled\\t" })
	void whenCanceledIsSpeltWithOneLItIsCancelled(String word) {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("PROCESSING"), ScriptedEndpoint.status(word)));
		track("op");
		advance(Duration.ofMinutes(2));
		assertThat(find("op").outcome()).isEqualTo(OperationOutcome.Type.CANCELLED);
		assertThat(this.endpoint.polls("op")).isEqualTo(2);
	}

	@Test
	void withoutAStatusAResponseIsAFaultThatEndsNothing() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status(" "), ScriptedEndpoint.status("Hibernating"),
				ScriptedEndpoint.status(""), ScriptedEndpoint.status("COMPLETED")));
		track("op");
		while (this.endpoint.polls("op") < 1) {
			advance(Duration.ofMillis(100));
		}
		assertThat(find("op").state()).isEqualTo(TrackingState.TRACKED);
		assertThat(find("op").operation()).isNull();
		assertThat(find("op").lastFault()).contains("it has no status");
		advance(Duration.ofMinutes(5));
		assertThat(find("op").outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
		assertThat(this.endpoint.polls("op")).isEqualTo(4);
	}

	@Test
	void whenIntervalsAreLongThereIsAPollAtTheDeadline() {
		this.tracker.track("op", Map.of(), Duration.ofSeconds(200)).block();
		// So near that no other poll can come between.
		advance(Duration.ofMillis(199_999));
		int polls = this.endpoint.polls("op");
		advance(Duration.ofSeconds(2));
		assertThat(this.endpoint.polls("op")).isEqualTo(polls + 1);
		assertThat(find("op").outcome()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
		assertThat(Duration.between(find("op").deadline(), find("op").endedAt())).isLessThan(Duration.ofMillis(200));
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 410 })
	void whenSomebodyMustFixAFaultPollsAreRareUntilTheDeadline(int status) {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.error(status));
		track("op");
		advance(Duration.ofHours(25));
		assertThat(find("op").outcome()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
		assertThat(find("op").lastFault()).contains("HTTP " + status);
		assertThat(this.endpoint.polls("op")).isBetween(20, 80);
	}

	@Test
	void whileCredentialsAreRejectedOnePollAtATimeProbes() {
		this.endpoint.others((poll) -> ScriptedEndpoint.error(401));
		for (int i = 0; i < 100; i++) {
			track("op" + i);
		}
		advance(Duration.ofMinutes(10));
		assertThat(this.endpoint.order()).hasSizeBetween(60, 250);
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		advance(Duration.ofMinutes(3));
		assertThat(this.outcomes).hasSize(100);
	}

	@Test
	void whenTheServerHasAnOutageNothingEnds() {
		this.endpoint.others((poll) -> ScriptedEndpoint.error(503));
		for (int i = 0; i < 100; i++) {
			track("op" + i);
		}
		advance(Duration.ofHours(2));
		assertThat(this.outcomes).isEmpty();
		assertThat(this.endpoint.order()).hasSizeLessThan(1000);
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		advance(Duration.ofMinutes(1));
		assertThat(this.outcomes).hasSize(100);
	}

	@Test
	void afterItsRetentionOnlyADeliveredOperationIsRemoved() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("op");
		track("undelivered");
		advance(Duration.ofHours(1));
		assertThat(find("op").state()).isEqualTo(TrackingState.DELIVERED);
		assertThat(find("undelivered").state()).isEqualTo(TrackingState.UNDELIVERED);
		advance(Duration.ofDays(6));
		assertThat(find("op").state()).isEqualTo(TrackingState.DELIVERED);
		advance(Duration.ofDays(1));
		assertThat(this.tracker.find("op").block()).isNull();
		assertThat(find("undelivered").attempts()).isEqualTo(10);
	}

	@Test
	void whenAttemptsFailTheirIntervalsGrow() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("undelivered");
		advance(Duration.ofSeconds(2));
		assertThat(find("undelivered").attempts()).isEqualTo(2);
		advance(Duration.ofSeconds(60));
		assertThat(find("undelivered").attempts()).isEqualTo(6);
	}

	@Test
	void whenFullTheStoreRefusesUnlessOneWasDelivered() {
		this.engine = engine(new TrackingSettings(Duration.ofHours(24), Duration.ofDays(7), 3,
				TestTrackingSettings.defaults().delivery()));
		this.store = start(this.scheduler);
		this.tracker = tracker();
		track("one");
		track("two");
		track("three");
		assertThatExceptionOfType(OperationsThrottledException.class).isThrownBy(() -> track("four"))
			.withMessageContaining("operations.tracking.max-tracked")
			.satisfies((ex) -> assertThat(ex.isLocal()).isTrue());
		this.endpoint.script("two", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		advance(Duration.ofMinutes(1));
		track("four");
		assertThat(this.tracker.stream(TrackingFilter.all()).map(TrackedOperation::id).collectList().block())
			.containsExactly("four", "one", "three");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenTrackedInMemoryOneWarningNamesTheRestart(CapturedOutput output) {
		assertThat(output).doesNotContain("a restart loses them");
		track("one");
		track("two");
		assertThat(output).containsOnlyOnce("a restart loses them");
	}

	@Test
	void whenAnOperationIsStuckItIsReportedOnce() {
		track("op");
		advance(Duration.ofMinutes(4));
		assertThat(this.stuck).isEmpty();
		advance(Duration.ofHours(1));
		assertThat(this.stuck).containsExactly("op");
		assertThat(find("op").stuck()).isTrue();
		assertThat(Objects.requireNonNull(this.tracker.summary().block()).stuck()).isEqualTo(1);
	}

	@Test
	void whileStoppedTheBacklogHasANumberAndAnAge() {
		this.store.stop();
		track("op");
		advance(Duration.ofSeconds(10));
		TrackingSummary summary = Objects.requireNonNull(this.tracker.summary().block());
		assertThat(summary.backlog()).isEqualTo(1);
		assertThat(summary.backlogAge()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
		assertThat(summary.oldest()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void whenATimerIsRejectedOthersGoOn() {
		RefusingScheduler timers = new RefusingScheduler(this.scheduler);
		OperationsTemplate own = template(timers);
		TrackingEngine engine = new TrackingEngine(TemplateInternals.of(own).polls(), TestTrackingSettings.defaults(),
				List::of, new TrackingListeners(List.of()));
		StoreTracking store = new StoreTracking(engine, new MemoryTrackingStore(engine.settings().maxTracked()),
				Schedulers.immediate());
		store.start();
		OperationTracker tracker = new DefaultOperationTracker(store, engine, Schedulers.immediate());
		timers.refusesNext = true;
		assertThatExceptionOfType(RejectedExecutionException.class)
			.isThrownBy(() -> tracker.track("one", Map.of()).block());
		tracker.track("two", Map.of()).block();
		advance(Duration.ofSeconds(1));
		assertThat(this.endpoint.order()).contains("one", "two");
		store.stop();
		own.close();
	}

	@Test
	void whenADeliveryGetsNoThreadItIsTriedAgain() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store.stop();
		RefusingScheduler blocking = new RefusingScheduler(Schedulers.immediate());
		this.store = new StoreTracking(this.engine, new MemoryTrackingStore(this.engine.settings().maxTracked()),
				blocking);
		this.store.start();
		this.tracker = tracker();
		track("undelivered");
		advance(Duration.ofMillis(900));
		assertThat(find("undelivered").attempts()).isEqualTo(1);
		blocking.refusesNext = true;
		advance(Duration.ofHours(1));
		assertThat(find("undelivered").attempts()).isEqualTo(10);
		track("two");
		advance(Duration.ofSeconds(5));
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).containsExactly("two");
	}

	@Test
	void whenAListenerThrowsNothingChanges() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		TrackingEngine engine = new TrackingEngine(TemplateInternals.of(this.template).polls(),
				TestTrackingSettings.defaults(), () -> List.of(this.outcomes::add),
				new TrackingListeners(List.of(new TrackingListener() {

					@Override
					public void ended(TrackedOperation operation) {
						throw new IllegalStateException("broken");
					}

					@Override
					public void stored(String call, Duration duration, @Nullable Throwable fault) {
						throw new IllegalStateException("broken");
					}

				})));
		this.store.stop();
		this.store = new StoreTracking(engine, new MemoryTrackingStore(engine.settings().maxTracked()), this.scheduler);
		this.store.start();
		this.tracker = new DefaultOperationTracker(this.store, engine, this.scheduler);
		track("op");
		advance(Duration.ofSeconds(5));
		assertThat(this.outcomes).hasSize(1);
	}

	private void track(String id) {
		this.tracker.track(id, Map.of()).block();
	}

	private void advance(Duration time) {
		advance(time, (time.compareTo(Duration.ofMinutes(10)) > 0) ? Duration.ofSeconds(10) : Duration.ofMillis(50));
	}

}
