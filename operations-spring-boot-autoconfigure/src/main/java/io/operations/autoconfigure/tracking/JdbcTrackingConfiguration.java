package io.operations.autoconfigure.tracking;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import io.operations.internal.ReadableDuration;
import io.operations.internal.tracking.ClientTrackingFactory;
import io.operations.internal.tracking.InstanceName;
import io.operations.internal.tracking.TrackedClients;
import io.operations.internal.tracking.jdbc.JdbcTrackingSettings;
import io.operations.internal.tracking.jdbc.JdbcTrackingStores;
import io.operations.internal.tracking.jdbc.TrackingTables;
import io.operations.tracking.TrackingStoreFactory;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadata;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Configures the store in a database.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ Scheduler.class, JdbcClient.class, DataSourceScriptDatabaseInitializer.class })
@ConditionalOnTrackingStore(OperationsTrackingProperties.Store.JDBC)
@ConditionalOnMissingBean({ TrackingStoreFactory.class, ClientTrackingFactory.class })
@Import(DatabaseInitializationDependencyConfigurer.class)
@ImportRuntimeHints(TrackingRuntimeHints.class)
class JdbcTrackingConfiguration {

	private static final Log logger = LogFactory.getLog(JdbcTrackingConfiguration.class);

	private static final String THREADS = "operations-tracking-";

	private static final int SPARE_CONNECTIONS = 2;

	private static final int LOOKS = 4;

	private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(50);

	@Bean("io.operations.operationsTrackingSchemaInitializer")
	TrackingSchemaInitializer operationsTrackingSchemaInitializer(OperationsTrackingProperties properties,
			@OperationsDataSource ObjectProvider<DataSource> marked, ObjectProvider<DataSource> dataSources) {
		return new TrackingSchemaInitializer(dataSource(marked, dataSources), tables(properties),
				DatabaseInitializationMode.valueOf(properties.getJdbc().getInitializeSchema().name()));
	}

	@Bean("io.operations.operationsTrackingStores")
	@DependsOnDatabaseInitialization
	JdbcTrackingStores operationsTrackingStores(OperationsTrackingProperties properties, TrackedClients clients,
			@OperationsDataSource ObjectProvider<DataSource> marked, ObjectProvider<DataSource> dataSources,
			ObjectProvider<DataSourcePoolMetadataProvider> pools,
			ObjectProvider<PlatformTransactionManager> transactionManagers, InstanceName instanceName,
			Environment environment) {
		DataSource dataSource = dataSource(marked, dataSources);
		TrackingSettingsCheck.settings(properties);
		int maxInFlight = clients.all().values().iterator().next().maxInFlight();
		return new JdbcTrackingStores(dataSource, () -> transactionManagers(transactionManagers),
				settings(properties, instanceName, maxInFlight, environment, mostConnections(dataSource, pools)));
	}

	private static @Nullable Integer mostConnections(DataSource dataSource,
			ObjectProvider<DataSourcePoolMetadataProvider> pools) {
		DataSourcePoolMetadata pool = new CompositeDataSourcePoolMetadataProvider(pools.orderedStream().toList())
			.getDataSourcePoolMetadata(dataSource);
		return (pool != null) ? pool.getMax() : null;
	}

	// Handlers that hold all connections leave none for the heartbeats, so that other
	// instances take this one for dead and call the handlers again.
	private static int deliveries(int usual, @Nullable Integer mostConnections) {
		if (mostConnections == null || mostConnections < 1 || mostConnections - SPARE_CONNECTIONS >= usual) {
			return usual;
		}
		int deliveries = Math.max(1, mostConnections - SPARE_CONNECTIONS);
		if (deliveries < usual || mostConnections < deliveries + SPARE_CONNECTIONS) {
			logger.warn("The maximum size of the connection pool (spring.datasource.hikari.maximum-pool-size) is "
					+ mostConnections + ", but " + usual + " handlers of outcomes may run at once"
					+ " (operations.tracking.jdbc.deliveries), each with a connection. This instance runs at most "
					+ deliveries + " at once, to leave " + (mostConnections - deliveries)
					+ " for the lease, the polls and the heartbeats. Raise the first to " + (usual + SPARE_CONNECTIONS)
					+ ", and higher if handlers need a second connection, or lower the second.");
		}
		return deliveries;
	}

