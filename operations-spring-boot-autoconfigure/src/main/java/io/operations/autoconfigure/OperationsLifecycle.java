package io.operations.autoconfigure;

import java.util.function.Consumer;

import io.operations.core.OperationsTemplate;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Ends all waits of the templates of this context when it stops: after a web server had
 * its grace, in which requests that wait may go on, and before the server and what the
 * waits use are closed. Further waits are refused then. Fetches go on until the templates
 * are closed.
 */
final class OperationsLifecycle implements SmartLifecycle {

	/**
	 * The phase: between {@code GRACEFUL_SHUTDOWN_PHASE} and
	 * {@code START_STOP_LIFECYCLE_PHASE} of Spring Boot's
	 * {@code WebServerApplicationContext}, which not every application has.
	 */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1536;

	private final ConfigurableListableBeanFactory beanFactory;

	private volatile boolean running;

	OperationsLifecycle(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void start() {
		this.running = true;
		each(OperationsTemplate::acceptWaits);
	}

	@Override
	public void stop() {
		this.running = false;
		each(OperationsTemplate::endWaits);
	}

	// Not those of a parent, which go on, and none that would have to be made first.
	private void each(Consumer<OperationsTemplate> action) {
		ListableBeanFactory own = this.beanFactory;
		for (String name : own.getBeanNamesForType(OperationsTemplate.class, false, false)) {
			if (this.beanFactory.containsSingleton(name)) {
				action.accept(own.getBean(name, OperationsTemplate.class));
			}
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
