package io.operations.autoconfigure.tracking;

import java.util.List;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.OperationsConfigurationException;
import io.operations.autoconfigure.TemplateParts;
import io.operations.core.OperationsTemplate;
import io.operations.tracking.DefaultOperationTracker;
import io.operations.tracking.MemoryTrackingStore;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingEngine;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingListeners;
import io.operations.tracking.TrackingLog;
import io.operations.tracking.TrackingStore;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.util.function.SingletonSupplier;

/**
 * Auto-configuration of the {@link OperationTracker}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsAutoConfiguration.class,
		afterName = { "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
				"org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration" })
@ConditionalOnSingleCandidate(OperationsTemplate.class)
@ConditionalOnMissingBean(OperationTracker.class)
@EnableConfigurationProperties(OperationsTrackingProperties.class)
@Import(JdbcTrackingConfiguration.class)
public final class OperationsTrackingAutoConfiguration {

	@Bean("io.operations.operationsTrackingLog")
	@ConditionalOnMissingBean
	TrackingLog operationsTrackingLog() {
		return new TrackingLog();
	}

	// After all handlers: a listener of the event sees what they did.
	@Bean("io.operations.operationOutcomePublisher")
	@Order(Ordered.LOWEST_PRECEDENCE)
	OutcomePublisher operationOutcomePublisher(ApplicationContext context) {
		return new OutcomePublisher(context);
	}

	@Bean("io.operations.operationsTrackingEngine")
	TrackingEngine operationsTrackingEngine(OperationsTemplate template, OperationsTrackingProperties properties,
			ObjectProvider<OperationOutcomeHandler> handlers, ObjectProvider<TrackingListener> listeners) {
		// Later, since a handler may want to track what it begins, and a listener to look
		// at what is tracked.
		SingletonSupplier<List<OperationOutcomeHandler>> handlersLater = SingletonSupplier
			.of(() -> handlers.orderedStream().toList());
		SingletonSupplier<List<TrackingListener>> listenersLater = SingletonSupplier
			.of(() -> listeners.orderedStream().toList());
		return new TrackingEngine(TemplateParts.polls(template), TrackingSettingsCheck.settings(properties),
				handlersLater::obtain, new TrackingListeners(listenersLater::obtain));
	}

	@Bean("io.operations.operationsTrackingStore")
	@ConditionalOnMissingBean
	@ConditionalOnTrackingStore(OperationsTrackingProperties.Store.MEMORY)
	TrackingStore operationsTrackingStore(TrackingEngine engine) {
		return new MemoryTrackingStore(engine, Schedulers.boundedElastic());
	}

	// The others later, since what the template is made of, such as a listener, may want
	// to track. The lifecycle needs them at the start in any case.
	@Bean("io.operations.operationTracker")
	OperationTracker operationTracker(ObjectProvider<TrackingStore> stores, ObjectProvider<TrackingEngine> engines) {
		return new DefaultOperationTracker(SingletonSupplier.of(() -> required(stores))::obtain,
				SingletonSupplier.of(engines::getObject)::obtain, Schedulers.boundedElastic());
	}

	@Bean("io.operations.operationsTrackingLifecycle")
	@Lazy(false)
	TrackingLifecycle operationsTrackingLifecycle(ObjectProvider<TrackingStore> stores) {
		return new TrackingLifecycle(required(stores));
	}

	private static TrackingStore required(ObjectProvider<TrackingStore> stores) {
		TrackingStore store = stores.getIfAvailable();
		if (store == null) {
			throw new OperationsConfigurationException(
					"Property 'operations.tracking.store' is 'jdbc', but required libraries are missing.",
					"Add the dependencies org.springframework.boot:spring-boot-starter-jdbc and"
							+ " com.github.kagkarlsson:db-scheduler (the core, not its starter, in the version that the"
							+ " documentation names), and add the JDBC driver of your database. Or set"
							+ " operations.tracking.store=memory.",
					null);
		}
		return store;
	}

}
