package io.operations.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * A setting is missing or no good. Names the key, shows its value unless that is a
 * secret, and tells the remedy.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class OperationsConfigurationException extends RuntimeException {

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

	String getRemedy() {
		return this.remedy;
	}

}
