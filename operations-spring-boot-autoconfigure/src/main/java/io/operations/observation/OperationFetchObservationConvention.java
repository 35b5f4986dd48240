package io.operations.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names and key values of the observation of one attempt to fetch an operation. An
 * application replaces {@link DefaultOperationFetchObservationConvention} by a bean of
 * this type.
 *
 * @since 0.1.0
 */
public interface OperationFetchObservationConvention extends ObservationConvention<OperationFetchObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof OperationFetchObservationContext;
	}

}
