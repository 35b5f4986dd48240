package io.operations.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationView;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import io.operations.internal.TraceParent;
import org.jspecify.annotations.Nullable;

/**
 * Finds the spans of observations. An application without Micrometer Tracing has none.
 */
final class SampledSpans {

	private static final boolean PRESENT = isPresent();

	private SampledSpans() {
	}

	private static boolean isPresent() {
		try {
			Class.forName("io.micrometer.tracing.handler.TracingObservationHandler", false,
					SampledSpans.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	/**
	 * Return whether the application has Micrometer Tracing.
	 * @return whether observations may have spans
	 */
	static boolean arePossible() {
		return PRESENT;
	}

	/**
	 * Return the span of an observation.
	 * @param observation the observation, started
	 * @return the span, {@code null} if there is none or it is not sampled
	 */
	static @Nullable TraceParent of(@Nullable ObservationView observation) {
		return (PRESENT && observation != null) ? Spans.sampled(observation) : null;
	}

	static boolean isSampled(ObservationView observation) {
		return PRESENT && Spans.isSampled(observation);
	}

	/**
	 * Add an event to the span of an observation, if it has one. An event of the
	 * observation itself would also add a counter to the meters.
	 * @param observation the observation, started
	 * @param name the name of the event
	 */
	static void event(Observation observation, String name) {
		if (PRESENT) {
			Spans.event(observation, name);
		}
	}

	// Loaded only if the application has Micrometer Tracing.
	private static final class Spans {

		private Spans() {
		}

		private static @Nullable Span of(ObservationView observation) {
			TracingContext tracing = observation.getContextView().get(TracingContext.class);
			return (tracing != null) ? tracing.getSpan() : null;
		}

		static @Nullable TraceParent sampled(ObservationView observation) {
			Span span = of(observation);
			return (span != null && isSampled(span)) ? TraceParent.of(span.context().traceId(), span.context().spanId())
					: null;
		}

		static boolean isSampled(ObservationView observation) {
			Span span = of(observation);
			return span != null && isSampled(span);
		}

		private static boolean isSampled(Span span) {
			return Boolean.TRUE.equals(span.context().sampled());
		}

		static void event(ObservationView observation, String name) {
			Span span = of(observation);
			if (span != null) {
				span.event(name);
			}
		}

	}

}
