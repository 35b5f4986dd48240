package io.operations.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names and key values of the observation of one caller's wait for an operation. An
 * application replaces {@link DefaultOperationAwaitObservationConvention} by a bean of
 * this type.
 *
 * @since 0.1.0
 */
public interface OperationAwaitObservationConvention extends ObservationConvention<OperationAwaitObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof OperationAwaitObservationContext;
	}

}
