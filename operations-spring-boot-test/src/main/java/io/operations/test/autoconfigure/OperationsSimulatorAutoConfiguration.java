package io.operations.test.autoconfigure;

import io.operations.OperationsCredentials;
import io.operations.autoconfigure.OperationsConnectionDetails;
import io.operations.test.OperationsSimulator;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * Auto-configures the simulator. Only {@link AutoConfigureOperationsSimulator} imports
 * this class.
 *
 * @since 0.1.0
 */
@AutoConfiguration(beforeName = "io.operations.autoconfigure.OperationsAutoConfiguration")
public final class OperationsSimulatorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	OperationsSimulator operationsSimulator() {
		return OperationsSimulator.start();
	}

	// Primary, because the application under test may declare its own connection details.
	@Bean
	@Primary
	OperationsConnectionDetails operationsSimulatorConnectionDetails(OperationsSimulator simulator) {
		return new SimulatorConnectionDetails(simulator);
	}

	/**
	 * Provides the base URL and the credentials of the simulator.
	 */
	private static final class SimulatorConnectionDetails implements OperationsConnectionDetails {

		private final OperationsSimulator simulator;

		private final OperationsCredentials credentials;

		private SimulatorConnectionDetails(OperationsSimulator simulator) {
			this.simulator = simulator;
			this.credentials = simulator.credentials();
		}

		@Override
		public OperationsCredentials getCredentials() {
			return this.credentials;
		}

		@Override
		public String getBaseUrl() {
			return this.simulator.baseUrl();
		}

	}

}
