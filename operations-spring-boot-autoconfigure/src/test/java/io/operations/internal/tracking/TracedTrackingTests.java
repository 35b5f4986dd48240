package io.operations.internal.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.operations.TestSpans;
import io.operations.core.OperationsTemplate;
import io.operations.internal.TraceParent;
import io.operations.internal.core.TemplateInternals;
import io.operations.observation.OperationDeliveryObservationContext;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The spans of the polls and the deliveries of a tracked operation link to the span in
 * which the application began to track it.
 */
class TracedTrackingTests {

	private static final String POLL = "fetch operation";

	private static final String DELIVERY = "deliver outcome";

	private final TestSpans spans = new TestSpans();

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final List<String> traces = new ArrayList<>();

	private final MemoryTrackingStore store = new MemoryTrackingStore(10);

	private final OperationsTemplate template = this.endpoint.template()
		.observationRegistry(this.spans.registry())
		.scheduler(this.time)
		.build();

	private OperationOutcomeHandler handler = (outcome) -> this.traces.add(this.spans.presentTrace());

	private final StoreTracking tracking = new StoreTracking(engine(), this.store, this.time);

	private final DefaultOperationTracker tracker = new DefaultOperationTracker(this.tracking, engine(), this.time);

	private TrackingEngine engine() {
		return new TrackingEngine(TemplateInternals.of(this.template).polls(), TestTrackingSettings.defaults(),
				() -> List.of((outcome) -> this.handler.handle(outcome)), new TrackingListener() {

					@Override
					public void ended(TrackedOperation operation) {
						TracedTrackingTests.this.traces.add("ended " + TracedTrackingTests.this.spans.presentTrace());
					}

					@Override
					public void delivered(TrackedOperation operation, Duration duration) {
						TracedTrackingTests.this.traces
							.add("delivered " + TracedTrackingTests.this.spans.presentTrace());
					}

					@Override
					public void deliveryFailed(TrackedOperation operation, Throwable fault) {
						TracedTrackingTests.this.traces.add("failed " + TracedTrackingTests.this.spans.presentTrace());
					}

				}, this.spans.deliveries());
	}

	@AfterEach
	void close() {
		this.tracking.stop();
		this.template.close();
	}

