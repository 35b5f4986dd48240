package io.operations.tracking.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * The database is not as the tracking needs it. Found at start-up.
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
	 * Return what to do about it.
	 * @return the remedy, a sentence or more
	 */
	public String getRemedy() {
		return this.remedy;
	}

}
