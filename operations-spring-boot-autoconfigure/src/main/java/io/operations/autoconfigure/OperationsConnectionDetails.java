package io.operations.autoconfigure;

import io.operations.OperationsCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the endpoint is and how to authenticate there. A bean of this type takes the
 * place of the {@code operations.*} properties and the environment variables that name
 * credentials.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsConnectionDetails extends ConnectionDetails {

	/**
	 * Return the credentials. Called once at the start, which fails without any, and then
	 * for each request, on the thread that sends it: must not block.
	 * @return the credentials, asked for their value at each request, too
	 */
	OperationsCredentials getCredentials();

	/**
	 * Return the base URL, the only origin that credentials are sent to.
	 * @return the base URL, {@code null} for that of the properties
	 */
	default @Nullable String getBaseUrl() {
		return null;
	}

}
