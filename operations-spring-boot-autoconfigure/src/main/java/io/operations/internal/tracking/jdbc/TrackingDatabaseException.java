package io.operations.internal.tracking.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * Thrown at startup if the database cannot be used for tracked operations.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class TrackingDatabaseException extends RuntimeException {

	private final String action;

	TrackingDatabaseException(String message, String action, @Nullable Throwable cause) {
		super(message, cause);
		this.action = action;
	}

	/**
	 * Return what the operator should do about the problem.
	 * @return the action, in one or more sentences
	 */
	public String getAction() {
		return this.action;
	}

}
