package io.operations.autoconfigure;

import io.operations.OperationsCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Credentials from the properties or else from the vendor's own environment variables, as
 * a whole pair of one source, never a half of each.
 */
final class PropertiesOperationsConnectionDetails implements OperationsConnectionDetails {

	private static final String REMEDY = """
			Set an API key (recommended) or the account's own pair, as properties:

			    operations.api-key=SK...
			    operations.api-key-secret=...
			or
			    operations.account-sid=AC...
			    operations.auth-token=...

			or as environment variables: TWILIO_API_KEY and TWILIO_API_SECRET, or TWILIO_ACCOUNT_SID and \
			TWILIO_AUTH_TOKEN. To run without an operations client, set operations.enabled=false.""";

	private final OperationsCredentials credentials;

	PropertiesOperationsConnectionDetails(OperationsProperties properties, Environment environment) {
		OperationsCredentials found = firstOf(
				pair("operations.api-key", properties.getApiKey(), "operations.api-key-secret",
						properties.getApiKeySecret()),
				pair("operations.account-sid", properties.getAccountSid(), "operations.auth-token",
						properties.getAuthToken()));
		if (found == null) {
			found = firstOf(pair(environment, "TWILIO_API_KEY", "TWILIO_API_SECRET"),
					pair(environment, "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"));
		}
		if (found == null) {
			throw new OperationsConfigurationException(
					"No credentials are set: none of operations.api-key, operations.account-sid, TWILIO_API_KEY and"
							+ " TWILIO_ACCOUNT_SID has a value.",
					REMEDY, null);
		}
		this.credentials = found;
	}

	private static @Nullable OperationsCredentials firstOf(@Nullable OperationsCredentials apiKey,
			@Nullable OperationsCredentials account) {
		return (apiKey != null) ? apiKey : account;
	}

	private static @Nullable OperationsCredentials pair(Environment environment, String userKey, String secretKey) {
		// The account SID alone is no half pair: it is often set beside an API key.
		String user = environment.getProperty(userKey);
		String secret = environment.getProperty(secretKey);
		if (userKey.equals("TWILIO_ACCOUNT_SID") && !StringUtils.hasText(secret)) {
			return null;
		}
		return pair(userKey, user, secretKey, secret);
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
					"Half a pair of credentials is set: " + (hasUser ? userKey : secretKey) + " has a value, "
							+ (hasUser ? secretKey : userKey) + " has none.",
					REMEDY, null);
		}
		if (user.indexOf(':') >= 0) {
			throw new OperationsConfigurationException(userKey + " holds a colon, which no SID does.", REMEDY, null);
		}
		return OperationsCredentials.of(user.trim(), secret.trim());
	}

	@Override
	public OperationsCredentials getCredentials() {
		return this.credentials;
	}

}
