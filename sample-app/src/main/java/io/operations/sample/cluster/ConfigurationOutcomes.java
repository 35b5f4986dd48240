package io.operations.sample.cluster;

import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;

import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Told how each operation ended, by whichever instance saw it.
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
