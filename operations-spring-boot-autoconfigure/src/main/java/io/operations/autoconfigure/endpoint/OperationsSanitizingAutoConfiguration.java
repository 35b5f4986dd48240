package io.operations.autoconfigure.endpoint;

import java.util.Locale;

import io.operations.autoconfigure.OperationsAutoConfiguration;

import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Keeps the secrets out of {@code /actuator/env} and {@code /actuator/configprops}, also
 * where their values are always shown.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsAutoConfiguration.class)
@ConditionalOnClass(SanitizingFunction.class)
public final class OperationsSanitizingAutoConfiguration {

	@Bean
	SanitizingFunction operationsSanitizingFunction() {
		return SanitizingFunction.sanitizeValue()
			.ifKeyMatches((key) -> isSecret(key.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT)));
	}

	// However the key is written: operations.auth-token, OPERATIONS_AUTHTOKEN, authToken.
	private static boolean isSecret(String key) {
		return key.endsWith("authtoken") || key.endsWith("apikeysecret") || key.endsWith("twilioapisecret");
	}

}
