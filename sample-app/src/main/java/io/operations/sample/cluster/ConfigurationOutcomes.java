package io.operations.sample.cluster;

import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;

import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Stores the outcome of each operation. The instance that saw the end calls it.
 */
@Component
@Profile("cluster")
class ConfigurationOutcomes implements OperationOutcomeHandler {

	private final Configurations configurations;

	ConfigurationOutcomes(Configurations configurations) {
		this.configurations = configurations;
	}

	@Override
	public void handle(OperationOutcome outcome) {
		this.configurations.ended(outcome);
	}

}
