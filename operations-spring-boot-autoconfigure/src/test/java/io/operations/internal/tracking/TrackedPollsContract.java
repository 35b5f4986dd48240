package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingResult;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How tracked operations are polled, whichever store keeps them.
 */
abstract class TrackedPollsContract extends OperationTrackerFixture {

	@Test
	void whenPolledAnOperationIsFoundAsLastSeen() {
		track("op", Map.of("a", "1", "b", ""));
		// While the change is being stored, the row is as it was stored: without a due
		// time.
		TrackedOperation found = until("op",
				(operation) -> operation.operation() != null && operation.nextDue() != null);
		Operation seen = Objects.requireNonNull(found.operation());
		assertThat(seen.status()).isEqualTo(OperationStatus.RUNNING);
		assertThat(seen.related()).containsOnly(Map.entry("configurationId", "cfg_1"));
		assertThat(found.attributes()).containsOnly(Map.entry("a", "1"), Map.entry("b", ""));
		assertThat(found.polls()).isPositive();
		assertThat(Duration.between(found.since(), found.deadline())).isEqualTo(TIMEOUT);
		assertThat(find("other")).isNull();
	}

	@Test
	void whenTimesCannotBeTrueNothingIsLearned() {
		String times = "\", \"createdAt\": \"0001-01-01T00:00:00Z\", \"completedAt\": \"9999-12-31T23:59:59Z";
		this.endpoint.script("op",
				List.of(ScriptedEndpoint.status("RUNNING" + times), ScriptedEndpoint.status("COMPLETED" + times)));
		track("op", Map.of());
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		Operation seen = Objects.requireNonNull(delivered.operation());
		assertThat(seen.createdAt()).isEqualTo("0001-01-01T00:00:00Z");
		assertThat(seen.completedAt()).isEqualTo("9999-12-31T23:59:59Z");
		assertThat(seen.duration()).isEmpty();
		assertThat(delivered.stuck()).isFalse();
		assertThat(this.engine.polls().learned()).isEmpty();
	}

