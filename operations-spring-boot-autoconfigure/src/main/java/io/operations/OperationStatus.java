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
	 * Ended before its work was done.
	 */
	CANCELLED,

	/**
	 * A word that is not known here, or none. Not terminal.
	 */
	UNKNOWN;

	/**
	 * Return whether an operation of this status has ended.
	 * @return {@code true} for COMPLETED, FAILED and CANCELLED
	 */
	public boolean isTerminal() {
		return this == COMPLETED || this == FAILED || this == CANCELLED;
	}

	/**
	 * Return the status that a word stands for, without regard to case.
	 * @param text the word as sent, may be {@code null}
	 * @return the status, {@link #UNKNOWN} for any other word and for {@code null}
	 */
	public static OperationStatus of(@Nullable String text) {
		if (text != null) {
			for (OperationStatus status : values()) {
				if (status.name().equalsIgnoreCase(text)) {
					return status;
				}
			}
		}
		return UNKNOWN;
	}

}
