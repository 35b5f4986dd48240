package io.operations.autoconfigure.tracking;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Trackers in applications whose transaction managers are unusual.
 */
class TransactionManagersTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.tracking.store=jdbc", "operations.tracking.delivery.max-attempts=2",
				"operations.tracking.delivery.initial-interval=10ms", "operations.tracking.jdbc.look-interval=20ms",
				"operations.tracking.jdbc.flush-interval=20ms",

				"operations.polling.min-interval=20ms", "operations.tracking.jdbc.initialize-schema=always")
		.withBean(OperationsTemplate.class, () -> this.endpoint.template().build())
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class,
				OperationsTrackingAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class));

	TransactionManagersTests() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
	}

	@Test
	void managerThatNeedsATenantIsBegunForHandlersOnly() {
		this.runner.withUserConfiguration(Pool.class, Tenants.class).run((context) -> {
			assertThat(context).hasNotFailed();
			rollsBackWithTransaction(context);
			track(context, "refused");
			assertThat(until(context, "refused", TrackingState.UNDELIVERED).deliveryFault()).contains("default tenant",
					"no tenant");
			context.getBean(TenantTransactionManager.class).defaultTenant = "t1";
			context.getBean(OperationTracker.class).redeliver("refused").block(MAX_WAIT);
			until(context, "refused", TrackingState.DELIVERED);
		});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void managerThatSaysNothingIsJoinedButNotBegun(CapturedOutput output) {
		this.runner.withUserConfiguration(Pool.class, Silent.class, Writing.class).run((context) -> {
			rollsBackWithTransaction(context);
			int begun = context.getBean(SilentTransactionManager.class).begun.get();
			writesOnceWithOutcome(context);
			assertThat(context.getBean(SilentTransactionManager.class).begun).hasValue(begun);
			assertThat(output).containsOnlyOnce("does not report its resource");
		});
	}

	@Test
	void managerThatSaysNothingIsRefusedWhereItCannotBeTold() {
		this.runner.withUserConfiguration(Pool.class)
			.withBean(UnsaidTransactionManager.class)
			.withPropertyValues("pool.auto-commit=false")
			.run((context) -> transaction(context).executeWithoutResult((status) -> {
				JdbcClient.create(context.getBean(DataSource.class)).sql("SELECT 1").query().listOfRows();
				assertThatExceptionOfType(IllegalTransactionStateException.class).isThrownBy(() -> track(context, "op"))
					.withMessageContaining("ResourceTransactionManager");
			}));
	}

	@ParameterizedTest
	@CsvSource({ "true, false", "false, false", "true, true", "false, true" })
	void managerOfAProxyOfTheSameDatabaseIsOfThisDatabase(boolean autoCommit, boolean proxied) {
		this.runner.withUserConfiguration(Proxies.class, Writing.class)
			.withPropertyValues("pool.auto-commit=" + autoCommit, "manager.proxied=" + proxied, "written.by=lazy")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				rollsBackWithTransaction(context);
				writesOnceWithOutcome(context);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "lazy", "delegating", "aware" })
	void dataSourceThatIsAProxyIsOfTheManagerBehindIt(String kind) {
		this.runner.withUserConfiguration(Behind.class, Writing.class)
			.withPropertyValues("proxy=" + kind)
			.run((context) -> {
				rollsBackWithTransaction(context);
				writesOnceWithOutcome(context);
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void managerOfAForeignResourceIsNeverBegun(boolean autoCommit) {
		this.runner.withUserConfiguration(Pool.class, Foreign.class, Writing.class)
			.withPropertyValues("pool.auto-commit=" + autoCommit)
			.run((context) -> {
				ForeignTransactionManager foreign = context.getBean(ForeignTransactionManager.class);
				writesOnceWithOutcome(context);
				assertThat(foreign.begun).hasValue(0);
				new TransactionTemplate(foreign).executeWithoutResult((status) -> {
					JdbcClient.create(context.getBean(DataSource.class)).sql("SELECT 1").query().listOfRows();
					track(context, "beside");
					status.setRollbackOnly();
				});
				assertThat(until(context, "beside", TrackingState.DELIVERED).id()).isEqualTo("beside");
			});
	}

	@Test
	void managersAreNotAskedForBeforeTheyAreNeeded() {
		this.runner.withUserConfiguration(Pool.class, Late.class).run((context) -> {
			OperationTracker tracker = context.getBean(OperationTracker.class);
			this.endpoint.others((poll) -> ScriptedEndpoint.status("RUNNING"));
			track(context, "op");
			assertThat(tracker.find("op").block(MAX_WAIT)).isNotNull();
			await().atMost(MAX_WAIT).until(() -> this.endpoint.polls("op") > 1);
			assertThat(context.getBeanFactory().containsSingleton("late")).isFalse();
			this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
			until(context, "op", TrackingState.DELIVERED);
			assertThat(context.getBeanFactory().containsSingleton("late")).isTrue();
		});
	}

	private void rollsBackWithTransaction(AssertableApplicationContext context) {
		transaction(context).executeWithoutResult((status) -> {
			JdbcClient.create(context.getBean(DataSource.class)).sql("SELECT 1").query().listOfRows();
			track(context, "rolled-back");
			status.setRollbackOnly();
		});
		assertThat(context.getBean(OperationTracker.class).find("rolled-back").block(MAX_WAIT)).isNull();
		assertThat(this.endpoint.polls("rolled-back")).isZero();
	}

	private static void writesOnceWithOutcome(AssertableApplicationContext context) {
		track(context, "written");
		until(context, "written", TrackingState.DELIVERED);
		assertThat(context.getBean(Writing.class).attempts).hasValue(2);
		assertThat(JdbcClient.create(context.getBean("pool", DataSource.class))
			.sql("SELECT COUNT(*) FROM written")
			.query(Integer.class)
			.single()).isEqualTo(1);
	}

	private static TransactionTemplate transaction(AssertableApplicationContext context) {
		TransactionTemplate template = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
		template.setName("request");
		return template;
	}

	private static void track(AssertableApplicationContext context, String id) {
		context.getBean(OperationTracker.class).track(id, Map.of()).block(MAX_WAIT);
	}

	private static TrackedOperation until(AssertableApplicationContext context, String id, TrackingState state) {
		OperationTracker tracker = context.getBean(OperationTracker.class);
		await().atMost(MAX_WAIT).until(() -> Objects.requireNonNull(tracker.find(id).block(MAX_WAIT)).state() == state);
		return Objects.requireNonNull(tracker.find(id).block(MAX_WAIT));
	}

	private static HikariDataSource pool(Environment environment) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID());
		pool.setAutoCommit(environment.getProperty("pool.auto-commit", Boolean.class, true));
		return pool;
	}

	@Configuration(proxyBeanMethods = false)
	static class Pool {

		@Bean
		HikariDataSource pool(Environment environment) {
			return TransactionManagersTests.pool(environment);
		}

	}

	/**
	 * Writes a row, and throws when it is called first.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Writing {

		private final AtomicInteger attempts = new AtomicInteger();

		@Bean
		OperationOutcomeHandler handler(BeanFactory beans, Environment environment) {
			JdbcClient jdbc = JdbcClient
				.create(beans.getBean(environment.getProperty("written.by", "pool"), DataSource.class));
			jdbc.sql("CREATE TABLE written (id VARCHAR(100))").update();
			return (outcome) -> {
				if (outcome.operationId().equals("written")) {
					jdbc.sql("INSERT INTO written VALUES ('written')").update();
					if (this.attempts.incrementAndGet() == 1) {
						throw new IllegalStateException("after the insert");
					}
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Tenants {

		@Bean
		TenantTransactionManager tenantTransactionManager(DataSource dataSource) {
			return new TenantTransactionManager(dataSource);
		}

	}

	@SuppressWarnings("serial")
	static final class TenantTransactionManager extends JdbcTransactionManager {

		private volatile @Nullable String defaultTenant;

		TenantTransactionManager(DataSource dataSource) {
			super(dataSource);
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			if (this.defaultTenant == null && !"request".equals(definition.getName())) {
				throw new IllegalStateException("no tenant");
			}
			super.doBegin(transaction, definition);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Silent {

		@Bean
		SilentTransactionManager silentTransactionManager(DataSource dataSource) {
			return new SilentTransactionManager(dataSource);
		}

	}

	static final class SilentTransactionManager implements PlatformTransactionManager {

		private final AtomicInteger begun = new AtomicInteger();

		private final JdbcTransactionManager behind;

		SilentTransactionManager(DataSource dataSource) {
			this.behind = new JdbcTransactionManager(dataSource);
		}

		@Override
		public TransactionStatus getTransaction(@Nullable TransactionDefinition definition) {
			this.begun.incrementAndGet();
			return this.behind.getTransaction(definition);
		}

		@Override
		public void commit(TransactionStatus status) {
			this.behind.commit(status);
		}

		@Override
		public void rollback(TransactionStatus status) {
			this.behind.rollback(status);
		}

	}

	/**
	 * What the library uses is the pool, what the application uses is a proxy of it.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Proxies {

		@Bean
		@OperationsDataSource
		HikariDataSource pool(Environment environment) {
			return TransactionManagersTests.pool(environment);
		}

		@Bean
		@Primary
		DataSource lazy(HikariDataSource pool) {
			return new LazyConnectionDataSourceProxy(pool);
		}

		@Bean
		PlatformTransactionManager transactionManager(DataSource lazy, Environment environment) {
			JdbcTransactionManager manager = new JdbcTransactionManager(lazy);
			return environment.getProperty("manager.proxied", Boolean.class, false)
					? (PlatformTransactionManager) new ProxyFactory(manager).getProxy() : manager;
		}

	}

	/**
	 * What the library uses is a proxy, what the application uses is the pool behind it.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Behind {

		@Bean(defaultCandidate = false)
		HikariDataSource pool(Environment environment) {
			return TransactionManagersTests.pool(environment);
		}

		@Bean
		DataSource proxy(@Qualifier("pool") HikariDataSource pool, Environment environment) {
			return switch (environment.getRequiredProperty("proxy")) {
				case "lazy" -> new LazyConnectionDataSourceProxy(pool);
				case "aware" -> new TransactionAwareDataSourceProxy(pool);
				default -> new DelegatingDataSource(pool);
			};
		}

		@Bean
		PlatformTransactionManager transactionManager(@Qualifier("pool") HikariDataSource pool) {
			return new JdbcTransactionManager(pool);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Foreign {

		@Bean
		ForeignTransactionManager foreign() {
			return new ForeignTransactionManager();
		}

	}

	/**
	 * As that of a document store or a message broker.
	 */
	@SuppressWarnings("serial")
	static final class ForeignTransactionManager extends UnsaidTransactionManager
			implements ResourceTransactionManager {

		@Override
		public Object getResourceFactory() {
			return "documents";
		}

	}

	@SuppressWarnings("serial")
	static class UnsaidTransactionManager extends AbstractPlatformTransactionManager {

		final AtomicInteger begun = new AtomicInteger();

		@Override
		protected Object doGetTransaction() {
			return this;
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.begun.incrementAndGet();
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			// There is nothing to commit.
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			// There is nothing to roll back.
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Late {

		@Bean
		@Lazy
		PlatformTransactionManager late(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

}
