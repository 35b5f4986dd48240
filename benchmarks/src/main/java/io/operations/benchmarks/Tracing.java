package io.operations.benchmarks;

import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.operations.observation.OperationsTracingObservationHandler;

/**
 * Adds tracing by OpenTelemetry to an observation registry. The spans are recorded, and
 * nothing exports them. Loaded only where something traces.
 */
public final class Tracing {

	private Tracing() {
	}

	/**
	 * Add tracing to a registry.
	 * @param registry the registry
	 * @param sampled whether new traces are sampled
	 */
	public static void add(ObservationRegistry registry, boolean sampled) {
		SdkTracerProvider provider = SdkTracerProvider.builder()
			.setSampler(Sampler.parentBased(sampled ? Sampler.alwaysOn() : Sampler.alwaysOff()))
			.build();
		OtelTracer tracer = new OtelTracer(provider.get("benchmark"), new OtelCurrentTraceContext(), (event) -> {
		});
		registry.observationConfig()
			.observationHandler(new ObservationHandler.FirstMatchingCompositeObservationHandler(
					new OperationsTracingObservationHandler(tracer), new DefaultTracingObservationHandler(tracer)));
	}

}
