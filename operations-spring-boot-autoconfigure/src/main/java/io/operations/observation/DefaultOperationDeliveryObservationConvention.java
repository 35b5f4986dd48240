package io.operations.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.operations.observation.OperationsObservationDocumentation.DeliveryHighCardinalityKeyNames;
import io.operations.observation.OperationsObservationDocumentation.DeliveryKeyNames;

/**
 * Names the observation of an attempt to deliver an outcome and provides its key values.
 * {@link OperationsObservationDocumentation#DELIVERY} describes them. An application
 * extends this class to add key values.
 *
 * @since 0.1.0
 */
public class DefaultOperationDeliveryObservationConvention implements OperationDeliveryObservationConvention {

	@Override
	public String getName() {
		return "operations.delivery";
	}

	@Override
	public String getContextualName(OperationDeliveryObservationContext context) {
		return "deliver outcome";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(OperationDeliveryObservationContext context) {
		return KeyValues.of(client(context), outcome(context));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(OperationDeliveryObservationContext context) {
		return KeyValues.of(DeliveryHighCardinalityKeyNames.OPERATION_ID.withValue(context.getOperationId()),
				DeliveryHighCardinalityKeyNames.ATTEMPTS.withValue(String.valueOf(context.getAttempts())));
	}

	/**
	 * Return the tag with the name of the client.
	 * @param context the context of the observation
	 * @return the key value
	 */
	protected KeyValue client(OperationDeliveryObservationContext context) {
		return DeliveryKeyNames.CLIENT.withValue(context.getClient());
	}

	/**
	 * Return the tag with the outcome of the attempt.
	 * @param context the context of the observation
	 * @return the key value
	 */
	protected KeyValue outcome(OperationDeliveryObservationContext context) {
		return DeliveryKeyNames.OUTCOME.withValue(context.getResult());
	}

}
