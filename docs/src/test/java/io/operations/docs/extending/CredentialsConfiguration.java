package io.operations.docs.extending;

import io.operations.BasicCredentials;
import io.operations.autoconfigure.OperationsConnectionDetails;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Takes the credentials from a vault.
 */
@Configuration(proxyBeanMethods = false)
class CredentialsConfiguration {

	@Bean
	OperationsConnectionDetails connectionDetails(Vault vault) {
		return () -> new BasicCredentials(vault.apiKey(), vault.apiKeySecret());
	}

}
