package io.operations.autoconfigure.tracking;

import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.autoconfigure.TemplateParts;
import io.operations.core.OperationsTemplate;
import io.operations.polling.OperationPolls;
import io.operations.tracking.TrackedClients;

/**
 * The only template, or the primary one.
 */
final class TrackedTemplates implements TrackedClients {

	private final Map<String, OperationPolls> polls;

	TrackedTemplates(OperationsTemplate template) {
		this.polls = Map.of(TemplateParts.name(template), TemplateParts.polls(template));
	}

	@Override
	public Map<String, OperationPolls> all() {
		return this.polls;
	}

	@Override
	public String serving(AcceptedOperation accepted) {
		return this.polls.keySet().iterator().next();
	}

}
