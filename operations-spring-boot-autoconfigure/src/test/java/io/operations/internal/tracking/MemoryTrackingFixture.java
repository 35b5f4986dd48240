package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.operations.OperationWait;
import io.operations.OperationsListener;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import org.junit.jupiter.api.AfterEach;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * Tracking with the store in memory, in virtual time. Handlers refuse the outcome of the
 * operation "undelivered".
 */
abstract class MemoryTrackingFixture {

	protected final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	protected final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	protected final List<OperationOutcome> outcomes = new ArrayList<>();

	protected final List<String> stuck = new ArrayList<>();

	protected OperationsTemplate template = template(this.scheduler);

	protected TrackingEngine engine = engine(TestTrackingSettings.defaults());

	protected StoreTracking store = start(this.scheduler);

	protected OperationTracker tracker = tracker();

	@AfterEach
	void close() {
		this.store.stop();
		this.template.close();
	}

	protected TrackedOperation find(String id) {
		return Objects.requireNonNull(this.tracker.find(id).block());
	}

	/**
	 * Let time pass in steps, because the work of a step plans from its end.
	 * @param time the time
	 * @param step the length of a step
	 */
	protected void advance(Duration time, Duration step) {
		for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(step)) {
			this.scheduler.advanceTimeBy((left.compareTo(step) < 0) ? left : step);
		}
	}

	protected OperationsTemplate template(Scheduler time) {
		return this.endpoint.template()
			.polling(PollingSettings.defaults())
			.rateLimit(new RateLimitSettings(1000, 16, 1000))
			// It reads the real clock, which hardly moves meanwhile: it must never
			// refuse.
			.rateLimiterConfig(RateLimiterConfig.custom()
				.limitForPeriod(1_000_000)
				.limitRefreshPeriod(Duration.ofMillis(1))
				.build())
			.scheduler(time)
			.listener(new OperationsListener() {

				@Override
				public void stuck(String client, OperationWait wait, Duration age, Duration unusual) {
					MemoryTrackingFixture.this.stuck.add(wait.operationId());
				}

			})
			.build();
	}

	protected TrackingEngine engine(TrackingSettings settings) {
		return new TrackingEngine(TemplateInternals.of(this.template).polls(), settings, () -> List.of((outcome) -> {
			if (outcome.operationId().equals("undelivered")) {
				throw new IllegalStateException("no luck");
			}
			this.outcomes.add(outcome);
		}), new TrackingListener() {

			@Override
			public void stuck(TrackedOperation operation, Duration age, Duration unusual) {
				MemoryTrackingFixture.this.stuck.add(operation.id());
			}

		});
	}

	/**
	 * Start a new store in memory with the present engine.
	 * @param blocking the scheduler for handlers
	 * @return the store
	 */
	protected StoreTracking start(Scheduler blocking) {
		StoreTracking created = new StoreTracking(this.engine,
				new MemoryTrackingStore(this.engine.settings().maxTracked()), blocking);
		created.start();
		return created;
	}

	protected OperationTracker tracker() {
		return new DefaultOperationTracker(this.store, this.engine, this.scheduler);
	}

}
