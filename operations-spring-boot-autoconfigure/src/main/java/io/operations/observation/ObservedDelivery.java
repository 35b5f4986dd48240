package io.operations.observation;

import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.operations.internal.TraceParent;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Observes one attempt to deliver an outcome. The thread of the handlers calls all
 * methods except {@link #about}.
 *
 * @since 0.1.0
 */
public final class ObservedDelivery {

	private static final Log logger = LogFactory.getLog(ObservedDelivery.class);

	private final DeliveryObservations observations;

	private final Observation observation;

	private final @Nullable String span;

	ObservedDelivery(DeliveryObservations observations, Observation observation) {
		this.observations = observations;
		this.observation = observation;
		TraceParent own = SampledSpans.of(observation);
		this.span = (own != null) ? own.toString() : null;
	}

	/**
	 * Deliver the outcome in the scope of this observation. Spans and log lines of the
	 * handlers then belong to it.
	 * @param delivery the delivery
	 * @param <T> the type of its result
	 * @return its result
	 */
	public <T> @Nullable T deliver(Supplier<@Nullable T> delivery) {
		GuardedScope scope = GuardedScope.open(this.observation, ObservedDelivery::scopeFailed);
		try {
			return delivery.get();
		}
		finally {
			scope.close();
		}
	}

	// A fault of a scope must not change the result of the delivery.
	private static void scopeFailed(RuntimeException fault) {
		logger.warn("An ObservationHandler failed when the scope of a delivery began or ended. The delivery continues,"
				+ " but log lines and spans of its handlers may not belong to it. Check the ObservationHandler beans.",
				fault);
	}

	/**
	 * Make a call about this attempt, which may be over, so that log lines carry the id
	 * of its trace.
	 * @param call the call
	 */
	public void about(Runnable call) {
		this.observations.about(this.span, call);
	}

	/**
	 * Record that the handlers have returned and that the store has noted this.
	 */
	public void delivered() {
		stop("delivered");
	}

	/**
	 * Record that the handlers have returned, but that the operation was forgotten or
	 * changed meanwhile.
	 */
	public void forgotten() {
		stop("forgotten");
	}

	/**
	 * Record that the attempt has failed.
	 * @param fault the reason
	 * @param last whether there is no further attempt
	 */
	public void failed(Throwable fault, boolean last) {
		this.observation.error(fault);
		stop(last ? "undelivered" : "failed");
	}

	private void stop(String result) {
		try {
			if (this.observation.getContext() instanceof OperationDeliveryObservationContext context) {
				context.setResult(result);
			}
			this.observation.stop();
		}
		catch (RuntimeException ex) {
			logger.warn("The observation of a delivery failed when it stopped. The delivery is complete, but its"
					+ " metrics or its span may be missing. Check the observation handlers and conventions of the"
					+ " application.", ex);
		}
	}

}
