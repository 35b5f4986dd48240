package io.operations.tracking;

/**
 * Handles the outcome of each tracked operation. The library calls all beans of this type
 * one after the other, in their order, on one instance of the application. Usually that
 * is the instance whose poll saw the end of the operation.
 * <p>
 * Outcomes are delivered at least once. Each attempt is counted and stored before the
 * handlers run. With a store in a database, the handlers run in one transaction that also
 * marks the outcome as delivered. Their writes to that database therefore take effect
 * once. Their other effects happen at least once: if {@link OperationOutcome#attempt()}
 * is greater than 1, the attempt is a retry.
 * <p>
 * Handlers run on a thread that may block. If a handler throws an exception, the
 * transaction is rolled back and all handlers are called again later, until
 * {@code operations.tracking.delivery.max-attempts} attempts have failed. If the handlers
 * of one attempt have not returned after {@code operations.tracking.delivery.timeout},
 * their thread is interrupted.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationOutcomeHandler {

	/**
	 * Handle an outcome.
	 * @param outcome the outcome
	 * @throws Exception if the attempt fails and the outcome must be delivered again
	 */
	void handle(OperationOutcome outcome) throws Exception;

}
