package io.operations;

import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Lists the statuses of an {@link Operation}. The server may send other words as well.
 * They map to {@link #UNKNOWN}, which never ends an operation.
 *
 * @since 0.1.0
 */
public enum OperationStatus {

	/**
	 * The server accepted the operation but has not started it. Some products send
	 * {@code SCHEDULED} or {@code QUEUED}.
	 */
	PENDING,

	/**
	 * The operation is running. Some products send {@code PROCESSING}.
	 */
	RUNNING,

	/**
	 * The operation ended successfully. An operation on many items is COMPLETED when the
	 * server has processed all of them, even if some items failed.
	 * {@link Operation#stats()} contains the number of failed items.
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

	/**
	 * Return whether an operation with this status has ended.
	 * @return {@code true} for COMPLETED, FAILED and CANCELLED
	 */
	public boolean isTerminal() {
		return this == COMPLETED || this == FAILED || this == CANCELLED;
	}

	/**
	 * Return the status that a word stands for. Case and leading and trailing white space
	 * do not matter. The words that any product documents for its operations are known:
	 * SCHEDULED and QUEUED are {@link #PENDING}, PROCESSING and IN-PROGRESS are
	 * {@link #RUNNING}, CANCELED is {@link #CANCELLED}.
	 * @param text the word that the server sent, may be {@code null}
	 * @return the status; {@link #UNKNOWN} for any other word and for {@code null}
	 */
	public static OperationStatus of(@Nullable String text) {
		return of(text, Map.of());
	}

	/**
	 * Return the status that a word stands for, if further words have a meaning.
	 * @param text the word that the server sent, may be {@code null}
	 * @param furtherWords the meaning of further words, which are in upper case
	 * @return the status; {@link #UNKNOWN} for any other word and for {@code null}
	 */
	public static OperationStatus of(@Nullable String text, Map<String, OperationStatus> furtherWords) {
		if (text == null) {
			return UNKNOWN;
		}
		OperationStatus status = ofWord(text);
		if (status != UNKNOWN) {
			return status;
		}
		String word = strip(text).toUpperCase(Locale.ROOT);
		status = ofWord(word);
		return (status != UNKNOWN) ? status : furtherWords.getOrDefault(word, UNKNOWN);
	}

	private static OperationStatus ofWord(String word) {
		return switch (word) {
			case "PENDING", "SCHEDULED", "QUEUED" -> PENDING;
			case "RUNNING", "PROCESSING", "IN-PROGRESS", "IN_PROGRESS" -> RUNNING;
			case "COMPLETED" -> COMPLETED;
			case "FAILED" -> FAILED;
			case "CANCELLED", "CANCELED" -> CANCELLED;
			default -> UNKNOWN;
		};
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
