package io.operations.autoconfigure.tracking;

import java.time.Duration;
import java.util.Properties;
import java.util.UUID;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.OperationsConfigurationException;
import io.operations.core.OperationsTemplate;
import io.operations.internal.resilience.jdbc.JdbcBudgetStore;
import io.operations.resilience.BudgetStore;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.Driver;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * Which rate is shared, and what an operator is told when it cannot be shared.
 */
class SharedRateLimitTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final String ACROSS = "operations.rate-limit.across-instances=";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret")
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class,
				OperationsTrackingAutoConfiguration.class, SharedRateLimitAutoConfiguration.class));

	private final ApplicationContextRunner withDatabase = this.runner
		.withPropertyValues("spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID())
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceInitializationAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class));

	@Test
	void whileOperationsAreTrackedInMemoryEachInstanceHasItsOwnRate() {
		this.withDatabase.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(BudgetStore.class));
	}

	@Test
	void whileOperationsAreTrackedInADatabaseTheRateIsShared() {
		this.withDatabase.withPropertyValues("operations.tracking.store=jdbc").run(this::instanceReports);
	}

	@Test
	void anApplicationThatTracksNothingCanShareTheRate() {
		this.withDatabase.withPropertyValues(ACROSS + "jdbc").run(this::instanceReports);
	}

	private void instanceReports(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed().hasSingleBean(JdbcBudgetStore.class);
		JdbcClient jdbc = JdbcClient.create(context.getBean(DataSource.class));
		await().atMost(MAX_WAIT)
			.untilAsserted(
					() -> assertThat(jdbc.sql("SELECT client FROM operations_instance").query(String.class).list())
						.containsExactly("operations"));
	}

	@Test
	void aPoolWithoutAFreeConnectionDoesNotHoldBackTheRate() {
		this.withDatabase.withPropertyValues(ACROSS + "jdbc", "spring.datasource.hikari.maximum-pool-size=1")
			.run((context) -> {
				BudgetStore store = context.getBean(BudgetStore.class);
				context.getBean(DataSource.class).getConnection();
				assertThat(store.reserve("operations", 1, Duration.ofMillis(50), Duration.ofSeconds(5)).block(MAX_WAIT))
					.isNotNull();
			});
	}

	@Test
	void theRateIsNotSharedIfTheApplicationSaysSo() {
		this.withDatabase.withPropertyValues("operations.tracking.store=jdbc", ACROSS + "none")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(BudgetStore.class));
	}

	@Test
	void anApplicationsOwnStoreIsNotUsedIfTheRateIsNotShared() {
		BudgetStore store = mock(BudgetStore.class);
		this.runner.withBean(BudgetStore.class, () -> store).withPropertyValues(ACROSS + "none").run((context) -> {
			context.getBean(OperationsTemplate.class);
			verifyNoInteractions(store);
		});
	}

	@Test
	void theInitializationOfTheDatabaseMayUseTheTemplate() {
		this.withDatabase.withPropertyValues(ACROSS + "jdbc")
			.withUserConfiguration(MigrationWithTemplate.class)
			.run(this::instanceReports);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whileTheApplicationStartsTheDatabaseDoesNotCountAsUnavailable(CapturedOutput output) {
		this.withDatabase.withPropertyValues(ACROSS + "jdbc")
			.withUserConfiguration(MigrationWithTemplate.class)
			.run((context) -> {
				instanceReports(context);
				assertThat(output).doesNotContain("The database of the shared rate limit is unavailable");
			});
	}

	@Test
	void theTablesHaveThePrefixOfTheTracking() {
		this.withDatabase.withPropertyValues(ACROSS + "jdbc", "operations.tracking.jdbc.table-prefix=own_")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(JdbcClient.create(context.getBean(DataSource.class))
					.sql("SELECT COUNT(*) FROM own_budget")
					.query(Long.class)
					.single()).isZero();
			});
	}

	@Test
	void withoutADataSourceTheStartFailsAndNamesTheProperty() {
		this.runner.withPropertyValues(ACROSS + "jdbc")
			.run((context) -> failure(context,
					"'operations.rate-limit.across-instances' is 'jdbc', but there is no" + " DataSource",
					"operations.rate-limit.across-instances=none"));
	}

	@Test
	void withoutTheTablesTheStartFailsAndNamesThem() {
		this.withDatabase.withPropertyValues(ACROSS + "jdbc", "operations.tracking.jdbc.initialize-schema=never")
			.run((context) -> failure(context, "operations_budget", "schema-h2.sql"));
	}

	@Test
	void withoutTheLibrariesOfADatabaseTheStartFailsAndNamesTheDependency() {
		this.runner.withPropertyValues(ACROSS + "jdbc")
			.withClassLoader(new FilteredClassLoader("org.springframework.jdbc", "org.springframework.boot.jdbc",
					"org.springframework.boot.sql"))
			.run((context) -> failure(context, "'operations.rate-limit.across-instances' is 'jdbc'",
					"spring-boot-starter-jdbc"));
	}

	private static void failure(AssertableApplicationContext context, String description, String action) {
		assertThat(context).hasFailed();
		Throwable cause = context.getStartupFailure();
		while (cause != null && !(cause instanceof OperationsConfigurationException)) {
			cause = cause.getCause();
		}
		assertThat(cause).hasMessageContaining(description);
		assertThat(cause).extracting("action").asString().contains(action);
	}

	@Test
	void ownConnectionsHaveTheSettingsOfThePoolAndShortTimeouts() {
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl("jdbc:postgresql://db/app");
			pool.setUsername("app");
			pool.setPassword("secret");
			pool.addDataSourceProperty("sslmode", "verify-full");
			pool.setSchema("ours");
			assertThat(OwnConnections.to(pool)).extracting("url", "username", "password", "schema")
				.containsExactly("jdbc:postgresql://db/app", "app", "secret", "ours");
			assertThat(OwnConnections.to(pool)).extracting("connectionProperties")
				.asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("sslmode", "verify-full")
				.containsEntry("connectTimeout", "1")
				.containsEntry("socketTimeout", "2");
		}
	}

	@Test
	void ofAPoolWithAnInitialStatementTheConnectionsAreBorrowed() {
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setJdbcUrl("jdbc:postgresql://db/app");
			pool.setConnectionInitSql("SET ROLE app");
			assertThat(OwnConnections.to(pool)).isNull();
		}
	}

	@Test
	void ofAnUnknownPoolTheConnectionsAreBorrowed() {
		assertThat(OwnConnections.to(new UnknownPool("jdbc:postgresql://db/app"))).isNull();
	}

	@Test
	void ownConnectionsHaveTheSettingsOfADataSourceWithoutAPool() {
		SimpleDriverDataSource plain = new SimpleDriverDataSource(new Driver(), "jdbc:postgresql://db/app", "app",
				"secret");
		Properties settings = new Properties();
		settings.setProperty("sslmode", "verify-full");
		plain.setConnectionProperties(settings);
		plain.setSchema("ours");
		assertThat(OwnConnections.to(plain)).extracting("url", "username", "password", "schema")
			.containsExactly("jdbc:postgresql://db/app", "app", "secret", "ours");
		assertThat(OwnConnections.to(plain)).extracting("connectionProperties")
			.asInstanceOf(InstanceOfAssertFactories.MAP)
			.containsEntry("sslmode", "verify-full")
			.containsEntry("socketTimeout", "2");
	}

	@Test
	void ownConnectionsAreThoseOfTheDriversDataSource() {
		PGSimpleDataSource plain = new PGSimpleDataSource();
		assertThat(OwnConnections.to(new TransactionAwareDataSourceProxy(plain))).isSameAs(plain);
	}

	@Test
	void ofADataSourceWithoutAUrlTheConnectionsAreBorrowed() {
		assertThat(OwnConnections.to(mock(AbstractDataSource.class))).isNull();
	}

	@Configuration(proxyBeanMethods = false)
	static class MigrationWithTemplate {

		@Bean
		DataSourceScriptDatabaseInitializer migration(DataSource dataSource, OperationsTemplate template) {
			assertThat(template).isNotNull();
			return new DataSourceScriptDatabaseInitializer(dataSource, new DatabaseInitializationSettings());
		}

	}

	/**
	 * A pool whose settings beside the URL are unknown.
	 */
	private static final class UnknownPool extends DriverManagerDataSource {

		UnknownPool(String url) {
			super(url);
		}

	}

}
