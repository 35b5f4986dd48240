package io.operations;

import org.jspecify.annotations.Nullable;

/**
 * Supplies the credentials of requests. The client calls {@link #get} for each request,
 * so an application can rotate its credentials without a restart.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsCredentials {

	/**
	 * Return the credentials for the next request. The client calls this method on the
	 * thread that sends the request, often a thread of an event loop, so it must not
	 * block.
	 * @return the credentials
	 */
	BasicCredentials get();

	/**
	 * Return where these credentials are configured, for instance in properties, in
	 * environment variables or in a bean. The health indicator shows the text when the
	 * server rejects the credentials, so it must not contain a secret.
	 * @return where they are configured; {@code null} if the code that builds the client
	 * sets them
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
