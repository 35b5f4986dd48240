package io.operations.autoconfigure;

import java.util.regex.Pattern;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.core.env.Environment;

/**
 * Knows the keys that a client of {@code operations.clients.*} sets itself. Its other
 * properties are those of the top level.
 *
 * @param client the name of the client
 * @param environment the environment with the properties
 */
record ClientKeys(String client, Environment environment) {

	private static final Pattern KEY = Pattern
		.compile("(?<![\\w./-])operations\\.(?!clients\\.)([a-z][a-z0-9.-]*[a-z0-9](?:\\.\\[[^\\[\\]]*\\])?)");

	/**
	 * Return a key of the client.
	 * @param key the key below the client's name, for example {@code base-url}
	 * @return the whole key
	 */
	String of(String key) {
		return prefix() + "." + key;
	}

	/**
	 * Return the prefix of the keys of the client.
	 * @return the prefix, without a dot at its end
	 */
	String prefix() {
		return "operations.clients." + this.client;
	}

	/**
	 * Return whether the client sets a property itself.
	 * @param key the key below the client's name
	 * @return {@code true} if it does
	 */
	boolean isSet(String key) {
		ConfigurationPropertyName name = ClientNames.keyOf(this.client).append(key);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source.getConfigurationProperty(name) != null
					|| source.containsDescendantOf(name) == ConfigurationPropertyState.PRESENT) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Change an error message so that it names the client and the keys that the client
	 * sets itself.
	 * @param fault the exception for a property of the top level
	 * @return the exception for the client
	 */
	OperationsConfigurationException rename(OperationsConfigurationException fault) {
		String text = rename(String.valueOf(fault.getMessage()));
		boolean named = text.contains("'" + this.client + "'") || text.contains(of(""));
		return new OperationsConfigurationException(
				(named ? "" : "The client '" + this.client + "' cannot be created. ") + text, rename(fault.getAction()),
				fault);
	}

	private String rename(String text) {
		return KEY.matcher(text).replaceAll((found) -> isSet(found.group(1)) ? of(found.group(1)) : found.group());
	}

}
