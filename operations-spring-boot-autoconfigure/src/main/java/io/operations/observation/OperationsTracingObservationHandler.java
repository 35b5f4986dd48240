package io.operations.observation;

import java.util.List;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationView;
import io.micrometer.tracing.CurrentTraceContext;
import io.micrometer.tracing.Link;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.TracingObservationHandler;
import io.operations.internal.TraceParent;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Starts the spans of polls and deliveries, which other handlers cannot link to other
 * spans. Spring Boot registers this handler if the application has a {@link Tracer}. An
 * application without Spring Boot adds it to its observation registry, in front of other
 * tracing handlers.
 *
 * @since 0.1.0
 */
public final class OperationsTracingObservationHandler implements TracingObservationHandler<Observation.Context> {

	private static final Log logger = LogFactory.getLog(OperationsTracingObservationHandler.class);

	private final Tracer tracer;

	/**
	 * Create the handler.
	 * @param tracer creates the spans
	 */
	public OperationsTracingObservationHandler(Tracer tracer) {
		this.tracer = tracer;
	}

	@Override
	public Tracer getTracer() {
		return this.tracer;
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof OperationDeliveryObservationContext
				|| (context instanceof OperationFetchObservationContext fetch && fetch.isPoll());
	}

	// A poll belongs to its waits, and a delivery to nothing, whatever the thread happens
	// to do when they begin.
	@Override
	public void onStart(Observation.Context context) {
		Span.Builder builder = this.tracer.spanBuilder();
		ObservationView parent = context.getParentObservation();
		TracingContext tracing = (parent != null) ? parent.getContextView().get(TracingContext.class) : null;
		Span span = (tracing != null) ? tracing.getSpan() : null;
		if (span != null) {
			builder.setParent(span.context());
		}
		else {
			builder.setNoParent();
		}
		for (TraceParent link : links(context)) {
			builder.addLink(new Link(traceContext(link)));
		}
		getTracingContext(context).setSpan(builder.start());
	}

	@Override
	public void onStop(Observation.Context context) {
		Span span = getRequiredSpan(context);
		span.name(getSpanName(context));
		tagSpan(context, span);
		endSpan(context, span);
	}

	private static List<TraceParent> links(Observation.Context context) {
		if (context instanceof OperationDeliveryObservationContext delivery) {
			return delivery.links();
		}
		return (context instanceof OperationFetchObservationContext fetch) ? fetch.links() : List.of();
	}

	private TraceContext traceContext(TraceParent span) {
		return this.tracer.traceContextBuilder().traceId(span.traceId()).spanId(span.spanId()).sampled(true).build();
	}

	void in(@Nullable TraceParent span, Runnable call) {
		if (span == null) {
			call.run();
			return;
		}
		CurrentTraceContext.Scope scope = open(span);
		try {
			call.run();
		}
		finally {
			close(scope);
		}
	}

	// A fault of the tracer must not keep a call from its work.
	private CurrentTraceContext.Scope open(TraceParent span) {
		try {
			return this.tracer.currentTraceContext().newScope(traceContext(span));
		}
		catch (RuntimeException ex) {
			logger.warn("A call runs without the scope of its span. Check the Tracer bean.", ex);
			return CurrentTraceContext.Scope.NOOP;
		}
	}

	private static void close(CurrentTraceContext.Scope scope) {
		try {
			scope.close();
		}
		catch (RuntimeException ex) {
			logger.warn("The scope of a span could not be closed. Check the Tracer bean.", ex);
		}
	}

}
