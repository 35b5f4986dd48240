package io.operations.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.IntStream;

import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests the bounds of a request that delivers many outcomes again, in virtual time.
 */
class RedeliveriesTests {

	private static final TrackingFilter UNDELIVERED = TrackingFilter.of(TrackingState.UNDELIVERED);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final OperationsTemplate template = new ScriptedEndpoint().template().scheduler(this.time).build();

	private final OperationTracker tracker = mock(OperationTracker.class);

	private final Set<String> undelivered = new ConcurrentSkipListSet<>();

	@AfterEach
	void close() {
		this.template.close();
	}

	@Test
	void whenThousandMatchAllAreScheduledInOneRequest() {
		undelivered(1000);
		scheduling(Duration.ZERO, true);
		assertThat(redeliver()).isEqualTo(new RedeliveriesDescriptor(1000, false));
		assertThat(this.undelivered).isEmpty();
	}

	@Test
	void whenMoreMatchTheResponseSaysThatMoreRemain() {
		undelivered(2100);
		scheduling(Duration.ZERO, true);
		assertThat(redeliver()).isEqualTo(new RedeliveriesDescriptor(1000, true));
		assertThat(redeliver()).isEqualTo(new RedeliveriesDescriptor(1000, true));
		assertThat(redeliver()).isEqualTo(new RedeliveriesDescriptor(100, false));
	}

	@Test
	void whenStoreIsSlowTheRequestEndsInTimeAndSaysThatMoreRemain() {
		undelivered(150);
		scheduling(Duration.ofSeconds(6), true);
		Instant began = polls().now();
		assertThat(redeliver()).isEqualTo(new RedeliveriesDescriptor(1, true));
		assertThat(Duration.between(began, polls().now())).isEqualTo(Duration.ofSeconds(6));
		assertThat(this.undelivered).hasSize(149);
	}

	@Test
	void whenStoreAnswersThatNoOutcomeIsScheduledItIsNotTakenForUnavailable() {
		undelivered(3);
		scheduling(Duration.ofSeconds(1), false);
		assertThat(redeliver()).isEqualTo(new RedeliveriesDescriptor(0, false));
	}

	private RedeliveriesDescriptor redeliver() {
		return new Redeliveries(new TrackerCalls(() -> Map.of("operations", polls()), this.tracker), this.tracker)
			.of(UNDELIVERED);
	}

	private OperationPolls polls() {
		return TemplateInternals.of(this.template).polls();
	}

	private void undelivered(int number) {
		IntStream.range(0, number).forEach((i) -> this.undelivered.add(String.format("op%05d", i)));
		given(this.tracker.stream(any())).willAnswer((call) -> {
			TrackingFilter filter = call.getArgument(0);
			return Flux.fromIterable(this.undelivered)
				.map(RedeliveriesTests::operation)
				.filter((operation) -> filter.matches(operation)
						&& (filter.after() == null || operation.id().compareTo(filter.after()) > 0))
				.take(filter.limit());
		});
	}

	private void scheduling(Duration duration, boolean isScheduled) {
		given(this.tracker.redeliver(any())).willAnswer((call) -> Mono.fromSupplier(() -> {
			this.time.advanceTimeBy(duration);
			if (isScheduled) {
				this.undelivered.remove(call.<String>getArgument(0));
			}
			return isScheduled;
		}));
	}

	private static TrackedOperation operation(String id) {
		return TrackedOperation.builder("operations", id)
			.since(Instant.EPOCH)
			.deadline(Instant.EPOCH.plusSeconds(60))
			.outcome(OperationOutcome.Type.COMPLETED)
			.state(TrackingState.UNDELIVERED)
			.build();
	}

}
