package io.operations.docs.extending;

import io.micrometer.common.KeyValues;
import io.operations.observation.DefaultOperationFetchObservationConvention;
import io.operations.observation.OperationFetchObservationContext;

import org.springframework.stereotype.Component;

@Component
class RegionalConvention extends DefaultOperationFetchObservationConvention {

	@Override
	public KeyValues getLowCardinalityKeyValues(OperationFetchObservationContext context) {
		return super.getLowCardinalityKeyValues(context).and("region", "eu");
	}

}
