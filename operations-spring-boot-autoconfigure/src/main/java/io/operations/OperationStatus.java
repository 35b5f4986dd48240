package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * Lists the statuses of an {@link Operation}. The server may send other words as well.
 * They map to {@link #UNKNOWN}, which never ends an operation.
 *
 * @since 0.1.0
 */
public enum OperationStatus {

	/**
	 * The server accepted the operation but has not started it.
	 */
	PENDING,

	/**
	 * The operation is running.
	 */
	RUNNING,

	/**
	 * The operation ended successfully.
	 */
	COMPLETED,

	/**
	 * The operation ended with an error.
	 */
	FAILED,

	/**
	 * The operation was cancelled before it finished. Some products send
	 * {@code CANCELED}, with one L.
	 */
	CANCELLED,

	/**
	 * The server sent another word, or none. Not terminal.
	 */
	UNKNOWN;

	private static final String CANCELED = "CANCELED";

	/**
	 * Return whether an operation with this status has ended.
	 * @return {@code true} for COMPLETED, FAILED and CANCELLED
	 */
	public boolean isTerminal() {
		return this == COMPLETED || this == FAILED || this == CANCELLED;
	}

	/**
	 * Return the status that a word stands for. Case and leading and trailing white space
	 * do not matter.
	 * @param text the word that the server sent, may be {@code null}
	 * @return the status; {@link #UNKNOWN} for any other word and for {@code null}
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

	// Unlike String.strip(), this also removes no-break spaces and byte order marks.
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
