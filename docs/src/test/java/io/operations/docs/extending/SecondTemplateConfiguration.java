package io.operations.docs.extending;

import io.operations.OperationsCredentials;
import io.operations.OperationsProduct;
import io.operations.core.OperationsTemplate;
import io.operations.resilience.RateLimitSettings;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A template for another product, and one for another account.
 */
@Configuration(proxyBeanMethods = false)
class SecondTemplateConfiguration {

	@Bean(defaultCandidate = false)
	OperationsTemplate memoryOperations(OperationsTemplate.Builder builder) {
		return builder.name("memory").product(OperationsProduct.MEMORY).build();
	}

	@Bean(defaultCandidate = false)
	OperationsTemplate otherAccountOperations(OperationsTemplate.Builder builder,
			@Value("${other-account.api-key}") String apiKey, @Value("${other-account.secret}") String secret) {
		return builder.name("other").credentials(OperationsCredentials.of(apiKey, secret)).build();
	}

	@Bean(defaultCandidate = false)
	OperationsTemplate slowOperations(OperationsTemplate.Builder builder) {
		return builder.name("slow").rateLimit(new RateLimitSettings(5, 4, 1000)).build();
	}

}
