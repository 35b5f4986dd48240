package io.operations.observation;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.operations.Operation;
import io.operations.observation.OperationsObservationDocumentation.FetchKeyNames;
import io.operations.observation.OperationsObservationDocumentation.HighCardinalityKeyNames;

/**
 * Names the observation of an attempt to fetch an operation and provides its key values.
 * {@link OperationsObservationDocumentation#FETCH} describes them. An application extends
 * this class to add key values.
 *
 * @since 0.1.0
 */
public class DefaultOperationFetchObservationConvention implements OperationFetchObservationConvention {

	private static final KeyValue NO_STATUS = KeyValue.of(FetchKeyNames.STATUS, StatusTag.of(null));

	// Cached, because each attempt needs them twice and there are few combinations.
	private final Map<Tags, KeyValues> known = new ConcurrentHashMap<>();

	@Override
	public String getName() {
		return "operations.fetch";
	}

	@Override
	public String getContextualName(OperationFetchObservationContext context) {
		return "fetch operation";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(OperationFetchObservationContext context) {
		return this.known.computeIfAbsent(new Tags(client(context), outcome(context), status(context)),
				(tags) -> KeyValues.of(tags.client(), tags.outcome(), tags.status()));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(OperationFetchObservationContext context) {
		return KeyValues.of(HighCardinalityKeyNames.OPERATION_ID.withValue(context.getOperationId()));
	}

	/**
	 * Return the tag with the name of the client.
	 * @param context the context of the observation
	 * @return the key value
	 */
	protected KeyValue client(OperationFetchObservationContext context) {
		return FetchKeyNames.CLIENT.withValue(context.getClient());
	}

	/**
	 * Return the tag with the outcome of the attempt.
	 * @param context the context of the observation
	 * @return the key value
	 */
	protected KeyValue outcome(OperationFetchObservationContext context) {
		return FetchKeyNames.OUTCOME.withValue(outcomeOf(context));
	}

	/**
	 * Return the tag with the status of the operation.
	 * @param context the context of the observation
	 * @return the key value
	 */
	protected KeyValue status(OperationFetchObservationContext context) {
		Operation operation = context.getOperation();
		return (operation != null) ? FetchKeyNames.STATUS.withValue(StatusTag.of(operation.status())) : NO_STATUS;
	}

	private static String outcomeOf(OperationFetchObservationContext context) {
		if (context.getError() == null && !context.isCancelled()) {
			// Called at the start, too, when there is no outcome yet.
			return (context.getOperation() != null) ? "success" : "unknown";
		}
		return FaultOutcome.of(context.getError(), context.isCancelled());
	}

	private record Tags(KeyValue client, KeyValue outcome, KeyValue status) {

	}

}
