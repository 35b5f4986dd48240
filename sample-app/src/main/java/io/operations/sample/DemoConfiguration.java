package io.operations.sample;

import java.time.Duration;

import io.operations.BasicCredentials;
import io.operations.autoconfigure.OperationsConnectionDetails;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/**
 * Connects the sample to a simulated server in its own process, so that it runs without
 * an account.
 */
@Configuration(proxyBeanMethods = false)
@Profile("demo")
class DemoConfiguration {

	@Bean
	OperationsSimulator operationsSimulator() {
		return OperationsSimulator.builder()
			.defaultScript(OperationScript.completed().pending(Duration.ofSeconds(1)).running(Duration.ofSeconds(4)))
			.start();
	}

	@Bean
	OperationsConnectionDetails simulatorConnectionDetails(OperationsSimulator simulator) {
		return new OperationsConnectionDetails() {

			@Override
			public BasicCredentials getCredentials() {
				return simulator.credentials().get();
			}

			@Override
			public String getBaseUrl() {
				return simulator.baseUrl();
			}

			// The simulator serves each product.
			@Override
			public OperationsConnectionDetails forClient(String client) {
				return this;
			}

		};
	}

}
