package io.operations.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * A setting is missing or no good. Names the key, shows its value unless that is a
 * secret, and tells the remedy.
 */
@SuppressWarnings("serial")
final class OperationsConfigurationException extends RuntimeException {

	private final String remedy;

	OperationsConfigurationException(String description, String remedy, @Nullable Throwable cause) {
		super(description, cause);
		this.remedy = remedy;
	}

	static OperationsConfigurationException of(String key, @Nullable Object value, @Nullable String fault,
			String remedy) {
		return new OperationsConfigurationException("Property '" + key + "' is '" + value + "', but " + fault + ".",
				remedy, null);
	}

	String getRemedy() {
		return this.remedy;
	}

}
