package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * Status of an {@link Operation}. The set of words that the endpoint may send is open:
 * what is not known here is {@link #UNKNOWN}, which is never the end of an operation.
 *
 * @since 0.1.0
 */
public enum OperationStatus {

	/**
	 * Accepted, not begun.
	 */
	PENDING,

	/**
	 * Under way.
	 */
	RUNNING,

	/**
	 * Ended well.
	 */
	COMPLETED,

	/**
	 * Ended with an error.
	 */
	FAILED,

	/**
	 * Ended before its work was done. Also sent as {@code CANCELED}, with one L.
	 */
	CANCELLED,

	/**
	 * A word that is not known here, or none. Not terminal.
	 */
	UNKNOWN;

	private static final String CANCELED = "CANCELED";

	/**
	 * Return whether an operation of this status has ended.
	 * @return {@code true} for COMPLETED, FAILED and CANCELLED
	 */
	public boolean isTerminal() {
		return this == COMPLETED || this == FAILED || this == CANCELLED;
	}

	/**
	 * Return the status that a word stands for, without regard to case and to white space
	 * round it.
	 * @param text the word as sent, may be {@code null}
	 * @return the status, {@link #UNKNOWN} for any other word and for {@code null}
	 */
	public static OperationStatus of(@Nullable String text) {
		if (text != null) {
			String word = strip(text);
			for (OperationStatus status : values()) {
				if (status.name().equalsIgnoreCase(word)) {
					return status;
				}
			}
			if (CANCELED.equalsIgnoreCase(word)) {
				return CANCELLED;
			}
		}
		return UNKNOWN;
	}

	// More than String.strip(): a no-break space or a byte order mark is no word either.
	static String strip(String text) {
		int from = 0;
		int to = text.length();
		while (from < to && isSpace(text.charAt(from))) {
			from++;
		}
		while (to > from && isSpace(text.charAt(to - 1))) {
			to--;
		}
		return text.substring(from, to);
	}

	private static boolean isSpace(char c) {
		return Character.isSpaceChar(c) || Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
	}

}
