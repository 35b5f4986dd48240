package io.operations.autoconfigure;

import java.util.function.Consumer;

import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Ends all waits of this context's templates, also of registered ones, when the context
 * stops, and refuses further waits. The end comes after the grace period of the web
 * server, in which waiting requests may finish, and before the server and the resources
 * of the waits are closed. Fetches continue until the templates are closed.
 */
final class OperationsLifecycle implements SmartLifecycle {

	/**
	 * The phase, between {@code GRACEFUL_SHUTDOWN_PHASE} and
	 * {@code START_STOP_LIFECYCLE_PHASE} of Spring Boot's
	 * {@code WebServerApplicationContext}. Not every application has this class.
	 */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1536;

	private static final String CLIENTS = "io.operations.operationsClients";

	private final ConfigurableListableBeanFactory beanFactory;

	private volatile boolean running;

	OperationsLifecycle(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void start() {
		this.running = true;
		each(TemplateInternals::acceptWaits);
	}

	@Override
	public void stop() {
		this.running = false;
		each(TemplateInternals::endWaits);
	}

	// Skips the templates of a parent context, which continue, and those not created yet.
	private void each(Consumer<TemplateInternals> action) {
		ListableBeanFactory own = this.beanFactory;
		for (String name : own.getBeanNamesForType(OperationsTemplate.class, false, false)) {
			if (this.beanFactory.containsSingleton(name)) {
				apply(action, own.getBean(name, OperationsTemplate.class));
			}
		}
		if (this.beanFactory.containsSingleton(CLIENTS)) {
			own.getBean(CLIENTS, OperationsClients.class).registered().forEach((template) -> apply(action, template));
		}
	}

	private static void apply(Consumer<TemplateInternals> action, OperationsTemplate template) {
		TemplateInternals internals = TemplateInternals.ofUnlessMocked(template);
		if (internals != null) {
			action.accept(internals);
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
