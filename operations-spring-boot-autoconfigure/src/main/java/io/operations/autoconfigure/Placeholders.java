package io.operations.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;
import org.springframework.util.PlaceholderResolutionException;

/**
 * Rejects a value with an unresolved placeholder. Spring Boot binds this value unchanged,
 * and the client would send the text of the placeholder as a password.
 */
final class Placeholders {

	private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{\\s*([A-Za-z_][\\w.-]*)\\s*(:[^}]*)?}");

	/**
	 * What to do in a test that needs no credentials.
	 */
	static final String IN_A_TEST = " In a test, annotate the class with @AutoConfigureOperationsSimulator"
			+ " (operations-spring-boot-test): it needs no credentials.";

	private Placeholders() {
	}

	/**
	 * Check the value of a property.
	 * @param key the key of the property
	 * @param value the bound value, which may be secret and is not shown
	 * @throws OperationsConfigurationException if the value contains a placeholder
	 */
	static void check(String key, @Nullable String value) {
		check(key, value, "");
	}

	/**
	 * Check the value of a property that the simulator of a test replaces.
	 * @param key the key of the property
	 * @param value the bound value, which may be secret and is not shown
	 * @throws OperationsConfigurationException if the value contains a placeholder
	 */
	static void checkReplaceable(String key, @Nullable String value) {
		check(key, value, IN_A_TEST);
	}

	private static void check(String key, @Nullable String value, String furtherAction) {
		if (value == null || !value.contains("${")) {
			return;
		}
		Matcher matcher = PLACEHOLDER.matcher(value);
		throw refused("Property '" + key + "'", matcher.find() ? matcher.group(1) : null, furtherAction);
	}

	/**
	 * Return the value of a variable.
	 * @param environment the environment
	 * @param variable the name of the variable
	 * @return its value, {@code null} if it has none
	 * @throws OperationsConfigurationException if the value contains an unresolved
	 * placeholder
	 */
	static @Nullable String resolve(Environment environment, String variable) {
		try {
			return environment.getProperty(variable);
		}
		catch (PlaceholderResolutionException ex) {
			// The exception is not passed on as the cause, because its message shows the
			// whole value.
			throw refused("Variable '" + variable + "'", ex.getPlaceholder(), IN_A_TEST);
		}
	}

	private static OperationsConfigurationException refused(String holder, @Nullable String name,
			String furtherAction) {
		if (name == null) {
			return new OperationsConfigurationException(holder + " contains '${', but no valid placeholder.",
					"Write the placeholder in the form ${NAME}, or replace it with the value." + furtherAction, null);
		}
		return new OperationsConfigurationException(
				holder + " contains the placeholder ${" + name + "}, but " + name + " has no value.",
				"Set " + name + " as an environment variable or as a property, or replace the placeholder"
						+ " with the value." + furtherAction,
				null);
	}

}
