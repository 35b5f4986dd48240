package io.operations.autoconfigure.endpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.operations.autoconfigure.ClientNames;
import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.OperationsConfigurationException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.util.PlaceholderResolutionException;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration that hides the secrets in {@code /actuator/env} and
 * {@code /actuator/configprops}, even if these endpoints always show values.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsAutoConfiguration.class)
@ConditionalOnClass(SanitizingFunction.class)
public final class OperationsSanitizingAutoConfiguration {

	// The keys that may contain a secret of the client, as users write them.
	private static final List<String> SECRETS = List.of("operations.api-key-secret", "operations.auth-token",
			"TWILIO_API_SECRET", "TWILIO_AUTH_TOKEN");

	@Bean("io.operations.operationsSanitizingFunction")
	SanitizingFunction operationsSanitizingFunction(Environment environment) {
		List<String> keys = secrets(environment);
		return (data) -> {
			Object value = data.getValue();
			boolean secret = isSecret(data.getKey().replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT))
					|| (value != null && showsSecret(value.toString(), keys, environment));
			return secret ? data.withSanitizedValue() : data;
		};
	}

	private static List<String> secrets(Environment environment) {
		List<String> keys = new ArrayList<>(SECRETS);
		try {
			for (String client : ClientNames.of(environment)) {
				String key = ClientNames.keyOf(client).toString();
				keys.add(key + ".api-key-secret");
				keys.add(key + ".auth-token");
			}
		}
		catch (OperationsConfigurationException | BindException ex) {
			// No client exists then. If operations are enabled, the start fails.
		}
		return keys;
	}

	// Accepts each spelling: operations.auth-token, OPERATIONS_AUTHTOKEN, authToken.
	private static boolean isSecret(String key) {
		return key.endsWith("authtoken") || key.endsWith("apikeysecret") || key.endsWith("twilioapisecret");
	}

	// Independent of the key: a placeholder variable, the command line, JSON.
	private static boolean showsSecret(String value, List<String> keys, Environment environment) {
		for (String key : keys) {
			String secret = secret(key, environment);
			if (StringUtils.hasText(secret) && value.contains(secret.trim())) {
				return true;
			}
		}
		return false;
	}

	private static @Nullable String secret(String key, Environment environment) {
		try {
			return environment.getProperty(key);
		}
		catch (PlaceholderResolutionException ex) {
			// No client is created with this value.
			return null;
		}
	}

}
