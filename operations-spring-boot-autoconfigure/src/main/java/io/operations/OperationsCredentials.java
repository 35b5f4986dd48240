package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * Where the credentials of a request come from. Asked for each request, so that a
 * rotation needs no restart.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsCredentials {

	/**
	 * Return the credentials to send now. Called on the thread that sends the request,
	 * often one of an event loop: it must not block.
	 * @return the credentials
	 */
	BasicCredentials get();

	/**
	 * Return where these credentials are set, for health to say what to correct when they
	 * are refused: properties, variables, a bean. No secret.
	 * @return where they are set, {@code null} if it is where the client is built
	 */
	default @Nullable String origin() {
		return null;
	}

	/**
	 * Return credentials that never change.
	 * @param username the API key SID or the account SID
	 * @param password the API key's secret or the auth token
	 * @return the credentials
	 */
	static OperationsCredentials of(String username, String password) {
		BasicCredentials credentials = new BasicCredentials(username, password);
		return () -> credentials;
	}

}
