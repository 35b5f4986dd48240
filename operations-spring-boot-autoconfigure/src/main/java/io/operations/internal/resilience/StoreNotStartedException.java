package io.operations.internal.resilience;

/**
 * Thrown if the store of the shared rate is not used yet, because the application starts.
 * The store does not count as unavailable.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class StoreNotStartedException extends IllegalStateException {

	/**
	 * Create the exception.
	 */
	public StoreNotStartedException() {
		super("The application has not started yet, so the database of the shared rate limit is not used yet."
				+ " Nothing has changed. Try again after the start.");
	}

}
