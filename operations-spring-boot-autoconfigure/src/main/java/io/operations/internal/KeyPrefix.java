package io.operations.internal;

import java.util.Map;

/**
 * Knows the prefix of the configuration keys of a client, which its messages name.
 *
 * @since 0.1.0
 */
public final class KeyPrefix {

	/**
	 * The prefix of the keys of the auto-configured client.
	 */
	public static final String DEFAULT = "operations";

	/**
	 * The attribute of a request that holds the prefix of the client that sends it.
	 */
	public static final String ATTRIBUTE = KeyPrefix.class.getName();

	private KeyPrefix() {
	}

	/**
	 * Return the prefix of the client that sends a request.
	 * @param attributes the attributes of the request
	 * @return the prefix, without a dot at its end
	 */
	public static String of(Map<String, ?> attributes) {
		return (attributes.get(ATTRIBUTE) instanceof String prefix) ? prefix : DEFAULT;
	}

}
