package io.operations.tracking.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * Thrown at startup if the database cannot be used for tracked operations.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class TrackingDatabaseException extends RuntimeException {

	private final String remedy;

	TrackingDatabaseException(String message, String remedy, @Nullable Throwable cause) {
		super(message, cause);
		this.remedy = remedy;
	}

	/**
	 * Return how to fix the problem.
	 * @return the remedy, in one or more sentences
	 */
	public String getRemedy() {
		return this.remedy;
	}

}
