package io.operations.observation;

/**
 * Holds the data of the observation of one attempt to fetch an operation.
 *
 * @since 0.1.0
 */
public final class OperationFetchObservationContext extends OperationsObservationContext {

	/**
	 * Create the context.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 */
	public OperationFetchObservationContext(String client, String operationId) {
		super(client, operationId);
	}

}
