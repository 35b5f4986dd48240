package io.operations.autoconfigure;

import java.util.List;

import io.operations.BasicCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Reads the credentials from the properties, or else from the vendor's environment
 * variables. Both halves of a pair come from the same source.
 */
final class PropertiesOperationsConnectionDetails implements OperationsConnectionDetails {

	private static final String VARIABLES = """

			or as environment variables: TWILIO_API_KEY and TWILIO_API_SECRET, or TWILIO_ACCOUNT_SID and \
			TWILIO_AUTH_TOKEN. To run the application without an operations client, set operations.enabled=false.""";

	private static final String WITH_CLIENTS = """
			 This removes the clients of operations.clients, too. If the application needs only those, set the \
			credentials of the top level to those of one of them.""";

	private final OperationsProperties properties;

	private final @Nullable Environment environment;

	private final String prefix;

	private volatile @Nullable Pair pair;

	/**
	 * Create the connection details.
	 * @param properties the properties
	 * @param environment the environment with the vendor's variables; {@code null} to use
	 * only the properties
	 * @param prefix the prefix of the properties, which ends with a dot
	 */
	PropertiesOperationsConnectionDetails(OperationsProperties properties, @Nullable Environment environment,
			String prefix) {
		this.properties = properties;
		this.environment = environment;
		this.prefix = prefix;
	}

	// The credentials are resolved only when a template is built, because an application
	// with its own template needs no credentials here.
	@Override
	public BasicCredentials getCredentials() {
		return pair().credentials();
	}

	/**
	 * Return the names of the keys that have the credentials.
	 * @return the two names
	 */
	String origin() {
		return pair().origin();
	}

	private Pair pair() {
		Pair found = this.pair;
		if (found == null) {
			found = find();
			this.pair = found;
		}
		return found;
	}

	private Pair find() {
		Pair found = ofProperties();
		if (found == null && this.environment != null) {
			found = ofEnvironment(this.environment);
		}
		if (found == null) {
			throw refused("No credentials are set: none of " + this.prefix + "api-key, " + this.prefix + "account-sid"
					+ ((this.environment != null) ? ", TWILIO_API_KEY and TWILIO_ACCOUNT_SID" : "") + " has a value."
					+ clientsWithout());
		}
		return found;
	}

	private String withClients() {
		return (this.properties.getClients().isEmpty() ? "" : WITH_CLIENTS) + Placeholders.IN_A_TEST;
	}

	private String clientsWithout() {
		if (this.properties.getClients().isEmpty()) {
			return "";
		}
		List<String> clients = this.properties.getClients()
			.entrySet()
			.stream()
			.filter((client) -> !hasAny(client.getValue()))
			.map((client) -> "operations.clients." + client.getKey() + ".api-key")
			.toList();
		return clients.isEmpty()
				? " The top level of operations.* is always a client, beside those of operations.clients, and needs"
						+ " credentials also if each of these has its own."
				: " These are also the credentials of each client without its own: " + String.join(", ", clients)
						+ " has no value either.";
	}

	/**
	 * Return whether properties set any part of credentials. A blank value counts,
	 * because a client must not use another account instead.
	 * @param properties the properties
	 * @return {@code true} if one of them is set
	 */
	static boolean hasAny(OperationsProperties properties) {
		return properties.getApiKey() != null || properties.getApiKeySecret() != null
				|| properties.getAccountSid() != null || properties.getAuthToken() != null;
	}

	private @Nullable Pair ofProperties() {
		Pair apiKey = pair("api-key", this.properties.getApiKey(), "api-key-secret", this.properties.getApiKeySecret());
		Pair account = pair("account-sid", this.properties.getAccountSid(), "auth-token",
				this.properties.getAuthToken());
		return (apiKey != null) ? apiKey : account;
	}

	private @Nullable Pair pair(String userKey, @Nullable String user, String secretKey, @Nullable String secret) {
		Placeholders.checkReplaceable(this.prefix + userKey, user);
		Placeholders.checkReplaceable(this.prefix + secretKey, secret);
		return check(this.prefix + userKey, user, this.prefix + secretKey, secret);
	}

	private @Nullable Pair ofEnvironment(Environment environment) {
		Pair apiKey = variables(environment, "TWILIO_API_KEY", "TWILIO_API_SECRET");
		// Many environments set the account SID next to an API key. That is no incomplete
		// pair.
		if (apiKey != null && !StringUtils.hasText(Placeholders.resolve(environment, "TWILIO_AUTH_TOKEN"))) {
			return apiKey;
		}
		Pair account = variables(environment, "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN");
		return (apiKey != null) ? apiKey : account;
	}

	private @Nullable Pair variables(Environment environment, String userKey, String secretKey) {
		return check(userKey, Placeholders.resolve(environment, userKey), secretKey,
				Placeholders.resolve(environment, secretKey));
	}

	private @Nullable Pair check(String userKey, @Nullable String user, String secretKey, @Nullable String secret) {
		boolean hasUser = StringUtils.hasText(user);
		boolean hasSecret = StringUtils.hasText(secret);
		if (!hasUser && !hasSecret) {
			return null;
		}
		if (user == null || secret == null || !hasUser || !hasSecret) {
			throw refused("The credentials are incomplete: " + (hasUser ? userKey : secretKey) + " has a value, but "
					+ (hasUser ? secretKey : userKey) + " has none.");
		}
		if (user.indexOf(':') >= 0) {
			throw refused(userKey + " contains a colon, but a SID never contains one.");
		}
		return new Pair(new BasicCredentials(user.trim(), secret.trim()), userKey + " and " + secretKey);
	}

	private OperationsConfigurationException refused(String fault) {
		return new OperationsConfigurationException(fault,
				action() + ((this.environment != null) ? VARIABLES + withClients() : ""), null);
	}

	private String action() {
		return """
				Set an API key and its secret (recommended), or the account SID and the auth token, as properties:

				    %1$sapi-key=SK...
				    %1$sapi-key-secret=...
				or
				    %1$saccount-sid=AC...
				    %1$sauth-token=...
				""".formatted(this.prefix);
	}

	/**
	 * Holds a pair of credentials and the names of its keys.
	 *
	 * @param credentials the credentials
	 * @param origin the names of the keys
	 */
	private record Pair(BasicCredentials credentials, String origin) {
	}

}
