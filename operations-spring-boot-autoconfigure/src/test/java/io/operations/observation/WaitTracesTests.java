package io.operations.observation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.operations.OperationWait;
import io.operations.OperationsListener;
import io.operations.TestSpans;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.tracking.ScriptedEndpoint;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The spans of a wait and of its polls belong together.
 */
class WaitTracesTests {

	private static final String POLL = "fetch operation";

	private static final String AWAIT = "await operation";

	private final TestSpans spans = new TestSpans();

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<String> endedIn = new ArrayList<>();

	private final OperationsTemplate template = this.endpoint.template()
		.observationRegistry(this.spans.registry())
		.scheduler(this.time)
		.listener(new OperationsListener() {

			@Override
			public void waitEnded(String client, OperationWait wait, @Nullable Throwable reason) {
				WaitTracesTests.this.endedIn.add(WaitTracesTests.this.spans.presentTrace());
			}

		})
		.build();

	@AfterEach
	void close() {
		this.template.close();
	}

	@Test
	void pollsAreChildrenOfTheOldestWaitAndLinkToTheOther() {
		endAfter(12);
		Observation first = this.spans.caller("first", true);
		Observation second = this.spans.caller("second", true);
		await("op", first);
		this.time.advanceTimeBy(Duration.ofMillis(100));
		await("op", second);
		this.time.advanceTimeBy(Duration.ofMinutes(9));
		first.stop();
		second.stop();
		SpanData oldest = awaitOf("first");
		SpanData other = awaitOf("second");
		List<SpanData> polls = this.spans.finished(POLL);
		assertThat(polls).hasSize(12).allSatisfy((poll) -> {
			assertThat(poll.getParentSpanId()).isEqualTo(oldest.getSpanId());
			assertThat(poll.getTraceId()).isEqualTo(oldest.getTraceId());
		});
		assertThat(polls.subList(1, 12))
			.allSatisfy((poll) -> assertThat(TestSpans.links(poll)).containsExactly(other.getSpanId()));
		assertThat(TestSpans.reachable(this.spans.finished(), oldest)).hasSize(16)
			.containsAll(this.spans.finished().stream().map(SpanData::getSpanId).toList());
	}

	@Test
	void pollIsAChildOfTheOldestWaitThatIsSampled() {
		endAfter(3);
		Observation unsampled = this.spans.caller("unsampled", false);
		Observation sampled = this.spans.caller("sampled", true);
		await("op", unsampled);
		await("op", sampled);
		this.time.advanceTimeBy(Duration.ofMinutes(9));
		sampled.stop();
		SpanData wait = this.spans.one(AWAIT);
		assertThat(this.spans.finished(POLL)).isNotEmpty()
			.last()
			.satisfies((poll) -> assertThat(poll.getParentSpanId()).isEqualTo(wait.getSpanId()))
			.satisfies((poll) -> assertThat(poll.getLinks()).isEmpty());
	}

