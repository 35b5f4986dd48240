package io.operations.docs.security;

import io.operations.BasicCredentials;
import io.operations.autoconfigure.OperationsConnectionDetails;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class VaultConfiguration {

	@Bean
	OperationsConnectionDetails connectionDetails(Vault vault) {
		return () -> new BasicCredentials(vault.apiKey(), vault.apiKeySecret());
	}

}
