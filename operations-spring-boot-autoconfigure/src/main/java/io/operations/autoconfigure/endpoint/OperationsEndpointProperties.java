package io.operations.autoconfigure.endpoint;

import java.util.LinkedHashSet;
import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Configuration properties of the actuator endpoint {@code operations}.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("management.endpoint.operations")
public class OperationsEndpointProperties {

	/**
	 * When to show the values of attributes of tracked operations, and the messages of
	 * exceptions of the application.
	 */
	private Show showValues = Show.NEVER;

	/**
	 * Roles that authorize a user to see these values. A user needs one of them. When
	 * empty, all authenticated users are authorized.
	 */
	private final Set<String> roles = new LinkedHashSet<>();

	/**
	 * Whether to keep a history of the 1,000 oldest or failing waits and tracked
	 * operations of this instance in memory.
	 */
	private boolean history = true;

	/**
	 * Return when the endpoint shows the values.
	 * @return when the endpoint shows the values
	 */
	public Show getShowValues() {
		return this.showValues;
	}

	/**
	 * Set when the endpoint shows the values.
	 * @param showValues when the endpoint shows the values
	 */
	public void setShowValues(Show showValues) {
		this.showValues = showValues;
	}

	/**
	 * Return the roles that authorize a user to see the values.
	 * @return the roles, empty if every authenticated user is authorized
	 */
	public Set<String> getRoles() {
		return this.roles;
	}

	/**
	 * Return whether the instance keeps a history of operations.
	 * @return whether it keeps a history
	 */
	public boolean isHistory() {
		return this.history;
	}

	/**
	 * Set whether the instance keeps a history of operations.
	 * @param history whether it keeps a history
	 */
	public void setHistory(boolean history) {
		this.history = history;
	}

}