	@Test
	void whenTheOldestCallerLeavesTheNextOneIsTheParent() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("RUNNING"));
		Observation first = this.spans.caller("first", true);
		Observation second = this.spans.caller("second", true);
		Disposable leaving = await("op", first);
		Disposable staying = await("op", second);
		this.time.advanceTimeBy(Duration.ofSeconds(30));
		leaving.dispose();
		this.time.advanceTimeBy(Duration.ofSeconds(60));
		staying.dispose();
		first.stop();
		second.stop();
		assertThat(this.spans.finished(POLL)).last()
			.satisfies((poll) -> assertThat(poll.getParentSpanId()).isEqualTo(awaitOf("second").getSpanId()))
			.satisfies((poll) -> assertThat(poll.getLinks()).isEmpty());
	}

	@Test
	void pollThatBeginsOnTheThreadOfAnotherSpanDoesNotBelongToIt() {
		endAfter(1);
		Observation caller = this.spans.caller("caller", true);
		Observation other = this.spans.caller("other", true);
		other.scoped(() -> {
			await("op", caller);
			this.time.advanceTimeBy(Duration.ofSeconds(30));
		});
		caller.stop();
		assertThat(this.spans.one(POLL).getParentSpanId()).isEqualTo(awaitOf("caller").getSpanId());
	}

	@Test
	void pollsOfAWatchAreChildrenOfTheCaller() {
		endAfter(2);
		Observation caller = this.spans.caller("caller", true);
		this.template.watch("op")
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, caller))
			.subscribe();
		this.time.advanceTimeBy(Duration.ofMinutes(9));
		caller.stop();
		SpanData span = this.spans.one("caller");
		assertThat(this.spans.finished(POLL)).hasSize(2)
			.allSatisfy((poll) -> assertThat(poll.getParentSpanId()).isEqualTo(span.getSpanId()));
		assertThat(span.getEvents()).isEmpty();
	}

	@Test
	void pollsOfAWaitWithoutAnObservationAreChildrenOfTheCaller() {
		this.spans.registry()
			.observationConfig()
			.observationPredicate((name, context) -> !"operations.await".equals(name));
		endAfter(2);
		Observation caller = this.spans.caller("caller", true);
		await("op", caller);
		this.time.advanceTimeBy(Duration.ofMinutes(9));
		caller.stop();
		assertThat(this.spans.finished(POLL)).hasSize(2)
			.allSatisfy((poll) -> assertThat(poll.getParentSpanId()).isEqualTo(this.spans.one("caller").getSpanId()));
	}

	@Test
	void waitHasEventsForThePauseOfAnOperator() {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("RUNNING"));
		Disposable wait = await("op", this.spans.caller("caller", true));
		TemplateInternals.of(this.template).polls().pause(Duration.ofMinutes(1)).subscribe();
		this.time.advanceTimeBy(Duration.ofMinutes(2));
		wait.dispose();
		assertThat(this.spans.one(AWAIT).getEvents()).extracting(EventData::getName)
			.contains("pause.began", "pause.ended");
	}

	@Test
	void waitHasEventsForItsStatusesAPauseAndAnOutage() {
		this.endpoint.script("op",
				answers(List.of(ScriptedEndpoint.status("PENDING"), ScriptedEndpoint.status("PENDING"),
						ScriptedEndpoint.status("RUNNING"), ScriptedEndpoint.error(503), ScriptedEndpoint.error(503),
						ScriptedEndpoint.error(503), ScriptedEndpoint.status("RUNNING"),
						ScriptedEndpoint.status("COMPLETED"))));
		this.endpoint.script("other", (poll) -> ScriptedEndpoint.error(429, Duration.ofSeconds(1)));
		Observation caller = this.spans.caller("caller", true);
		this.template.fetch("other").onErrorComplete().subscribe();
		await("op", caller);
		this.time.advanceTimeBy(Duration.ofMinutes(9));
		assertThat(this.spans.one(AWAIT).getEvents().stream().map(EventData::getName)).containsExactly("pause.ended",
				"status.pending", "status.running", "outage.began", "outage.ended", "status.completed");
	}

	@Test
	void listenersOfAWaitAreCalledInItsTrace() {
		endAfter(2);
		Observation caller = this.spans.caller("caller", true);
		await("op", caller);
		this.time.advanceTimeBy(Duration.ofMinutes(9));
		assertThat(this.endedIn).containsExactly(this.spans.one(AWAIT).getTraceId());
		assertThat(this.spans.presentTrace()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenAScopeFailsTheThreadKeepsTheScopeThatItHad(boolean opening) {
		this.spans.registry().observationConfig().observationHandler(new FailingScopes(opening));
		Observation outer = this.spans.caller("outer", true);
		Observation caller = this.spans.caller("caller", true);
		String trace = inScope(outer, this.spans::presentTrace);
		List<String> called = new ArrayList<>();
		assertThat(inScope(outer, () -> {
			WaitTraces.in(caller, () -> called.add("once"));
			assertThat(this.spans.registry().getCurrentObservation()).isSameAs(outer);
			return this.spans.presentTrace();
		})).isEqualTo(trace).isNotEmpty();
		WaitTraces.in(caller, () -> called.add("twice"));
		assertThat(called).containsExactly("once", "twice");
		assertThat(this.spans.registry().getCurrentObservation()).isNull();
		assertThat(this.spans.presentTrace()).isEmpty();
	}

	private static String inScope(Observation observation, Supplier<String> call) {
		return Objects.requireNonNull(observation.scoped(call));
	}

	@Test
	void callersThatAreNotSampledAreNotKept() {
		WaitTraces traces = new WaitTraces();
		assertThat(traces.join("op", this.spans.caller("unsampled", false), true)).isNull();
		assertThat(traces.join("op", (Observation) null, true)).isNull();
		assertThat(traces.size()).isZero();
		WaitTraces.Caller caller = traces.join("op", this.spans.caller("sampled", true), true);
		assertThat(traces.size()).isOne();
		traces.leave("op", caller);
		assertThat(traces.size()).isZero();
	}

	@Test
	void spanHasAtMostAsManyLinksAsTheSdkKeeps() {
		WaitTraces traces = new WaitTraces();
		for (int i = 0; i < 200; i++) {
			traces.join("op", this.spans.caller("caller", true), true);
		}
		OperationFetchObservationContext poll = new OperationFetchObservationContext("client", "op", () -> null);
		assertThat(traces.connect(poll, null)).isNotNull();
		assertThat(poll.links()).hasSize(127);
	}

	private Disposable await(String id, Observation caller) {
		return this.template.await(id)
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, caller))
			.subscribe();
	}

	private SpanData awaitOf(String caller) {
		SpanData parent = this.spans.one(caller);
		return this.spans.finished(AWAIT)
			.stream()
			.filter((span) -> span.getParentSpanId().equals(parent.getSpanId()))
			.findFirst()
			.orElseThrow();
	}

	private void endAfter(int polls) {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status((poll < polls) ? "RUNNING" : "COMPLETED"));
	}

	private static IntFunction<Mono<ClientResponse>> answers(List<Mono<ClientResponse>> answers) {
		return (poll) -> answers.get(Math.min(poll, answers.size()) - 1);
	}

	private record FailingScopes(boolean opening) implements ObservationHandler<Observation.Context> {

		@Override
		public void onScopeOpened(Observation.Context context) {
			failIf(this.opening, context);
		}

		@Override
		public void onScopeClosed(Observation.Context context) {
			failIf(!this.opening, context);
		}

		private static void failIf(boolean fails, Observation.Context context) {
			if (fails && "caller".equals(context.getName())) {
				throw new IllegalStateException("the handler fails");
			}
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
