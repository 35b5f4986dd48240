package io.operations.autoconfigure;

import io.operations.BasicCredentials;
import io.operations.OperationsCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * Returns the credentials of the connection details, read again for each request.
 *
 * @param details the connection details
 */
record ConnectionDetailsCredentials(OperationsConnectionDetails details) implements OperationsCredentials {

	@Override
	public BasicCredentials get() {
		return this.details.getCredentials();
	}

	@Override
	public @Nullable String origin() {
		if (this.details instanceof ClientConnectionDetails client) {
			return new ConnectionDetailsCredentials(client.source()).origin();
		}
		if (this.details instanceof PropertiesOperationsConnectionDetails properties) {
			return properties.origin();
		}
		// For a lambda, this names the class that declares it.
		String type = ClassUtils.getUserClass(this.details).getName();
		int lambda = type.indexOf("$$");
		return "the credentials of the OperationsConnectionDetails bean ("
				+ ((lambda > 0) ? type.substring(0, lambda) : type) + ")";
	}

	@Override
	public String toString() {
		return "ConnectionDetailsCredentials";
	}

}
