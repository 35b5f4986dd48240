package io.operations.polling;

/**
 * When a 404 is believed. Reads of the endpoint are eventually consistent: a place that
 * answers may not know yet what was accepted just now, or lag behind where the operation
 * was seen already.
 */
final class NotFound {

	private static final long AFTER_ACCEPTANCE = 60_000;

	private static final long REPEATED_AFTER = 5_000;

	private NotFound() {
	}

	/**
	 * Return whether a 404 is believed.
	 * @param seen whether the operation was seen
	 * @param sinceAcceptance the time in milliseconds since the operation was accepted
	 * @param sinceFirst the time in milliseconds since the first 404 after which the
	 * operation was not seen
	 * @return whether to believe it
	 */
	static boolean isBelieved(boolean seen, long sinceAcceptance, long sinceFirst) {
		return seen ? sinceFirst >= REPEATED_AFTER : sinceAcceptance >= AFTER_ACCEPTANCE;
	}

}
