package io.operations.internal.tracking;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.AcceptedOperation;
import io.operations.OperationStatus;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingResult;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How outcomes are delivered, whichever store keeps the operations.
 */
abstract class OutcomeContract extends TrackedPollsContract {

	@ParameterizedTest
	@EnumSource(value = OperationOutcome.Type.class, names = { "COMPLETED", "FAILED", "CANCELLED" })
	void whenAnOperationEndsItsOutcomeIsDeliveredOnce(OperationOutcome.Type type) {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("PENDING"), ScriptedEndpoint.status("RUNNING"),
				ScriptedEndpoint.status(type.name())));
		TrackingResult result = track("op", Map.of("tenant", "t1"));
		assertThat(result.isNew()).isTrue();
		assertThat(result.operation().state()).isEqualTo(TrackingState.TRACKED);
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).singleElement().satisfies((outcome) -> {
			assertThat(outcome.operationId()).isEqualTo("op");
			assertThat(outcome.type()).isEqualTo(type);
			assertThat(outcome.attributes()).containsOnly(Map.entry("tenant", "t1"));
			assertThat(outcome.attempt()).isEqualTo(1);
			assertThat(Objects.requireNonNull(outcome.operation()).status())
				.isEqualTo(OperationStatus.valueOf(type.name()));
		});
		assertThat(delivered.outcome()).isEqualTo(type);
		assertThat(delivered.polls()).isEqualTo(3);
		assertThat(delivered.attempts()).isEqualTo(1);
		assertThat(delivered.kind()).isEqualTo("configurationId");
		assertThat(delivered.nextDue()).isNull();
		assertThat(this.endpoint.polls("op")).isEqualTo(3);
	}

	@Test
	void whenPollsLaterOmitRelatedIdsTheOutcomeHasThem() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.json("{\"status\": \"RUNNING\"}"),
				ScriptedEndpoint.json("{\"status\": \"COMPLETED\", \"related\": {\"b\": \"poll\"}}")));
		AcceptedOperation accepted = new AcceptedOperation("op", null, null, Map.of("a", "202", "b", "202"));
		this.tracker.track(accepted).block(MAX_WAIT);
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).singleElement()
			.satisfies((outcome) -> assertThat(Objects.requireNonNull(outcome.operation()).related())
				.containsOnly(Map.entry("a", "202"), Map.entry("b", "poll")));
	}

	@Test
	void whenAnOperationFailsTheOutcomeHasTheReason() {
		this.endpoint.script("op", List.of(ScriptedEndpoint.status("FAILED\", \"error\": \"boom")));
		track("op", Map.of());
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).singleElement()
			.satisfies(
					(outcome) -> assertThat(Objects.requireNonNull(outcome.operation()).errorText()).contains("boom"));
		assertThat(Objects.requireNonNull(delivered.operation()).errorText()).contains("boom");
	}

	@Test
	void whenAHandlerThrowsItIsCalledAgain() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			if (outcome.attempt() < 3) {
				throw new IOException("no luck");
			}
		};
		track("op", Map.of());
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsExactly(1, 2, 3);
		assertThat(delivered.attempts()).isEqualTo(3);
		assertThat(delivered.deliveryFault()).isNull();
		assertThat(this.endpoint.polls("op")).isEqualTo(1);
	}

	@Test
	void whenAllAttemptsFailTheOutcomeCanBeRedelivered() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("FAILED"));
		AtomicBoolean broken = new AtomicBoolean(true);
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			if (broken.get()) {
				throw new IllegalStateException("broken");
			}
		};
		track("op", Map.of());
		track("running", Map.of());
		assertThat(redeliver("running")).as("before it has ended").isFalse();
		TrackedOperation undelivered = until("op", TrackingState.UNDELIVERED);
		assertThat(undelivered.deliveryFault()).contains("broken");
		assertThat(undelivered.nextDue()).isNull();
		assertThat(this.outcomes).hasSize(3);
		assertThat(redeliver("op")).isTrue();
		until("op", (operation) -> operation.attempts() == 6 && operation.state() == TrackingState.UNDELIVERED);
		broken.set(false);
		assertThat(redeliver("op")).isTrue();
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsExactly(1, 2, 3, 4, 5, 6, 7);
		assertThat(redeliver("other")).isFalse();
	}

	@Test
	void whenDeliveredAnOutcomeCanBeRedelivered() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		assertThat(redeliver("op")).isTrue();
		until("op", (operation) -> operation.attempts() == 2 && operation.state() == TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsExactly(1, 2);
	}

	@Test
	void whenAHandlerHangsOtherOutcomesAreDelivered() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		AtomicInteger interrupted = new AtomicInteger();
		this.handler = (outcome) -> {
			if (outcome.operationId().startsWith("hangs") && outcome.attempt() == 1) {
				try {
					new CountDownLatch(1).await();
				}
				finally {
					interrupted.incrementAndGet();
				}
			}
			this.outcomes.add(outcome);
		};
		for (int i = 0; i < 4; i++) {
			track("hangs" + i, Map.of());
		}
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		for (int i = 0; i < 4; i++) {
			assertThat(until("hangs" + i, TrackingState.DELIVERED).attempts()).isEqualTo(2);
		}
		assertThat(interrupted).hasValue(4);
	}

}