	@Test
	void pollsAndDeliveryOfATrackedOperationLinkToTheSpanThatTracksIt() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status((poll < 3) ? "RUNNING" : "COMPLETED"));
		SpanData caller = track("op", true);
		assertThat(this.spans.finished(POLL)).hasSize(3).allSatisfy((poll) -> assertThatItLinksTo(poll, caller));
		SpanData delivery = this.spans.one(DELIVERY);
		assertThatItLinksTo(delivery, caller);
		assertThat(delivery.getAttributes().asMap().toString()).contains("operation.id=op", "attempts=1",
				"outcome=delivered");
		assertThat(this.traces).containsExactly("ended " + caller.getTraceId(), delivery.getTraceId(),
				"delivered " + delivery.getTraceId());
		assertThat(this.spans.presentTrace()).isEmpty();
	}

	@Test
	void whatAHandlerDoesBelongsToTheDelivery() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.handler = (outcome) -> Observation.start("work", this.spans.registry()).stop();
		track("op", true);
		assertThat(this.spans.one("work").getParentSpanId()).isEqualTo(this.spans.one(DELIVERY).getSpanId());
	}

	@Test
	void eachFailedAttemptIsADeliveryWithItsOutcome() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.handler = (outcome) -> {
			throw new IllegalStateException("no luck");
		};
		track("op", true);
		this.time.advanceTimeBy(Duration.ofDays(3));
		List<SpanData> deliveries = this.spans.finished(DELIVERY);
		assertThat(deliveries).hasSize(TestTrackingSettings.defaults().delivery().maxAttempts());
		assertThat(deliveries.get(0).getAttributes().asMap().toString()).contains("outcome=failed", "attempts=1");
		assertThat(deliveries.get(deliveries.size() - 1).getAttributes().asMap().toString())
			.contains("outcome=undelivered", "attempts=" + deliveries.size());
		assertThat(this.traces).contains("failed " + deliveries.get(0).getTraceId());
	}

	@ParameterizedTest
	@ValueSource(strings = { "onStart", "onScopeOpened", "onScopeClosed", "onStop" })
	void whenAnObservationHandlerFailsTheOutcomeIsDelivered(String method) {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.spans.registry().observationConfig().observationHandler(new FailingHandler(method));
		List<OperationOutcome> delivered = new ArrayList<>();
		this.handler = delivered::add;
		track("op", true);
		assertThat(delivered).hasSize(1);
		assertThat(Objects.requireNonNull(new StoredRows(this.store).find("op")).state())
			.isEqualTo(TrackingState.DELIVERED);
		assertThat(this.spans.registry().getCurrentObservation()).as("of the thread, afterwards").isNull();
		assertThat(this.spans.presentTrace()).isEmpty();
	}

	@Test
	void rowKeepsTheSpanUntilAnotherProcessReadsIt() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("RUNNING"));
		SpanData caller = track("op", true);
		TraceParent kept = Objects.requireNonNull(new StoredRows(this.store).find("op")).traceParent();
		assertThat(kept).isEqualTo(TraceParent.of(caller.getTraceId(), caller.getSpanId()));
	}

	@Test
	void spanThatIsNotSampledIsNotKept() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.tracking.start();
		Observation caller = this.spans.caller("caller", false);
		track("op", caller);
		assertThat(Objects.requireNonNull(new StoredRows(this.store).find("op")).traceParent()).isNull();
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.spans.one(DELIVERY).getLinks()).isEmpty();
	}

	@Test
	void presentObservationOfABlockingCallerCounts() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("RUNNING"));
		this.tracking.start();
		Observation caller = this.spans.caller("caller", true);
		caller.scoped(() -> this.tracker.track("op", Map.of()).block());
		caller.stop();
		TraceParent kept = Objects.requireNonNull(new StoredRows(this.store).find("op")).traceParent();
		assertThat(Objects.requireNonNull(kept).spanId()).isEqualTo(this.spans.one("caller").getSpanId());
	}

	@Test
	void pollOfAWaitForATrackedOperationIsAChildOfTheWaitAndLinksToTheTracking() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status((poll < 3) ? "RUNNING" : "COMPLETED"));
		this.tracking.start();
		Observation tracked = this.spans.caller("tracked", true);
		track("op", tracked);
		Observation waiting = this.spans.caller("waiting", true);
		this.template.await("op")
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, waiting))
			.subscribe();
		this.time.advanceTimeBy(Duration.ofMinutes(5));
		tracked.stop();
		SpanData wait = this.spans.one("await operation");
		assertThat(this.spans.finished(POLL)).last().satisfies((poll) -> {
			assertThat(poll.getParentSpanId()).isEqualTo(wait.getSpanId());
			assertThat(TestSpans.links(poll)).containsExactly(this.spans.one("tracked").getSpanId());
		});
	}

	private SpanData track(String id, boolean sampled) {
		this.tracking.start();
		Observation caller = this.spans.caller("caller", sampled);
		track(id, caller);
		this.time.advanceTimeBy(Duration.ofMinutes(5));
		caller.stop();
		return this.spans.one("caller");
	}

	private void track(String id, Observation caller) {
		this.tracker.track(id, Map.of())
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, caller))
			.block();
	}

	private static void assertThatItLinksTo(SpanData span, SpanData caller) {
		assertThat(TestSpans.links(span)).containsExactly(caller.getSpanId());
		assertThat(span.getParentSpanContext().isValid()).isFalse();
	}

	private record FailingHandler(String method) implements ObservationHandler<OperationDeliveryObservationContext> {

		@Override
		public void onStart(OperationDeliveryObservationContext context) {
			failAt("onStart");
		}

		@Override
		public void onScopeOpened(OperationDeliveryObservationContext context) {
			failAt("onScopeOpened");
		}

		@Override
		public void onScopeClosed(OperationDeliveryObservationContext context) {
			failAt("onScopeClosed");
		}

		@Override
		public void onStop(OperationDeliveryObservationContext context) {
			failAt("onStop");
		}

		private void failAt(String at) {
			if (at.equals(this.method)) {
				throw new IllegalStateException("the handler fails at " + at);
			}
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof OperationDeliveryObservationContext;
		}

	}

}
