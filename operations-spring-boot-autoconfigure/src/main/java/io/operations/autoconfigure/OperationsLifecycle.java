package io.operations.autoconfigure;

import io.operations.core.OperationsTemplate;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/**
 * Ends all waits when the context stops, before a web server waits for the requests that
 * wait for them. Fetches go on until the templates are closed.
 */
final class OperationsLifecycle implements SmartLifecycle {

	private final ObjectProvider<OperationsTemplate> templates;

	private volatile boolean running;

	OperationsLifecycle(ObjectProvider<OperationsTemplate> templates) {
		this.templates = templates;
	}

	@Override
	public void start() {
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		this.templates.stream(ObjectProvider.UNFILTERED, false).forEach(OperationsTemplate::endWaits);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}
