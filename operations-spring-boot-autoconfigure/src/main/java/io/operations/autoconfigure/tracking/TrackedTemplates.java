package io.operations.autoconfigure.tracking;

import java.util.LinkedHashMap;
import java.util.Map;

import io.operations.AcceptedOperation;
import io.operations.autoconfigure.TemplateParts;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.tracking.TrackedClients;

/**
 * Gives the tracker all clients of the application, and finds the client that serves an
 * operation. The default client is the only template of the application, or the primary
 * one.
 */
final class TrackedTemplates implements TrackedClients {

	private final String defaultName;

	private final OperationsTemplate defaultTemplate;

	private final OperationPolls defaultPolls;

	private final OperationsClients clients;

	TrackedTemplates(OperationsTemplate defaultTemplate, OperationsClients clients) {
		this.defaultTemplate = defaultTemplate;
		this.defaultName = TemplateParts.name(defaultTemplate);
		this.defaultPolls = TemplateParts.polls(defaultTemplate);
		this.clients = clients;
	}

	@Override
	public Map<String, OperationPolls> all() {
		Map<String, OperationPolls> all = new LinkedHashMap<>();
		all.put(this.defaultName, this.defaultPolls);
		this.clients.all().forEach((name, template) -> {
			OperationPolls polls = TemplateParts.pollsUnlessMocked(template);
			if (polls != null) {
				all.putIfAbsent(name, polls);
			}
		});
		return all;
	}

	@Override
	public void checkServed(String client, AcceptedOperation accepted) {
		OperationsTemplate template = client.equals(this.defaultName) ? this.defaultTemplate : this.clients.get(client);
		template.checkServed(accepted);
	}

	@Override
	public String serving(AcceptedOperation accepted) {
		try {
			return TemplateParts.name(this.clients.clientOf(accepted));
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(ex.getMessage()
					+ " To track an operation of a client that you choose, call OperationTracker.forClient(name).", ex);
		}
	}

}
