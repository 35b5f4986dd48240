package io.operations.test.autoconfigure;

import io.operations.BasicCredentials;
import io.operations.OperationsProduct;
import io.operations.autoconfigure.ClientNames;
import io.operations.autoconfigure.OperationsConnectionDetails;
import io.operations.autoconfigure.OperationsConnectorDecorator;
import io.operations.autoconfigure.OperationsTemplateBuilderCustomizer;
import io.operations.test.OperationsSimulator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configures the simulator. Only {@link AutoConfigureOperationsSimulator} imports
 * this class.
 *
 * @since 0.1.0
 */
@AutoConfiguration(beforeName = "io.operations.autoconfigure.OperationsAutoConfiguration")
public final class OperationsSimulatorAutoConfiguration {

	private static final Log logger = LogFactory.getLog("io.operations");

	@Bean
	@ConditionalOnMissingBean
	OperationsSimulator operationsSimulator() {
		return OperationsSimulator.start();
	}

	// The bean is primary, because the application under test may declare its own
	// connection details.
	@Bean
	@Primary
	OperationsConnectionDetails operationsSimulatorConnectionDetails(OperationsSimulator simulator,
			Environment environment) {
		// Logged for each simulator, also for a bean of the test.
		logger.info("All clients send their requests to the simulator at " + simulator.baseUrl());
		return new SimulatorConnectionDetails(simulator, Binder.get(environment));
	}

	// This is the innermost decorator, so that no request of a further client, whose base
	// URL may be the vendor's, leaves this machine.
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	OperationsConnectorDecorator operationsSimulatorConnectorDecorator(OperationsSimulator simulator) {
		return simulator::redirect;
	}

	// Runs before the customizers of the application, which may set another scheduler.
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	OperationsTemplateBuilderCustomizer operationsSimulatorTimeCustomizer(OperationsSimulator simulator) {
		return simulator::moveTimeOf;
	}

	/**
	 * Provides the base URL of the simulator and its credentials. A further client keeps
	 * the base URL of its own server, so that status URLs identify the client as in
	 * production. The redirected connector sends its requests to the simulator.
	 */
	private static final class SimulatorConnectionDetails implements OperationsConnectionDetails {

		private static final Bindable<String> TEXT = Bindable.of(String.class);

		private final OperationsSimulator simulator;

		private final BasicCredentials credentials;

		private final Binder binder;

		private SimulatorConnectionDetails(OperationsSimulator simulator, Binder binder) {
			this.simulator = simulator;
			this.credentials = simulator.credentials().get();
			this.binder = binder;
		}

		@Override
		public BasicCredentials getCredentials() {
			return this.credentials;
		}

		@Override
		public String getBaseUrl() {
			return this.simulator.baseUrl();
		}

		@Override
		public OperationsConnectionDetails forClient(String client) {
			String baseUrl = hasServerOfItsOwn(ClientNames.keyOf(client)) ? null : getBaseUrl();
			return new OperationsConnectionDetails() {

				@Override
				public BasicCredentials getCredentials() {
					return SimulatorConnectionDetails.this.credentials;
				}

				@Override
				public @Nullable String getBaseUrl() {
					return baseUrl;
				}

			};
		}

		private boolean hasServerOfItsOwn(ConfigurationPropertyName client) {
			String baseUrl = this.binder.bind(client.append("base-url"), TEXT).orElse(null);
			if (baseUrl != null) {
				// The variable of a placeholder need not have a value in a test.
				return !baseUrl.contains("${");
			}
			OperationsProduct top = product(ConfigurationPropertyName.of("operations"),
					OperationsProduct.CONVERSATIONS);
			return product(client, top) != top;
		}

		private OperationsProduct product(ConfigurationPropertyName prefix, OperationsProduct fallback) {
			return this.binder.bind(prefix.append("product"), Bindable.of(OperationsProduct.class)).orElse(fallback);
		}

	}

}
