package io.operations.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names the observation of one attempt to fetch an operation and provides its key values.
 * An application declares a bean of this type to replace
 * {@link DefaultOperationFetchObservationConvention}.
 *
 * @since 0.1.0
 */
public interface OperationFetchObservationConvention extends ObservationConvention<OperationFetchObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof OperationFetchObservationContext;
	}

}