	@Test
	void whenUnknownFiveSecondsAfterSeenItExpires() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("RUNNING"), ScriptedEndpoint.error(404)));
		track("op", Map.of());
		assertThat(until("op", (operation) -> operation.polls() > 2).state()).isEqualTo(TrackingState.TRACKED);
		// That it was unknown, and since when, is kept with it.
		this.store.stop();
		this.time.skip(Duration.ofSeconds(5));
		this.store.start();
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(delivered.outcome()).isEqualTo(OperationOutcome.Type.EXPIRED);
		assertThat(this.outcomes).singleElement().satisfies((outcome) -> {
			assertThat(Objects.requireNonNull(outcome.operation()).status()).isEqualTo(OperationStatus.RUNNING);
			assertThat(outcome.lastFault()).contains("404");
		});
	}

	@Test
	void whenRestartedAScheduledOperationKeepsItsTimes() {
		AtomicReference<String> status = new AtomicReference<>("SCHEDULED");
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status(Objects.requireNonNull(status.get())));
		track("op", Map.of());
		until("op", (operation) -> operation.operation() != null);
		restartAfter(TIMEOUT.multipliedBy(25));
		pollAgain("op");
		assertThat(until("op", (operation) -> operation.polls() > 1)).satisfies((operation) -> {
			assertThat(operation.state()).isEqualTo(TrackingState.TRACKED);
			assertThat(operation.stuck()).isFalse();
			assertThat(operation.deadline()).isEqualTo(operation.since().plus(Duration.ofDays(7)));
		});
		status.set("PROCESSING");
		restartAfter(Duration.ofMinutes(1));
		pollAgain("op");
		TrackedOperation begun = until("op",
				(operation) -> operation.deadline().isBefore(operation.since().plus(Duration.ofDays(2))));
		assertThat(begun.deadline()).isAfter(begun.since().plus(TIMEOUT.multipliedBy(26)));
		restartAfter(TIMEOUT.plusMinutes(1));
		assertThat(until("op", TrackingState.DELIVERED)).satisfies((operation) -> {
			assertThat(operation.outcome()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
			assertThat(operation.deadline()).isEqualTo(begun.deadline());
		});
		assertThat(this.engine.polls().learned()).isEmpty();
	}

	private void restartAfter(Duration time) {
		this.store.stop();
		this.time.skip(time);
		this.store.start();
	}

	private void pollAgain(String id) {
		int polls = this.endpoint.polls(id);
		until(id, (operation) -> operation.nextDue() != null);
		this.time.skip(Duration.ofMinutes(15));
		await().atMost(MAX_WAIT).until(() -> {
			// The poller looks at its clock when something happens.
			track("other" + this.endpoint.order().size(), Map.of());
			return this.endpoint.polls(id) > polls;
		});
	}

	@Test
	void whenUnknownOnceAfterSeenItIsPolledAgain() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("PENDING"), ScriptedEndpoint.error(404),
				ScriptedEndpoint.status("COMPLETED")));
		track("op", Map.of());
		assertThat(until("op", TrackingState.DELIVERED).outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@Test
	void whenNotKnownYetItIsPolledAgain() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.error(404), ScriptedEndpoint.error(404),
				ScriptedEndpoint.status("COMPLETED")));
		track("op", Map.of());
		assertThat(until("op", TrackingState.DELIVERED).outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 401, 403, 408, 500, 503 })
	void whenPollsFailTrackingGoesOn(int status) {
		AtomicBoolean mended = new AtomicBoolean();
		this.endpoint.script("op",
				(poll) -> mended.get() ? ScriptedEndpoint.status("COMPLETED") : ScriptedEndpoint.error(status));
		track("op", Map.of());
		// The number of polls is known before a store in a database has the fault.
		assertThat(until("op", (operation) -> operation.polls() > 1 && operation.lastFault() != null).lastFault())
			.contains("HTTP " + status);
		mended.set(true);
		assertThat(until("op", TrackingState.DELIVERED).outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@Test
	void atItsDeadlineAnOperationIsPolledAndTimesOut() {
		track("op", Map.of(), Duration.ofMillis(300));
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(delivered.outcome()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
		assertThat(delivered.endedAt()).isAfterOrEqualTo(delivered.deadline());
		assertThat(this.outcomes).singleElement().satisfies((outcome) -> {
			assertThat(outcome.type()).isEqualTo(OperationOutcome.Type.TIMED_OUT);
			assertThat(Objects.requireNonNull(outcome.operation()).status()).isEqualTo(OperationStatus.RUNNING);
		});
	}

	@Test
	void whenEndedAtItsDeadlineItHasNotTimedOut() {
		AtomicReference<Instant> deadline = new AtomicReference<>(Instant.MAX);
		// The timer of the last poll and this clock may differ, most on a busy machine.
		this.endpoint.script("op", (poll) -> ScriptedEndpoint
			.status(Instant.now().plusMillis(50).isBefore(deadline.get()) ? "RUNNING" : "COMPLETED"));
		deadline.set(track("op", Map.of(), Duration.ofSeconds(2)).operation().deadline());
		assertThat(until("op", TrackingState.DELIVERED).outcome()).isEqualTo(OperationOutcome.Type.COMPLETED);
	}

	@Test
	void whenAStopAbandonsAPollTheNextStartSendsIt() {
		this.endpoint.script("op", (poll) -> (poll == 1) ? Mono.never() : ScriptedEndpoint.status("COMPLETED"));
		track("op", Map.of());
		await().atMost(MAX_WAIT).until(() -> this.endpoint.order().contains("op"));
		this.store.stop();
		this.store.start();
		until("op", TrackingState.DELIVERED);
	}

	@Test
	void whenManyAreTrackedNoneHasTwoPollsAtOnce() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status((poll < 4) ? "RUNNING" : "COMPLETED")
			.delayElement(Duration.ofMillis(10)));
		for (int i = 0; i < 60; i++) {
			track("op" + i, Map.of());
		}
		await().atMost(MAX_WAIT)
			.untilAsserted(() -> assertThat(summary().count(TrackingState.DELIVERED)).isEqualTo(60));
		assertThat(this.endpoint.overlaps()).isEmpty();
		assertThat(this.outcomes).hasSize(60);
	}

	@Test
	void whenTheServerThrottlesAllOperationsPause() {
		this.endpoint.script("throttled",
				List.of(ScriptedEndpoint.error(429, Duration.ofSeconds(1)), ScriptedEndpoint.status("COMPLETED")));
		track("throttled", Map.of());
		until("throttled", (operation) -> operation.polls() > 0);
		track("op", Map.of());
		until("throttled", TrackingState.DELIVERED);
		until("op", (operation) -> operation.polls() > 0);
		assertThat(this.endpoint.order().get(0)).isEqualTo("throttled");
		assertThat(this.endpoint.between(0, 1)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void whenTheWriteHasARetryAfterNoPollIsBefore() {
		AcceptedOperation accepted = new AcceptedOperation("op", null, Duration.ofSeconds(2), Map.of("a", "b"));
		TrackingResult result = Objects.requireNonNull(this.tracker.track(accepted).block(MAX_WAIT));
		assertThat(Duration.between(result.operation().since(), result.operation().nextDue()))
			.isGreaterThanOrEqualTo(Duration.ofSeconds(2));
		assertThat(result.operation().kind()).isEqualTo("a");
	}

}
