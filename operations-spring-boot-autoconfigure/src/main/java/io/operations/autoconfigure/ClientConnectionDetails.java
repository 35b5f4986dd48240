package io.operations.autoconfigure;

import io.operations.BasicCredentials;
import org.jspecify.annotations.Nullable;

/**
 * Provides the base URL and the credentials of a client of {@code operations.clients.*}.
 * The credentials are the client's own, or else those of the top level.
 *
 * @param keys the keys of the client
 * @param own the client's own credentials, {@code null} if it sets none
 * @param top the connection details of the auto-configured template
 * @param sameServer whether the client has the base URL of the top level
 */
record ClientConnectionDetails(ClientKeys keys, @Nullable OperationsConnectionDetails own,
		OperationsConnectionDetails top, boolean sameServer) implements OperationsConnectionDetails {

	@Override
	public BasicCredentials getCredentials() {
		if (this.own != null) {
			return this.own.getCredentials();
		}
		try {
			return this.top.getCredentials();
		}
		catch (OperationsConfigurationException ex) {
			throw new OperationsConfigurationException(
					"The client '" + this.keys.client() + "' has no credentials: neither '" + this.keys.of("api-key")
							+ "' nor 'operations.api-key' is usable. " + ex.getMessage(),
					"Set " + this.keys.of("api-key") + " and " + this.keys.of("api-key-secret")
							+ ", or the credentials of the top level, which are the default of each client. "
							+ ex.getAction(),
					ex);
		}
	}

	@Override
	public @Nullable String getBaseUrl() {
		return this.sameServer ? this.top.getBaseUrl() : null;
	}

	/**
	 * Return the connection details that have the credentials.
	 * @return the client's own or those of the top level
	 */
	OperationsConnectionDetails source() {
		return (this.own != null) ? this.own : this.top;
	}

}
