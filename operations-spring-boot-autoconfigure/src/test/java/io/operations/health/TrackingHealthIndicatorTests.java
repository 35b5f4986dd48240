package io.operations.health;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests {@link TrackingHealthIndicator}: the health of the store of tracked operations.
 */
class TrackingHealthIndicatorTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final OperationTracker tracker = mock(OperationTracker.class);

	private final TrackingHealthIndicator indicator = new TrackingHealthIndicator(this.tracker, this.time, this.time);

	@BeforeEach
	void oneClientIsShownWithItsFigures() {
		clients("operations");
	}

	private void clients(String... names) {
		given(this.tracker.clients()).willReturn(new LinkedHashSet<>(List.of(names)));
		given(this.tracker.forClient(any())).willReturn(this.tracker);
	}

	@Test
	void severalClientsAreShownWithTheirSum() {
		clients("operations", "campaigns");
		OperationTracker campaigns = mock(OperationTracker.class);
		given(this.tracker.forClient("campaigns")).willReturn(campaigns);
		given(this.tracker.summary()).willReturn(Mono.just(new TrackingSummary(Map.of(TrackingState.TRACKED, 6L),
				Map.of(), 3, 1, Duration.ofMinutes(10), 7, Duration.ofSeconds(8))));
		given(campaigns.summary()).willReturn(Mono.just(new TrackingSummary(Map.of(TrackingState.TRACKED, 2L), Map.of(),
				3, 1, Duration.ofMinutes(20), 1, Duration.ofSeconds(3))));
		Health health = health(Duration.ZERO);
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("tracked", 8L)
			.containsEntry("oldest", "PT20M")
			.containsEntry("stuck", 2L)
			.containsEntry("backlog", 8L)
			.containsEntry("backlogAge", "PT8S");
		assertThat(health.getDetails().get("clients")).asInstanceOf(InstanceOfAssertFactories.MAP)
			.containsOnlyKeys("operations", "campaigns")
			.extractingByKey("campaigns", InstanceOfAssertFactories.MAP)
			.containsEntry("tracked", 2L);
	}

	@Test
	void healthWhenStoreAnswersIsUpWithDetails() {
		given(this.tracker.summary()).willReturn(
				Mono.just(new TrackingSummary(
						Map.of(TrackingState.TRACKED, 6L, TrackingState.DELIVERED, 9L, TrackingState.UNDELIVERED, 5L,
								TrackingState.ENDED, 4L),
						Map.of(), 3, 1, Duration.ofMinutes(10), 7, Duration.ofSeconds(8))
					.withFailing(7)));
		Health health = health(Duration.ZERO);
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsExactlyInAnyOrderEntriesOf(Map.of("tracked", 6L, "oldest", "PT10M",
				"stuck", 1L, "backlog", 7L, "backlogAge", "PT8S", "ended", 4L, "failing", 7L, "undelivered", 5L));
	}

	// The capture starts after the creation of the mock, because the JVM may print a
	// warning about the mock.
	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void healthWhenStoreFailsIsDownAndNothingIsLogged(CapturedOutput output) {
		given(this.tracker.summary()).willReturn(Mono.error(new IllegalStateException("table\nmissing")));
		Health health = health(Duration.ZERO);
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry("store", "cannot be reached")
			.containsEntry("fault", "java.lang.IllegalStateException: table\\u000amissing");
		assertThat(output.getAll()).isEmpty();
	}

	@Test
	void healthWhenStoreDoesNotAnswerIsDownAfterFiveSeconds() {
		given(this.tracker.summary()).willReturn(Mono.never());
		Health health = health(Duration.ofSeconds(5));
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails().get("fault")).asString()
			.isEqualTo("java.util.concurrent.TimeoutException: The store did not answer within 5 s.");
	}

	private Health health(Duration after) {
		AtomicReference<Health> health = new AtomicReference<>();
		this.indicator.health().subscribe(health::set);
		this.time.advanceTimeBy(after);
		return Objects.requireNonNull(health.get());
	}

}
