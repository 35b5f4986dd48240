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
 * Auto-configuration for the {@link OperationTracker}.
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

	// Last, so that listeners of the event see what all handlers have done.
	@Bean("io.operations.operationOutcomePublisher")
	@Order(Ordered.LOWEST_PRECEDENCE)
	OutcomePublisher operationOutcomePublisher(ApplicationContext context) {
		return new OutcomePublisher(context);
	}

	@Bean("io.operations.operationsTrackingEngine")
	TrackingEngine operationsTrackingEngine(OperationsTemplate template, OperationsTrackingProperties properties,
			ObjectProvider<OperationOutcomeHandler> handlers, ObjectProvider<TrackingListener> listeners) {
		// Resolved later: a handler may need the tracker to track further operations, and
		// a listener may need it to read tracked operations.
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

	// The store and the engine are resolved later: a bean that the template needs, such
	// as a listener, may need the tracker. The lifecycle creates both at startup.
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
