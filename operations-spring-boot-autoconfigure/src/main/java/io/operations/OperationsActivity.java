package io.operations;

import java.time.Duration;

/**
 * What a client is doing right now. Cheap to read, at any time, from any thread.
 *
 * @since 0.1.0
 */
public interface OperationsActivity {

	/**
	 * Return how many calls wait to be admitted.
	 * @return the number of calls
	 */
	int queued();

	/**
	 * Return how many calls are under way.
	 * @return the number of calls
	 */
	int inFlight();

	/**
	 * Return how many operations are waited for.
	 * @return the number of operations
	 */
	int waiting();

	/**
	 * Return the age of the oldest wait.
	 * @return its age, zero if there is none
	 */
	Duration oldestWait();

}
