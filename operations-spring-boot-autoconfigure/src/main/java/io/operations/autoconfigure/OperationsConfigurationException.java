package io.operations.autoconfigure;

import java.time.Duration;

import io.operations.internal.ReadableDuration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a setting is missing or invalid. The exception names the key, its value
 * (unless the value is secret), and the action to take.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsConfigurationException extends RuntimeException {

	private static final long ONE_SECOND = 1000;

	private final String action;

	/**
	 * Create the exception.
	 * @param description a description of the error
	 * @param action what the user should do about it
	 * @param cause the cause, {@code null} if there is none
	 */
	public OperationsConfigurationException(String description, String action, @Nullable Throwable cause) {
		super(description, cause);
		this.action = action;
	}

	/**
	 * Create an exception for an invalid property.
	 * @param key the key of the property
	 * @param value its value, which must not be secret
	 * @param fault the rule that the value violates, as a clause such as "it must be at
	 * least 1"
	 * @param action what the user should do about it
	 * @return the exception
	 */
	public static OperationsConfigurationException of(String key, @Nullable Object value, @Nullable String fault,
			String action) {
		return new OperationsConfigurationException("Property '" + key + "' is '"
				+ ((value instanceof Duration duration) ? ReadableDuration.setting(duration) : value) + "', but "
				+ fault + ".", action, null);
	}

	/**
	 * Create an exception for a property whose duration is too short. A number without a
	 * unit is a frequent cause, so the message mentions it for durations below one
	 * second.
	 * @param key the key of the property
	 * @param value its value
	 * @param fault the rule that the value violates, as a clause such as "it must be at
	 * least 1"
	 * @param action what the user should do about it
	 * @return the exception
	 */
	public static OperationsConfigurationException ofDuration(String key, Duration value, String fault, String action) {
		long millis = value.toMillis();
		if (millis <= 0 || millis >= ONE_SECOND) {
			return of(key, value, fault, action);
		}
		return of(key, value, fault + ". A number without a unit is a number of milliseconds",
				"If you mean seconds, write " + key + "=" + millis + "s. " + action);
	}

	String getAction() {
		return this.action;
	}

}
