package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.polling.PollingTarget;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of an outcome that a process which died left behind.
 */
class OutcomeDeliveryTests {

	private final OperationsTemplate template = new ScriptedEndpoint().template()
		.scheduler(VirtualTimeScheduler.create())
		.build();

	private final List<OperationOutcome> outcomes = new ArrayList<>();

	private final List<String> faults = new ArrayList<>();

	private final TrackingEngine engine = new TrackingEngine(TemplateInternals.of(this.template).polls(),
			TestTrackingSettings.defaults(), () -> List.of(this.outcomes::add), new TrackingListener() {

				@Override
				public void deliveryFailed(TrackedOperation operation, Throwable fault) {
					OutcomeDeliveryTests.this.faults.add(operation.state() + ": " + fault.getMessage());
				}

			});

	private final LastRow claim = new LastRow();

	@AfterEach
	void close() {
		this.template.close();
	}

	@Test
	void whenTheLastAttemptNeverEndedItIsUndelivered() {
		this.engine.deliver(this.claim, ended(10));
		assertThat(this.outcomes).isEmpty();
		TrackedRow row = Objects.requireNonNull(this.claim.row);
		assertThat(row.state()).isEqualTo(TrackingState.UNDELIVERED);
		assertThat(row.due()).isNull();
		assertThat(row.ending().attempts()).isEqualTo(10);
		assertThat(row.ending().fault()).contains("attempt 10", "never finished");
		assertThat(this.faults).singleElement().asString().startsWith("UNDELIVERED: ").contains("attempt 10");
	}

	@Test
	void whenAnEarlierAttemptNeverEndedItIsDelivered() {
		this.engine.deliver(this.claim, ended(9));
		assertThat(this.outcomes).singleElement().satisfies((outcome) -> assertThat(outcome.attempt()).isEqualTo(10));
		assertThat(Objects.requireNonNull(this.claim.row).state()).isEqualTo(TrackingState.DELIVERED);
		assertThat(this.faults).isEmpty();
	}

	@Test
	void whenRedeliveredAnOutcomeHasAllAttemptsAgain() {
		this.engine.deliver(this.claim, ended(10));
		TrackedRow again = Objects.requireNonNull(
				Objects.requireNonNull(this.claim.row).redelivered(TemplateInternals.of(this.template).polls().now()));
		this.engine.deliver(this.claim, again);
		assertThat(this.outcomes).singleElement().satisfies((outcome) -> assertThat(outcome.attempt()).isEqualTo(11));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenDeliveredMeanwhileAFaultIsLogged(CapturedOutput output) {
		this.claim.afterCommit = () -> {
			throw new IllegalStateException("too late");
		};
		this.engine.deliver(this.claim, ended(0));
		assertThat(Objects.requireNonNull(this.claim.row).state()).isEqualTo(TrackingState.DELIVERED);
		assertThat(this.faults).isEmpty();
		assertThat(output).contains("'op'").containsOnlyOnce("IllegalStateException: too late");
	}

	private TrackedRow ended(int attempts) {
		TrackedRow row = this.engine.begin(PollingTarget.of("op"), Map.of(), Duration.ofHours(1));
		TrackedRow.Ending ending = TrackedRow.Ending.of(OperationOutcome.Type.COMPLETED,
				TemplateInternals.of(this.template).polls().now());
		for (int i = 0; i < attempts; i++) {
			ending = ending.attempted();
		}
		return row.with(ending, row.due());
	}

	private static final class LastRow implements TrackingClaim {

		private @Nullable TrackedRow row;

		private Runnable afterCommit = () -> {
		};

		@Override
		public @Nullable TrackedRow save(TrackedRow next) {
			if (this.row != null && this.row.version() != next.version()) {
				return null;
			}
			this.row = next.stored();
			return this.row;
		}

		@Override
		public @Nullable TrackedRow release(TrackedRow next) {
			return save(next);
		}

		@Override
		public @Nullable TrackedRow releaseAfter(Runnable work, TrackedRow next) {
			work.run();
			TrackedRow stored = save(next);
			this.afterCommit.run();
			return stored;
		}

	}

}
