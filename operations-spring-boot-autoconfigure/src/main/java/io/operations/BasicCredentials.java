package io.operations;

import java.nio.charset.StandardCharsets;

import org.springframework.http.HttpHeaders;
import org.springframework.util.Assert;

/**
 * Holds a user name and a password for HTTP Basic authentication: an API key SID and its
 * secret, or an account SID and its auth token. {@link #toString} does not show the
 * password.
 *
 * @since 0.1.0
 */
public final class BasicCredentials {

	private final String username;

	private final String authorization;

	/**
	 * Create the credentials.
	 * @param username the user name, not blank, without a colon
	 * @param password the password, not blank
	 */
	public BasicCredentials(String username, String password) {
		Assert.hasText(username, "'username' must not be blank");
		Assert.isTrue(username.indexOf(':') < 0, "'username' must not contain a colon");
		Assert.hasText(password, "'password' must not be blank");
		this.username = username;
		this.authorization = "Basic " + HttpHeaders.encodeBasicAuth(username, password, StandardCharsets.UTF_8);
	}

	/**
	 * Return the user name.
	 * @return the user name
	 */
	public String username() {
		return this.username;
	}

	/**
	 * Return the value of the {@code Authorization} header. The value is a secret.
	 * @return the header's value
	 */
	public String authorization() {
		return this.authorization;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof BasicCredentials that && this.authorization.equals(that.authorization);
	}

	@Override
	public int hashCode() {
		return this.authorization.hashCode();
	}

	@Override
	public String toString() {
		return "BasicCredentials[username=" + this.username + ", password=******]";
	}

}
