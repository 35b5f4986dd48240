package io.operations;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import io.operations.observation.DeliveryObservations;
import io.operations.observation.OperationsTracingObservationHandler;

/**
 * An observation registry with tracing by OpenTelemetry, whose spans are kept in memory.
 */
public final class TestSpans {

	private final InMemorySpanExporter exporter = InMemorySpanExporter.create();

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final OtelTracer tracer;

	private final OperationsTracingObservationHandler handler;

	private volatile boolean sampled = true;

	public TestSpans() {
		SdkTracerProvider provider = SdkTracerProvider.builder()
			.setSampler(Sampler.parentBased(new Switch()))
			.addSpanProcessor(SimpleSpanProcessor.create(this.exporter))
			.build();
		this.tracer = new OtelTracer(provider.get("test"), new OtelCurrentTraceContext(), (event) -> {
		});
		this.handler = new OperationsTracingObservationHandler(this.tracer);
		this.registry.observationConfig()
			.observationHandler(new ObservationHandler.FirstMatchingCompositeObservationHandler(this.handler,
					new DefaultTracingObservationHandler(this.tracer)));
	}

	public ObservationRegistry registry() {
		return this.registry;
	}

	public DeliveryObservations deliveries() {
		return new DeliveryObservations(this.registry, null, DeliveryObservations.Scopes.of(this.handler));
	}

	/**
	 * Start an observation of a caller.
	 * @param name its name
	 * @param sampled whether its span is sampled
	 * @return the observation
	 */
	public Observation caller(String name, boolean sampled) {
		this.sampled = sampled;
		try {
			return Observation.createNotStarted(name, this.registry).parentObservation(null).start();
		}
		finally {
			this.sampled = true;
		}
	}

	/**
	 * Return the id of the present trace of this thread.
	 * @return the id, empty if there is none
	 */
	public String presentTrace() {
		return (this.tracer.currentSpan() != null) ? this.tracer.currentSpan().context().traceId() : "";
	}

	public List<SpanData> finished() {
		return this.exporter.getFinishedSpanItems();
	}

	public List<SpanData> finished(String name) {
		return named(finished(), name);
	}

	public SpanData one(String name) {
		List<SpanData> found = finished(name);
		if (found.size() != 1) {
			throw new AssertionError("There are " + found.size() + " spans '" + name + "' in " + finished());
		}
		return found.get(0);
	}

	public static List<SpanData> named(List<SpanData> spans, String name) {
		return spans.stream().filter((span) -> span.getName().equals(name)).toList();
	}

	/**
	 * Return the ids of the spans that a span links to.
	 * @param span the span
	 * @return their ids
	 */
	public static List<String> links(SpanData span) {
		return span.getLinks().stream().map((link) -> link.getSpanContext().getSpanId()).toList();
	}

	/**
	 * Return the spans that a graph of parents and links reaches from a span, in either
	 * direction.
	 * @param all all spans
	 * @param from the first span
	 * @return the ids of the spans
	 */
	public static Set<String> reachable(List<SpanData> all, SpanData from) {
		Set<String> reached = new HashSet<>(Set.of(from.getSpanId()));
		List<SpanData> rest = new ArrayList<>(all);
		boolean grew = true;
		while (grew) {
			grew = rest.removeIf((span) -> {
				List<String> ends = Stream
					.concat(Stream.of(span.getSpanId(), span.getParentSpanId()), links(span).stream())
					.filter((id) -> !id.equals("0000000000000000"))
					.toList();
				if (ends.stream().noneMatch(reached::contains)) {
					return false;
				}
				reached.addAll(ends);
				return true;
			});
		}
		return reached;
	}

	private final class Switch implements Sampler {

		@Override
		public SamplingResult shouldSample(Context parent, String traceId, String name, SpanKind kind,
				Attributes attributes, List<LinkData> links) {
			return TestSpans.this.sampled ? SamplingResult.recordAndSample() : SamplingResult.drop();
		}

		@Override
		public String getDescription() {
			return "switch";
		}

	}

}
