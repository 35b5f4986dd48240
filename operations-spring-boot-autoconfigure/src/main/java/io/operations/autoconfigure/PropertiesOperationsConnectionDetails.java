package io.operations.autoconfigure;

import io.operations.BasicCredentials;
import io.operations.OperationsCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Reads the credentials from the properties, or else from the vendor's environment
 * variables. Both halves of a pair come from the same source.
 */
final class PropertiesOperationsConnectionDetails implements OperationsConnectionDetails {

	private static final String REMEDY = """
			Set an API key and its secret (recommended), or the account SID and the auth token, as properties:

			    operations.api-key=SK...
			    operations.api-key-secret=...
			or
			    operations.account-sid=AC...
			    operations.auth-token=...

			or as environment variables: TWILIO_API_KEY and TWILIO_API_SECRET, or TWILIO_ACCOUNT_SID and \
			TWILIO_AUTH_TOKEN. To run the application without an operations client, set operations.enabled=false."""
			+ Placeholders.IN_A_TEST;

	private final OperationsProperties properties;

	private final Environment environment;

	private volatile @Nullable OperationsCredentials credentials;

	PropertiesOperationsConnectionDetails(OperationsProperties properties, Environment environment) {
		this.properties = properties;
		this.environment = environment;
	}

	// Resolved only when a template is built: an application with its own template needs
	// no credentials here.
	@Override
	public OperationsCredentials getCredentials() {
		OperationsCredentials found = this.credentials;
		if (found == null) {
			found = find();
			this.credentials = found;
		}
		return found;
	}

	private OperationsCredentials find() {
		OperationsCredentials found = ofProperties();
		if (found == null) {
			found = ofEnvironment();
		}
		if (found == null) {
			throw new OperationsConfigurationException(
					"No credentials are set: none of operations.api-key, operations.account-sid, TWILIO_API_KEY and"
							+ " TWILIO_ACCOUNT_SID has a value.",
					REMEDY, null);
		}
		return found;
	}

	private @Nullable OperationsCredentials ofProperties() {
		Placeholders.checkReplaceable("operations.api-key", this.properties.getApiKey());
		Placeholders.checkReplaceable("operations.api-key-secret", this.properties.getApiKeySecret());
		Placeholders.checkReplaceable("operations.account-sid", this.properties.getAccountSid());
		Placeholders.checkReplaceable("operations.auth-token", this.properties.getAuthToken());
		OperationsCredentials apiKey = pair("operations.api-key", this.properties.getApiKey(),
				"operations.api-key-secret", this.properties.getApiKeySecret());
		OperationsCredentials account = pair("operations.account-sid", this.properties.getAccountSid(),
				"operations.auth-token", this.properties.getAuthToken());
		return (apiKey != null) ? apiKey : account;
	}

	private @Nullable OperationsCredentials ofEnvironment() {
		OperationsCredentials apiKey = pair("TWILIO_API_KEY", "TWILIO_API_SECRET");
		// Many environments set the account SID next to an API key. That is no incomplete
		// pair.
		if (apiKey != null && !StringUtils.hasText(variable("TWILIO_AUTH_TOKEN"))) {
			return apiKey;
		}
		OperationsCredentials account = pair("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN");
		return (apiKey != null) ? apiKey : account;
	}

	private @Nullable OperationsCredentials pair(String userKey, String secretKey) {
		return pair(userKey, variable(userKey), secretKey, variable(secretKey));
	}

	private @Nullable String variable(String name) {
		return Placeholders.resolve(this.environment, name);
	}

	private static @Nullable OperationsCredentials pair(String userKey, @Nullable String user, String secretKey,
			@Nullable String secret) {
		boolean hasUser = StringUtils.hasText(user);
		boolean hasSecret = StringUtils.hasText(secret);
		if (!hasUser && !hasSecret) {
			return null;
		}
		if (user == null || secret == null || !hasUser || !hasSecret) {
			throw new OperationsConfigurationException(
					"The credentials are incomplete: " + (hasUser ? userKey : secretKey) + " has a value, but "
							+ (hasUser ? secretKey : userKey) + " has none.",
					REMEDY, null);
		}
		if (user.indexOf(':') >= 0) {
			throw new OperationsConfigurationException(userKey + " contains a colon, but a SID never contains one.",
					REMEDY, null);
		}
		return new Pair(new BasicCredentials(user.trim(), secret.trim()), userKey + " and " + secretKey);
	}

	/**
	 * A pair of credentials and the names of its keys.
	 *
	 * @param get the credentials
	 * @param origin the keys
	 */
	private record Pair(BasicCredentials get, String origin) implements OperationsCredentials {
	}

}
