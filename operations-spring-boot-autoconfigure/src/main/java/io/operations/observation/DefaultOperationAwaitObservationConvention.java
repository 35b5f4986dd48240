package io.operations.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.operations.OperationCancelledException;
import io.operations.OperationFailedException;
import io.operations.OperationTimeoutException;
import io.operations.observation.OperationsObservationDocumentation.AwaitKeyNames;
import io.operations.observation.OperationsObservationDocumentation.HighCardinalityKeyNames;

/**
 * Names the observation of a caller's wait for an operation and provides its key values.
 * {@link OperationsObservationDocumentation#AWAIT} describes them. An application extends
 * this class to add key values.
 *
 * @since 0.1.0
 */
public class DefaultOperationAwaitObservationConvention implements OperationAwaitObservationConvention {

	@Override
	public String getName() {
		return "operations.await";
	}

	@Override
	public String getContextualName(OperationAwaitObservationContext context) {
		return "await operation";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(OperationAwaitObservationContext context) {
		return KeyValues.of(client(context), outcome(context));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(OperationAwaitObservationContext context) {
		return KeyValues.of(HighCardinalityKeyNames.OPERATION_ID.withValue(context.getOperationId()));
	}

	/**
	 * Return the tag with the name of the client.
	 * @param context the context of the observation
	 * @return the key value
	 */
	protected KeyValue client(OperationAwaitObservationContext context) {
		return AwaitKeyNames.CLIENT.withValue(context.getClient());
	}

	/**
	 * Return the tag with the outcome of the wait.
	 * @param context the context of the observation
	 * @return the key value
	 */
	protected KeyValue outcome(OperationAwaitObservationContext context) {
		return AwaitKeyNames.OUTCOME.withValue(outcomeOf(context));
	}

	private static String outcomeOf(OperationAwaitObservationContext context) {
		Throwable fault = context.getError();
		if (context.isCancelled()) {
			return "abandoned";
		}
		if (fault == null) {
			// Called at the start, too, when there is no outcome yet.
			return (context.getOperation() != null) ? "completed" : "unknown";
		}
		if (fault instanceof OperationFailedException) {
			return "failed";
		}
		if (fault instanceof OperationCancelledException) {
			return "cancelled";
		}
		return (fault instanceof OperationTimeoutException) ? "timeout" : "error";
	}

}
