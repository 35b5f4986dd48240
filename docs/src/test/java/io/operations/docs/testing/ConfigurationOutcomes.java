package io.operations.docs.testing;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;

import org.springframework.stereotype.Component;

/**
 * A handler to test.
 */
@Component
class ConfigurationOutcomes implements OperationOutcomeHandler {

	private final Map<String, OperationOutcome.Type> states = new ConcurrentHashMap<>();

	@Override
	public void handle(OperationOutcome outcome) {
		this.states.put(outcome.attributes().getOrDefault("configuration", "none"), outcome.type());
	}

	OperationOutcome.Type stateOf(String configuration) {
		return this.states.get(configuration);
	}

}
