package io.operations.autoconfigure.endpoint;

import java.util.LinkedHashSet;
import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of the actuator endpoint.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("management.endpoint.operations")
public class OperationsEndpointProperties {

	/**
	 * When to show the values of the attributes that operations are tracked with.
	 */
	private Show showValues = Show.NEVER;

	/**
	 * Roles that a user needs one of to be shown these values when authorized. When
	 * empty, all authenticated users are authorized.
	 */
	private final Set<String> roles = new LinkedHashSet<>();

	/**
	 * Return when values are shown.
	 * @return when values are shown
	 */
	public Show getShowValues() {
		return this.showValues;
	}

	/**
	 * Set when values are shown.
	 * @param showValues when values are shown
	 */
	public void setShowValues(Show showValues) {
		this.showValues = showValues;
	}

	/**
	 * Return the roles.
	 * @return the roles
	 */
	public Set<String> getRoles() {
		return this.roles;
	}

}