	// Puts the unique or primary manager first in the list, because handlers use it
	// unless they name another.
	private static List<PlatformTransactionManager> transactionManagers(
			ObjectProvider<PlatformTransactionManager> managers) {
		return Stream
			.concat(Stream.ofNullable(managers.getIfUnique()), managers.stream(ObjectProvider.UNFILTERED, false))
			.distinct()
			.toList();
	}

	private static DataSource dataSource(ObjectProvider<DataSource> marked, ObjectProvider<DataSource> dataSources) {
		return DatabaseChoice.dataSource(marked, dataSources, "operations.tracking.store",
				"operations.tracking.store=memory");
	}

	private static TrackingTables tables(OperationsTrackingProperties properties) {
		return DatabaseChoice.tables(properties);
	}

	private static JdbcTrackingSettings settings(OperationsTrackingProperties properties, InstanceName instanceName,
			int maxInFlight, Environment environment, @Nullable Integer mostConnections) {
		OperationsTrackingProperties.Jdbc jdbc = properties.getJdbc();
		int deliveries = (jdbc.getDeliveries() != null) ? jdbc.getDeliveries() : Math.max(1, maxInFlight / 2);
		TrackingSettingsCheck.check(deliveries >= 1, "jdbc.deliveries", deliveries, "it must be at least 1");
		Duration lease = jdbc.getLeaseDuration();
		TrackingSettingsCheck.positive("jdbc.look-interval", jdbc.getLookInterval());
		TrackingSettingsCheck.check(jdbc.getLookInterval().compareTo(lease.dividedBy(LOOKS)) <= 0, "jdbc.look-interval",
				jdbc.getLookInterval(), "it must be at most a quarter of operations.tracking.jdbc.lease-duration ("
						+ ReadableDuration.setting(lease) + "), because each look renews the lease");
		TrackingSettingsCheck.positive("jdbc.flush-interval", jdbc.getFlushInterval());
		TrackingSettingsCheck.atLeast(SHORTEST_HEARTBEAT, "jdbc.heartbeat-interval", jdbc.getHeartbeatInterval());
		TrackingSettingsCheck.check(jdbc.getMissedHeartbeats() >= JdbcTrackingSettings.FEWEST_MISSED_HEARTBEATS,
				"jdbc.missed-heartbeats", jdbc.getMissedHeartbeats(),
				"it must be at least " + JdbcTrackingSettings.FEWEST_MISSED_HEARTBEATS);
		TrackingSettingsCheck.positive("jdbc.shutdown-max-wait", jdbc.getShutdownMaxWait());
		String name = instanceName.value();
		TrackingSettingsCheck.check(!name.contains("${"), "jdbc.instance-name", name,
				"it contains a placeholder that has no value, so all instances would have the same name");
		TrackingSettingsCheck.check(!name.isBlank() && name.length() <= JdbcTrackingSettings.LONGEST_NAME,
				"jdbc.instance-name", name,
				"it must have between 1 and " + JdbcTrackingSettings.LONGEST_NAME + " characters");
		return new JdbcTrackingSettings(tables(properties), properties.getMaxHeld(), lease, jdbc.getLookInterval(),
				jdbc.getFlushInterval(), deliveries(deliveries, mostConnections), threadFactory(environment),
				jdbc.getHeartbeatInterval(), jdbc.getMissedHeartbeats(), jdbc.getShutdownMaxWait(), name);
	}

	private static ThreadFactory threadFactory(Environment environment) {
		if (Threading.VIRTUAL.isActive(environment)) {
			return new VirtualThreadTaskExecutor(THREADS).getVirtualThreadFactory();
		}
		CustomizableThreadFactory factory = new CustomizableThreadFactory(THREADS);
		factory.setDaemon(true);
		return factory;
	}

}
