package io.operations.observation;

import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.operations.Operation;
import io.operations.internal.TraceParent;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Observes the deliveries of outcomes, and connects them with the span in which the
 * application began to track the operation.
 *
 * @since 0.1.0
 */
public final class DeliveryObservations {

	private static final Log logger = LogFactory.getLog(DeliveryObservations.class);

	/**
	 * Observes nothing.
	 */
	public static final DeliveryObservations NONE = new DeliveryObservations(ObservationRegistry.NOOP, null,
			Scopes.NONE);

	private static final OperationDeliveryObservationConvention DEFAULT = new DefaultOperationDeliveryObservationConvention();

	private final ObservationRegistry registry;

	private final @Nullable OperationDeliveryObservationConvention convention;

	private final Scopes scopes;

	/**
	 * Create the observations.
	 * @param registry the registry of the observations
	 * @param convention the application's convention, {@code null} for the default
	 * @param scopes runs calls in the scope of a span
	 */
	public DeliveryObservations(ObservationRegistry registry,
			@Nullable OperationDeliveryObservationConvention convention, Scopes scopes) {
		this.registry = (registry instanceof MeteredObservationRegistry metered) ? metered.registry() : registry;
		this.convention = convention;
		this.scopes = scopes;
	}

	/**
	 * Return the span of a caller that begins to track an operation.
	 * @param view the Reactor context of the caller. Without an observation there, the
	 * present observation of the thread counts.
	 * @return the span in the form of the header {@code traceparent}, {@code null} if
	 * there is none or it is not sampled
	 */
	public @Nullable String caller(ContextView view) {
		if (this.registry.isNoop()) {
			return null;
		}
		Observation observation = view.getOrDefault(ObservationThreadLocalAccessor.KEY, null);
		TraceParent span = SampledSpans.of((observation != null) ? observation : this.registry.getCurrentObservation());
		return (span != null) ? span.toString() : null;
	}

	/**
	 * Make a call about a tracked operation in the scope of a span, so that log lines
	 * carry the id of its trace.
	 * @param traceparent the span in the form of the header, {@code null} for none
	 * @param call the call
	 */
	public void about(@Nullable String traceparent, Runnable call) {
		if (traceparent != null) {
			this.scopes.run(traceparent, call);
		}
		else {
			call.run();
		}
	}

	/**
	 * Begin to observe an attempt to deliver an outcome.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 * @param operation the operation as last seen, {@code null} if no poll has seen it
	 * @param attempts how many attempts have begun, with this one
	 * @param traceparent the span in which the tracking began, in the form of the header;
	 * {@code null} if there is none
	 * @return the observed attempt
	 */
	public ObservedDelivery begin(String client, String operationId, @Nullable Operation operation, int attempts,
			@Nullable String traceparent) {
		Supplier<OperationDeliveryObservationContext> context = () -> {
			OperationDeliveryObservationContext created = new OperationDeliveryObservationContext(client, operationId,
					attempts, TraceParent.parse(traceparent));
			if (operation != null) {
				created.setOperation(operation);
			}
			return created;
		};
		return new ObservedDelivery(this, start(context));
	}

	// Faults of the application's observations must not keep an outcome from its
	// handlers.
	private Observation start(Supplier<OperationDeliveryObservationContext> context) {
		try {
			return OperationsObservationDocumentation.DELIVERY
				.observation(this.convention, DEFAULT, context, this.registry)
				.parentObservation(null)
				.start();
		}
		catch (RuntimeException ex) {
			logger.warn("A delivery is not observed, because its observation could not start. Check the"
					+ " ObservationHandler and ObservationConvention beans.", ex);
			return Observation.NOOP;
		}
	}

	/**
	 * Runs calls in the scope of a span.
	 */
	@FunctionalInterface
	public interface Scopes {

		/**
		 * Runs calls without a scope.
		 */
		Scopes NONE = (traceparent, call) -> call.run();

		/**
		 * Make a call in the scope of a span.
		 * @param traceparent the span in the form of the header {@code traceparent}
		 * @param call the call
		 */
		void run(String traceparent, Runnable call);

		/**
		 * Return the scopes of a tracing handler.
		 * @param handler the handler
		 * @return the scopes
		 */
		static Scopes of(OperationsTracingObservationHandler handler) {
			return (traceparent, call) -> handler.in(TraceParent.parse(traceparent), call);
		}

	}

}
