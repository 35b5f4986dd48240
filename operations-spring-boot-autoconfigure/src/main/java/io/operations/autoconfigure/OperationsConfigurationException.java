package io.operations.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A setting is missing or no good. Names the key, shows its value unless that is a
 * secret, and tells the remedy.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsConfigurationException extends RuntimeException {

	private static final long ONE_SECOND = 1000;

	private final String remedy;

	/**
	 * Create the exception.
	 * @param description what is wrong
	 * @param remedy what to do about it
	 * @param cause what found it, {@code null} if it was found here
	 */
	public OperationsConfigurationException(String description, String remedy, @Nullable Throwable cause) {
		super(description, cause);
		this.remedy = remedy;
	}

	/**
	 * Create the exception of a property that is no good.
	 * @param key the property
	 * @param value its value, not a secret
	 * @param fault what is wrong with it
	 * @param remedy what to do about it
	 * @return the exception
	 */
	public static OperationsConfigurationException of(String key, @Nullable Object value, @Nullable String fault,
			String remedy) {
		return new OperationsConfigurationException("Property '" + key + "' is '" + value + "', but " + fault + ".",
				remedy, null);
	}

	/**
	 * Create the exception of a property that is too short a time, as a number without a
	 * unit often is.
	 * @param key the property
	 * @param value its value
	 * @param fault what is wrong with it
	 * @param remedy what to do about it
	 * @return the exception
	 */
	public static OperationsConfigurationException ofDuration(String key, Duration value, String fault, String remedy) {
		long millis = value.toMillis();
		if (millis <= 0 || millis >= ONE_SECOND) {
			return of(key, value, fault, remedy);
		}
		return of(key, value, fault + ". A number without a unit is a number of milliseconds",
				"If you mean seconds, write " + key + "=" + millis + "s. " + remedy);
	}

	String getRemedy() {
		return this.remedy;
	}

}
