package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.operations.OperationsAuthenticationException;
import io.operations.OperationsException;
import io.operations.OperationsListener;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.resilience.RateLimitSettings;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An outage is one, whoever asks: waits, tracked operations and fetches.
 */
class OneOutageTests {

	private static final int EACH = 50;

	private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final List<OperationsException> began = new ArrayList<>();

	private final List<Duration> ended = new ArrayList<>();

	private final List<Throwable> faults = new ArrayList<>();

	private final List<Long> requests = new ArrayList<>();

	private final List<OperationOutcome> outcomes = new ArrayList<>();

	private final OperationsTemplate template = this.endpoint.template()
		.rateLimit(new RateLimitSettings(1000, 16, 1000))
		// It reads the real clock, which hardly moves meanwhile: it must never refuse.
		.rateLimiterConfig(
				RateLimiterConfig.custom().limitForPeriod(1_000_000).limitRefreshPeriod(Duration.ofMillis(1)).build())
		.scheduler(this.scheduler)
		.listener(new OperationsListener() {

			@Override
			public void outageBegan(String client, OperationsException fault) {
				OneOutageTests.this.began.add(fault);
			}

			@Override
			public void outageEnded(String client, Duration duration) {
				OneOutageTests.this.ended.add(duration);
			}

		})
		.build();

	private final TrackingEngine engine = new TrackingEngine(TemplateInternals.of(this.template).polls(),
			TestTrackingSettings.defaults(), () -> List.of(this.outcomes::add), new TrackingListeners(List.of()));

	private final StoreTracking store = new StoreTracking(this.engine,
			new MemoryTrackingStore(this.engine.settings().maxTracked()), this.scheduler);

	private final OperationTracker tracker = new DefaultOperationTracker(this.store, this.engine, this.scheduler);

	@BeforeEach
	void start() {
		this.store.start();
	}

	@AfterEach
	void close() {
		this.store.stop();
		this.template.close();
	}

	@Test
	void whenBothMeetAnOutageItIsReportedOnce() {
		answer(ScriptedEndpoint.status("RUNNING"));
		awaitAndTrack();
		advance(Duration.ofSeconds(10));
		answer(ScriptedEndpoint.error(503));
		advance(Duration.ofMinutes(2));
		assertThat(this.began).hasSize(1);
		assertThat(TemplateInternals.of(this.template).polls().isServerUnavailable()).isTrue();
		answer(ScriptedEndpoint.status("COMPLETED"));
		advance(Duration.ofSeconds(30));
		assertThat(this.ended).singleElement()
			.satisfies((duration) -> assertThat(duration).isBetween(Duration.ofSeconds(100), Duration.ofSeconds(135)));
		assertThat(TemplateInternals.of(this.template).polls().isServerUnavailable()).isFalse();
		advance(Duration.ofMinutes(2));
		assertThat(this.outcomes).hasSize(EACH);
		assertThat(this.faults).isEmpty();
	}

	@Test
	void duringAnOutageOneProbeLeavesAtATime() {
		answer(ScriptedEndpoint.error(503));
		awaitAndTrack();
		advance(Duration.ofSeconds(30));
		this.requests.clear();
		advance(Duration.ofMinutes(2));
		assertThat(this.requests).hasSizeBetween(10, 20);
		for (int i = 1; i < this.requests.size(); i++) {
			assertThat(this.requests.get(i) - this.requests.get(i - 1)).isGreaterThanOrEqualTo(8000);
		}
	}

	@Test
	void whileEitherProbesTheOtherSendsNone() {
		answer(ScriptedEndpoint.error(503));
		awaitAndTrack();
		advance(Duration.ofSeconds(30));
		this.requests.clear();
		// Longer than the longest interval between probes.
		answer(Mono.<ClientResponse>never());
		advance(Duration.ofSeconds(14));
		assertThat(this.requests).hasSize(1);
	}

	@Test
	void whenEitherSeesTheEndOfAnOutageTheOtherGoesOn() {
		answer(ScriptedEndpoint.error(503));
		awaitAndTrack();
		advance(Duration.ofMinutes(2));
		answer(ScriptedEndpoint.status("COMPLETED"));
		// One interval between probes, and a second for the other to notice.
		advance(Duration.ofSeconds(13));
		assertThat(this.endpoint.order().stream().filter((id) -> id.startsWith("wait")).distinct()).hasSize(EACH);
		assertThat(this.outcomes).hasSize(EACH);
	}

	@Test
	void whenCredentialsAreRejectedEachWaitEnds() {
		answer(ScriptedEndpoint.error(401));
		awaitOnly(EACH);
		advance(Duration.ofSeconds(1));
		assertThat(this.faults).hasSize(EACH).hasOnlyElementsOfType(OperationsAuthenticationException.class);
		assertThat(this.began).singleElement().isInstanceOf(OperationsAuthenticationException.class);
		this.faults.clear();
		awaitOnly(EACH);
		advance(Duration.ofSeconds(1));
		assertThat(this.faults).hasSize(EACH);
		answer(ScriptedEndpoint.status("COMPLETED"));
		awaitOnly(1);
		advance(Duration.ofSeconds(1));
		assertThat(this.ended).hasSize(1);
		assertThat(this.began).hasSize(1);
	}

	@Test
	void whenCredentialsAreRejectedForBothOneReportAndProbes() {
		answer(ScriptedEndpoint.error(401));
		awaitAndTrack();
		advance(Duration.ofMinutes(2));
		assertThat(this.faults).hasSize(EACH);
		assertThat(this.began).hasSize(1);
		assertThat(this.endpoint.order().stream().filter((id) -> id.startsWith("track"))).hasSizeBetween(5, 50);
		answer(ScriptedEndpoint.status("COMPLETED"));
		advance(Duration.ofMinutes(2));
		assertThat(this.ended).hasSize(1);
		assertThat(this.outcomes).hasSize(EACH);
	}

	@Test
	void whenAFetchFailsItsAttemptsCountAsPolls() {
		answer(ScriptedEndpoint.error(503));
		this.template.fetch("op").subscribe((operation) -> {
		}, this.faults::add);
		advance(Duration.ofSeconds(10));
		assertThat(this.faults).hasSize(1);
		assertThat(this.began).hasSize(1);
		assertThat(TemplateInternals.of(this.template).polls().isServerUnavailable()).isTrue();
		answer(ScriptedEndpoint.status("RUNNING"));
		this.template.fetch("op").subscribe();
		advance(Duration.ofSeconds(1));
		assertThat(this.ended).hasSize(1);
		assertThat(TemplateInternals.of(this.template).polls().isServerUnavailable()).isFalse();
	}

	private void answer(Mono<ClientResponse> answer) {
		this.endpoint.others((poll) -> Mono.defer(() -> {
			this.requests.add(this.scheduler.now(TimeUnit.MILLISECONDS));
			return answer;
		}));
	}

	private void awaitAndTrack() {
		awaitOnly(EACH);
		for (int i = 0; i < EACH; i++) {
			this.tracker.track("track" + i, Map.of()).block();
		}
	}

	private void awaitOnly(int number) {
		for (int i = 0; i < number; i++) {
			this.template.await("wait" + i, Duration.ofMinutes(10)).subscribe((operation) -> {
			}, this.faults::add);
		}
	}

	private void advance(Duration time) {
		this.scheduler.advanceTimeBy(time);
	}

}
