package io.operations.autoconfigure.tracking;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityListeners;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.PrePersist;
import org.hibernate.annotations.TenantId;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.hibernate.SpringBeanContainer;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A tracker in an application with JPA that knows its tenant within a request only.
 */
class JpaTransactionTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final ScriptedEndpoint ENDPOINT = new ScriptedEndpoint();

	private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

	private static final List<String> REACH = new CopyOnWriteArrayList<>();

	private static volatile @Nullable String defaultTenant;

	private static AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	private final OperationTracker tracker = context.getBean(OperationTracker.class);

	private final TransactionTemplate transaction = new TransactionTemplate(
			context.getBean(PlatformTransactionManager.class));

	private final EntityManager entities = SharedEntityManagerCreator
		.createSharedEntityManager(context.getBean(EntityManagerFactory.class));

	@BeforeAll
	static void startApplication() {
		TestPropertyValues
			.of("operations.tracking.store=jdbc", "spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID(),
					"operations.tracking.delivery.max-attempts=2", "operations.tracking.delivery.initial-interval=10ms",
					"operations.tracking.jdbc.look-interval=20ms", "operations.tracking.jdbc.flush-interval=20ms",
					"operations.polling.min-interval=20ms")
			.applyTo(context);
		ENDPOINT.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		context.register(Application.class);
		context.refresh();
	}

	@AfterAll
	static void stopApplication() {
		context.close();
		context = new AnnotationConfigApplicationContext();
	}

	@AfterEach
	void forgetTenant() {
		TENANT.remove();
		defaultTenant = null;
	}

	@Test
	void whatIsTrackedInATransactionThatIsRolledBackIsNotStored() {
		TENANT.set("t1");
		this.transaction.executeWithoutResult((status) -> {
			this.entities.persist(new Import("rolled-back"));
			track("rolled-back");
			status.setRollbackOnly();
		});
		track("later");
		await().atMost(MAX_WAIT).until(() -> ENDPOINT.polls("later") > 0);
		assertThat(find("rolled-back")).isNull();
		assertThat(ENDPOINT.polls("rolled-back")).isZero();
	}

	@Test
	void whatIsTrackedInATransactionIsStoredWithIt() {
		defaultTenant = "t1";
		this.transaction.executeWithoutResult((status) -> {
			this.entities.persist(new Import("committed"));
			track("committed");
		});
		until("committed", TrackingState.DELIVERED);
		await().atMost(MAX_WAIT).until(() -> ENDPOINT.polls("next") > 0);
		assertThat(states("committed")).containsExactly("COMPLETED");
	}

	@Test
	void deliveryThatTheTransactionManagerRefusesIsAFailedAttempt() {
		track("refused");
		TrackedOperation undelivered = until("refused", TrackingState.UNDELIVERED);
		assertThat(undelivered.attempts()).isEqualTo(2);
		assertThat(undelivered.deliveryFault()).contains("cannot begin a transaction for handlers", "default tenant",
				"HibernateException");
		assertThat(REACH).as("what was told of the database").isEmpty();
		defaultTenant = "t1";
		assertThat(this.tracker.redeliver("refused").block(MAX_WAIT)).isTrue();
		until("refused", TrackingState.DELIVERED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "jdbc" })
	void entityListenerMayNeedTheTracker(String store) {
		defaultTenant = "t1";
		try (AnnotationConfigApplicationContext other = new AnnotationConfigApplicationContext()) {
			TestPropertyValues
				.of("operations.tracking.store=" + store, "spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID())
				.applyTo(other);
			other.register(Application.class);
			other.refresh();
			EntityManager its = SharedEntityManagerCreator
				.createSharedEntityManager(other.getBean(EntityManagerFactory.class));
			new TransactionTemplate(other.getBean(PlatformTransactionManager.class))
				.executeWithoutResult((status) -> its.persist(new Import("listened")));
			assertThat(other.getBean(OperationTracker.class).find("by-listener").block(MAX_WAIT)).isNotNull();
		}
	}

	private void track(String id) {
		this.tracker.track(id, Map.of()).block(MAX_WAIT);
	}

	private @Nullable TrackedOperation find(String id) {
		return this.tracker.find(id).block(MAX_WAIT);
	}

	private TrackedOperation until(String id, TrackingState state) {
		await().atMost(MAX_WAIT).until(() -> Objects.requireNonNull(find(id)).state() == state);
		return Objects.requireNonNull(find(id));
	}

	private static List<@Nullable String> states(String id) {
		return JdbcClient.create(context.getBean(DataSource.class))
			.sql("SELECT outcome FROM import WHERE id = :id")
			.param("id", id)
			.query(String.class)
			.list();
	}

	/**
	 * What a listener of the database is told.
	 */
	static final class Reach implements TrackingListener {

		@Override
		public void storeUnavailable(Throwable fault) {
			REACH.add(fault.toString());
		}

	}

	@Entity(name = "import")
	@EntityListeners(ImportListener.class)
	static class Import {

		@Id
		private @Nullable String id;

		@TenantId
		@SuppressWarnings("UnusedVariable") // Hibernate's alone.
		private @Nullable String tenant;

		private @Nullable String outcome;

		Import() {
		}

		Import(String id) {
			this.id = id;
		}

	}

	static class ImportListener {

		private final OperationTracker tracker;

		ImportListener(OperationTracker tracker) {
			this.tracker = tracker;
		}

		@PrePersist
		void track(Import entity) {
			if ("listened".equals(entity.id)) {
				this.tracker.track("by-listener", Map.of()).block(MAX_WAIT);
			}
		}

	}

	static final class TenantResolver implements CurrentTenantIdentifierResolver<String> {

		@Override
		@SuppressWarnings("NullAway")
		public String resolveCurrentTenantIdentifier() {
			String tenant = TENANT.get();
			return (tenant != null) ? tenant : defaultTenant;
		}

		@Override
		public boolean validateExistingCurrentSessions() {
			return false;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
			OperationsAutoConfiguration.class, OperationsTrackingAutoConfiguration.class,
			DataSourceAutoConfiguration.class, TransactionAutoConfiguration.class })
	static class Application {

		@Bean
		OperationsTemplate template() {
			return ENDPOINT.template().build();
		}

		@Bean
		Reach reach() {
			return new Reach();
		}

		@Bean
		@DependsOnDatabaseInitialization
		LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource,
				ConfigurableListableBeanFactory beans) {
			LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
			factory.setDataSource(dataSource);
			factory.setManagedTypes(PersistenceManagedTypes.of(Import.class.getName()));
			HibernateJpaVendorAdapter adapter = new HibernateJpaVendorAdapter();
			adapter.setGenerateDdl(true);
			factory.setJpaVendorAdapter(adapter);
			factory.setJpaPropertyMap(Map.of("hibernate.resource.beans.container", new SpringBeanContainer(beans),
					"hibernate.tenant_identifier_resolver", new TenantResolver()));
			return factory;
		}

		@Bean
		PlatformTransactionManager transactionManager(EntityManagerFactory factory) {
			return new JpaTransactionManager(factory);
		}

		@Bean
		OperationOutcomeHandler handler(EntityManagerFactory factory, OperationTracker tracker) {
			EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
			return (outcome) -> {
				Import found = entities.find(Import.class, outcome.operationId());
				if (found != null && "t1".equals(found.tenant)) {
					found.outcome = outcome.type().name();
					tracker.track("next", Map.of()).block(MAX_WAIT);
				}
			};
		}

	}

}
