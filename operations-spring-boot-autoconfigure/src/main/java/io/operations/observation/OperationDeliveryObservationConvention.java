package io.operations.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names the observation of an attempt to deliver an outcome and provides its key values.
 * An application declares a bean of this type to replace
 * {@link DefaultOperationDeliveryObservationConvention}.
 *
 * @since 0.1.0
 */
public interface OperationDeliveryObservationConvention
		extends ObservationConvention<OperationDeliveryObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof OperationDeliveryObservationContext;
	}

}
