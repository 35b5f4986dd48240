package io.operations.observation;

/**
 * Holds the data of the observation of one caller's wait for an operation.
 *
 * @since 0.1.0
 */
public final class OperationAwaitObservationContext extends OperationsObservationContext {

	/**
	 * Create the context.
	 * @param client the name of the client
	 * @param operationId the operation's id
	 */
	public OperationAwaitObservationContext(String client, String operationId) {
		super(client, operationId);
	}

}
