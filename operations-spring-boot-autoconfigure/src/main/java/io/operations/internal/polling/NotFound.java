package io.operations.internal.polling;

/**
 * Decides whether a 404 is trusted. Reads of the server are eventually consistent: a
 * replica may not know yet an operation that was accepted just now, or may lag behind the
 * replica that already returned the operation.
 */
final class NotFound {

	private static final long AFTER_ACCEPTANCE = 60_000;

	private static final long REPEATED_AFTER = 5_000;

	private NotFound() {
	}

	/**
	 * Return whether a 404 is trusted.
	 * @param seen whether the operation was seen
	 * @param sinceAcceptance the time in milliseconds since the operation was accepted
	 * @param sinceFirst the time in milliseconds since the first 404 after the operation
	 * was last seen
	 * @return {@code true} if the 404 is trusted
	 */
	static boolean isBelieved(boolean seen, long sinceAcceptance, long sinceFirst) {
		return seen ? sinceFirst >= REPEATED_AFTER : sinceAcceptance >= AFTER_ACCEPTANCE;
	}

}
