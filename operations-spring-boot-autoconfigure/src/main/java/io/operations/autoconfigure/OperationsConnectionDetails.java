package io.operations.autoconfigure;

import io.operations.BasicCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Provides the base URL of the server and the credentials. A bean of this type replaces
 * the {@code operations.*} properties and the environment variables for credentials.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsConnectionDetails extends ConnectionDetails {

	/**
	 * Return the current credentials. The library calls this method once at startup,
	 * which fails if it returns none. The client then calls it for each request, on the
	 * thread that sends the request, so it must not block.
	 * @return the credentials for the next request
	 */
	BasicCredentials getCredentials();

	/**
	 * Return the base URL. The client sends the credentials only to its origin.
	 * @return the base URL, {@code null} for the value of {@code operations.base-url}
	 */
	default @Nullable String getBaseUrl() {
		return null;
	}

	/**
	 * Return the base URL and the credentials of a client of {@code operations.clients}.
	 * The library calls this method once for each client, at startup.
	 * @param client the name of the client
	 * @return its connection details; {@code null} if the client has the credentials and
	 * the base URL of its properties, and those of this object where it sets none
	 */
	default @Nullable OperationsConnectionDetails forClient(String client) {
		return null;
	}

}
