package io.operations.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names the observation of one caller's wait for an operation and provides its key
 * values. An application declares a bean of this type to replace
 * {@link DefaultOperationAwaitObservationConvention}.
 *
 * @since 0.1.0
 */
public interface OperationAwaitObservationConvention extends ObservationConvention<OperationAwaitObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof OperationAwaitObservationContext;
	}

}
