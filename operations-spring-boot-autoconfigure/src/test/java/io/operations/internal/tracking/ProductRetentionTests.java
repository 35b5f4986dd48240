package io.operations.internal.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.operations.Operation;
import io.operations.OperationFetcher;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationsListener;
import io.operations.internal.KeyPrefix;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.polling.Outage;
import io.operations.internal.polling.Poller;
import io.operations.internal.polling.SentPolls;
import io.operations.internal.resilience.Admission;
import io.operations.internal.resilience.AdmittedOperationFetcher;
import io.operations.polling.AdaptivePollingSchedule;
import io.operations.polling.PollingSchedule;
import io.operations.polling.PollingSettings;
import io.operations.resilience.RateLimitSettings;
import io.operations.resilience.RetrySettings;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tracked operations of a product whose server keeps them for two days, in virtual time.
 */
class ProductRetentionTests {

	private static final Duration TWO_DAYS = Duration.ofDays(2);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<OperationOutcome> outcomes = new ArrayList<>();

	private String status = "COMPLETED";

	private @Nullable StoreTracking store;

	// The library does not believe a server that names a time in 1970.
	@BeforeEach
	void laterThan1970() {
		this.time.advanceTimeBy(Duration.ofDays(400));
	}

	@AfterEach
	void stop() {
		if (this.store != null) {
			this.store.stop();
		}
	}

	@ParameterizedTest
	@CsvSource({ ", 48", "PT5H, 5" })
	void withoutARetentionThatOfTheProductHolds(@Nullable Duration retention, int hours) {
		OperationTracker tracker = tracker(retention);
		tracker.track("op", Map.of()).block();
		this.time.advanceTimeBy(Duration.ofHours(hours).minusMinutes(5));
		assertThat(tracker.find("op").block()).isNotNull();
		this.time.advanceTimeBy(Duration.ofMinutes(10));
		assertThat(tracker.find("op").block()).isNull();
		assertThat(this.outcomes).hasSize(1);
	}

	@Test
	void whenScheduledForItsRetentionAnOperationTimesOut() {
		this.status = "SCHEDULED";
		OperationTracker tracker = tracker(null);
		tracker.track("op", Map.of()).block();
		this.time.advanceTimeBy(Duration.ofMinutes(30));
		TrackedOperation tracked = Objects.requireNonNull(tracker.find("op").block());
		assertThat(tracked.deadline()).isEqualTo(tracked.since().plus(TWO_DAYS));
	}

	private OperationSnapshot answer(String id) {
		Instant now = Instant.ofEpochMilli(this.time.now(TimeUnit.MILLISECONDS));
		return new OperationSnapshot(new Operation(id, OperationStatus.of(this.status), this.status, null, null, null,
				null, Map.of(), Map.of()), null, now);
	}

	private OperationTracker tracker(@Nullable Duration retention) {
		TrackingSettings defaults = TestTrackingSettings.defaults();
		TrackingEngine engine = new TrackingEngine(polls(),
				new TrackingSettings(defaults.timeout(), retention, defaults.maxTracked(), defaults.delivery()),
				() -> List.of(this.outcomes::add), new TrackingListeners(List.of()));
		StoreTracking created = new StoreTracking(engine, new MemoryTrackingStore(engine.settings().maxTracked()),
				this.time);
		created.start();
		this.store = created;
		return new DefaultOperationTracker(created, engine, this.time);
	}

	private OperationPolls polls() {
		OperationsListener listener = new OperationsListener() {
		};
		PollingSettings settings = PollingSettings.defaults();
		PollingSchedule schedule = new AdaptivePollingSchedule(settings, this.time);
		RateLimitSettings limits = RateLimitSettings.defaults();
		Admission admission = new Admission("test",
				RateLimiter.of("test", limits.toConfig().build(), () -> this.time.now(TimeUnit.NANOSECONDS)), limits,
				RetrySettings.defaults(), this.time, listener);
		OperationFetcher fetcher = new AdmittedOperationFetcher((id) -> Mono.fromSupplier(() -> answer(id)), admission);
		Outage outage = new Outage("test", settings, this.time, listener);
		Poller poller = new Poller("test", fetcher, admission, schedule, settings, this.time, listener, outage,
				new SentPolls(), KeyPrefix.DEFAULT);
		return new OperationPolls("test", TWO_DAYS, admission, 16, this.time, outage, poller);
	}

}
