package io.operations.autoconfigure.tracking;

import java.sql.SQLException;

import javax.sql.DataSource;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.OperationsConfigurationException;
import io.operations.autoconfigure.OperationsProperties;
import io.operations.autoconfigure.OperationsProperties.AcrossInstances;
import io.operations.core.OperationsTemplate;
import io.operations.internal.resilience.jdbc.JdbcBudgetStore;
import io.operations.internal.tracking.jdbc.MissingColumns;
import io.operations.internal.tracking.jdbc.TrackingTables;
import io.operations.resilience.BudgetStore;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Auto-configuration for the rate that all instances share in a database.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = OperationsAutoConfiguration.class,
		afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@ConditionalOnClass({ DataSourceBuilder.class, DataSourceScriptDatabaseInitializer.class, JdbcClient.class })
@ConditionalOnBean(OperationsTemplate.class)
@Conditional(OnSharedRateLimitCondition.class)
@ConditionalOnMissingBean(BudgetStore.class)
@EnableConfigurationProperties(OperationsTrackingProperties.class)
@Import(DatabaseInitializationDependencyConfigurer.class)
@ImportRuntimeHints(TrackingRuntimeHints.class)
public final class SharedRateLimitAutoConfiguration {

	@Bean("io.operations.operationsBudgetSchemaInitializer")
	BudgetSchemaInitializer operationsBudgetSchemaInitializer(OperationsProperties client,
			OperationsTrackingProperties properties, @OperationsDataSource ObjectProvider<DataSource> marked,
			ObjectProvider<DataSource> dataSources) {
		return new BudgetSchemaInitializer(dataSource(client, marked, dataSources), DatabaseChoice.tables(properties),
				DatabaseInitializationMode.valueOf(properties.getJdbc().getInitializeSchema().name()));
	}

	// The store is created with the first template, so that an application without a
	// template has no thread of the store.
	@Bean("io.operations.operationsBudgetStore")
	@Lazy
	@DependsOnDatabaseInitialization
	JdbcBudgetStore operationsBudgetStore(OperationsProperties client, OperationsTrackingProperties properties,
			@OperationsDataSource ObjectProvider<DataSource> marked, ObjectProvider<DataSource> dataSources) {
		DataSource dataSource = dataSource(client, marked, dataSources);
		TrackingTables tables = DatabaseChoice.tables(properties).in(dataSource);
		try {
			return JdbcBudgetStore.open(dataSource, () -> OwnConnections.to(dataSource), tables.prefix());
		}
		catch (SQLException ex) {
			throw new OperationsConfigurationException(
					"The rate limit cannot be shared by all instances, because the tables " + tables.prefix()
							+ "budget and " + tables.prefix()
							+ "instance are missing, lack a column or cannot be reached: " + ex.getMessage(),
					advice(dataSource, tables, ex) + " Or set operations.rate-limit.across-instances=none: then each"
							+ " instance sends up to operations.rate-limit.requests-per-second.",
					ex);
		}
	}

	private static String advice(DataSource dataSource, TrackingTables tables, SQLException fault) {
		String columns = MissingColumns.advice(dataSource, tables, "resilience", fault);
		return (columns != null) ? columns
				: "Set operations.tracking.jdbc.initialize-schema=always to create them at startup, or create them"
						+ " with the script io/operations/resilience/jdbc/schema-postgresql.sql (or schema-h2.sql) of"
						+ " the library, for instance in a Flyway migration. If the database cannot be reached, check"
						+ " the properties spring.datasource.*.";
	}

	private static DataSource dataSource(OperationsProperties client, ObjectProvider<DataSource> marked,
			ObjectProvider<DataSource> dataSources) {
		return (client.getRateLimit().getAcrossInstances() == AcrossInstances.JDBC)
				? DatabaseChoice.dataSource(marked, dataSources, "operations.rate-limit.across-instances",
						"operations.rate-limit.across-instances=none")
				: DatabaseChoice.dataSource(marked, dataSources, "operations.tracking.store",
						"operations.tracking.store=memory");
	}

}
