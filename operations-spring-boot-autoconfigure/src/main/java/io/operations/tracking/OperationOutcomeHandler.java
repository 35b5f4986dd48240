package io.operations.tracking;

/**
 * Told of the end of each tracked operation. All beans of this type are called one after
 * the other, in their order, in the instance that saw the end.
 * <p>
 * At least once: an attempt is counted and stored before the handlers run, and where the
 * store is a database they run in one transaction with the mark that the outcome was
 * delivered. So what they write to that database happens once, and what they do elsewhere
 * at least once, with {@link OperationOutcome#attempt()} telling a repeat.
 * <p>
 * Called on a thread that may block. One that throws has the transaction rolled back, and
 * all handlers are called again after a while, up to
 * {@code operations.tracking.delivery.max-attempts} times. One that has not returned
 * after {@code operations.tracking.delivery.timeout} is interrupted.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationOutcomeHandler {

	/**
	 * Take an outcome.
	 * @param outcome the outcome
	 * @throws Exception if it could not be taken and is to be delivered again
	 */
	void handle(OperationOutcome outcome) throws Exception;

}
