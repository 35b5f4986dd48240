package io.operations.observation;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.operations.observation.OperationsObservationDocumentation.WriteKeyNames;

/**
 * Names the observation of an attempt of a write and provides its key values.
 * {@link OperationsObservationDocumentation#WRITE} describes them. An application that
 * extends this class declares it as a bean.
 *
 * @since 0.1.0
 */
public class DefaultOperationWriteObservationConvention
		implements GlobalObservationConvention<OperationWriteObservationContext> {

	@Override
	public String getName() {
		return "operations.write";
	}

	@Override
	public String getContextualName(OperationWriteObservationContext context) {
		return "write";
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof OperationWriteObservationContext;
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(OperationWriteObservationContext context) {
		return KeyValues.of(WriteKeyNames.CLIENT.withValue(context.getClient()),
				WriteKeyNames.OUTCOME.withValue(outcomeOf(context)));
	}

	private static String outcomeOf(OperationWriteObservationContext context) {
		if (context.isAnswered()) {
			return "success";
		}
		// Called at the start, too, when there is no outcome yet.
		return (context.getError() == null && !context.isCancelled()) ? "unknown"
				: FaultOutcome.of(context.getError(), context.isCancelled());
	}

}
