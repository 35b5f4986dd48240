package io.operations.autoconfigure.tracking;

import java.util.List;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.OperationsConfigurationException;
import io.operations.autoconfigure.TemplateParts;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.ClientTrackingFactory;
import io.operations.internal.tracking.InstanceName;
import io.operations.internal.tracking.MemoryTrackingStores;
import io.operations.internal.tracking.RoutingOperationTracker;
import io.operations.internal.tracking.StoreTracking;
import io.operations.internal.tracking.TrackedClients;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.internal.tracking.TrackingListeners;
import io.operations.internal.tracking.TrackingLog;
import io.operations.internal.tracking.TrackingSettings;
import io.operations.observation.DeliveryObservations;
import io.operations.observation.OperationDeliveryObservationConvention;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingStoreFactory;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
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

	@Bean("io.operations.operationsInstanceName")
	@ConditionalOnMissingBean
	InstanceName operationsInstanceName(OperationsTrackingProperties properties) {
		String name = properties.getJdbc().getInstanceName();
		return (name != null) ? new InstanceName(name) : InstanceName.create();
	}

	// Last, so that listeners of the event see what all handlers have done.
	@Bean("io.operations.operationOutcomePublisher")
	@Order(Ordered.LOWEST_PRECEDENCE)
	OutcomePublisher operationOutcomePublisher(ApplicationContext context) {
		return new OutcomePublisher(context);
	}

	@Bean("io.operations.operationsTrackedClients")
	@ConditionalOnMissingBean
	TrackedClients operationsTrackedClients(OperationsTemplate template, ObjectProvider<OperationsClients> clients,
			ConfigurableListableBeanFactory beans) {
		return new TrackedTemplates(template, clients.getIfAvailable(() -> TemplateParts.clients(beans)));
	}

	@Bean("io.operations.operationsTrackingStores")
	@ConditionalOnMissingBean({ TrackingStoreFactory.class, ClientTrackingFactory.class })
	@ConditionalOnTrackingStore(OperationsTrackingProperties.Store.MEMORY)
	MemoryTrackingStores operationsTrackingStores(OperationsTrackingProperties properties) {
		return new MemoryTrackingStores(TrackingSettingsCheck.settings(properties).maxTracked());
	}

	@Bean("io.operations.operationsClientTrackings")
	@ConditionalOnBean(TrackingStoreFactory.class)
	@ConditionalOnMissingBean(ClientTrackingFactory.class)
	ClientTrackingFactory operationsClientTrackings(TrackingStoreFactory stores) {
		return (engine) -> new StoreTracking(engine, stores.create(engine.client()), Schedulers.boundedElastic());
	}

	@Bean("io.operations.operationsDeliveryObservations")
	@ConditionalOnMissingBean
	DeliveryObservations operationsDeliveryObservations(ConfigurableListableBeanFactory beans,
			ObjectProvider<OperationDeliveryObservationConvention> conventions,
			ObjectProvider<DeliveryObservations.Scopes> scopes) {
		return new DeliveryObservations(TemplateParts.observationRegistry(beans), conventions.getIfUnique(),
				scopes.getIfAvailable(() -> DeliveryObservations.Scopes.NONE));
	}

	// All parts except the settings are resolved later, because a handler, a listener or
	// another bean that a template needs may need the tracker to track further
	// operations. The lifecycle resolves them at startup.
	@Bean("io.operations.operationTracker")
	RoutingOperationTracker operationTracker(OperationsTrackingProperties properties,
			ObjectProvider<TrackedClients> clients, ObjectProvider<ClientTrackingFactory> trackings,
			ObjectProvider<OperationOutcomeHandler> handlers, ObjectProvider<TrackingListener> listeners,
			ObjectProvider<DeliveryObservations> observations) {
		TrackingSettings settings = TrackingSettingsCheck.settings(properties);
		SingletonSupplier<List<OperationOutcomeHandler>> handlersLater = SingletonSupplier
			.of(() -> handlers.orderedStream().toList());
		SingletonSupplier<List<TrackingListener>> listenersLater = SingletonSupplier
			.of(() -> listeners.orderedStream().toList());
		TrackingListeners listener = new TrackingListeners(listenersLater::obtain);
		return new RoutingOperationTracker(SingletonSupplier.of(clients::getObject)::obtain,
				(polls) -> new TrackingEngine(polls, settings, handlersLater::obtain, listener,
						observations.getObject()),
				SingletonSupplier.of(() -> required(trackings))::obtain, listener, Schedulers.boundedElastic());
	}

	@Bean("io.operations.operationsTrackingLifecycle")
	@Lazy(false)
	TrackingLifecycle operationsTrackingLifecycle(ObjectProvider<RoutingOperationTracker> trackers,
			ObjectProvider<ClientTrackingFactory> trackings, ObjectProvider<TrackingStoreFactory> stores,
			ObjectProvider<TrackingListener> listeners) {
		required(trackings);
		// A listener, for example of the meters, expects to be notified of the clients.
		boolean whenUsed = stores.getIfAvailable() instanceof MemoryTrackingStores
				&& listeners.stream().allMatch(TrackingLog.class::isInstance);
		// A test may have replaced the tracker with a mock.
		RoutingOperationTracker tracker = trackers.getIfAvailable();
		if (tracker != null && !whenUsed) {
			tracker.open();
		}
		return new TrackingLifecycle(tracker, whenUsed);
	}

	private static ClientTrackingFactory required(ObjectProvider<ClientTrackingFactory> trackings) {
		ClientTrackingFactory factory = trackings.getIfAvailable();
		if (factory == null) {
			throw new OperationsConfigurationException(
					"Property 'operations.tracking.store' is 'jdbc', but required libraries are missing.",
					"Add the dependencies org.springframework.boot:spring-boot-starter-jdbc and"
							+ " com.github.kagkarlsson:db-scheduler (the core, not its starter, in the version that the"
							+ " documentation names), and add the JDBC driver of your database. Or set"
							+ " operations.tracking.store=memory.",
					null);
		}
		return factory;
	}

}
