package io.operations.autoconfigure.tracking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import io.operations.AcceptedOperation;
import io.operations.OperationFetcherDecorator;
import io.operations.OperationsListener;
import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.core.OperationsClients;
import io.operations.core.OperationsTemplate;
import io.operations.internal.ReadableDuration;
import io.operations.internal.polling.OperationPolls;
import io.operations.internal.tracking.ClientTracking;
import io.operations.internal.tracking.ClientTrackingFactory;
import io.operations.internal.tracking.MemoryTrackingStores;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.internal.tracking.TrackedClients;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.internal.tracking.jdbc.JdbcTrackingStores;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingListener;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

/**
 * Which tracker there is, and what an operator is told when there can be none.
 */
class OperationsTrackingAutoConfigurationTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.api-key=SK1", "operations.api-key-secret=secret")
		.withConfiguration(
				AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
						OperationsAutoConfiguration.class, OperationsTrackingAutoConfiguration.class));

	private final ApplicationContextRunner withDatabase = this.runner
		.withPropertyValues("operations.tracking.store=jdbc", "spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID())
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceInitializationAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
				TransactionAutoConfiguration.class, FlywayAutoConfiguration.class));

	@Test
	void withNothingSetOperationsAreTrackedInMemory() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(OperationTracker.class)
			.hasSingleBean(MemoryTrackingStores.class));
	}

	@Test
	void applicationThatTracksNothingStartsNoStoreInMemory() {
		CountedClients counted = new CountedClients();
		this.runner.withBean(TrackedClients.class, () -> counted)
			.withInitializer((context) -> counted.context = context)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(counted.calls).as("looks for clients at the start").hasValue(0);
				assertThat(context.getBean(OperationTracker.class).find("op-1").blockOptional(MAX_WAIT)).isEmpty();
				await().atMost(MAX_WAIT).untilAsserted(() -> assertThat(counted.calls).hasValueGreaterThan(3));
			});
	}

	@Test
	void withAListenerTheStoreInMemoryStartsAtOnce() {
		List<String> joined = new CopyOnWriteArrayList<>();
		this.runner.withBean("joining", TrackingListener.class, () -> new TrackingListener() {

			@Override
			public void clientJoined(String client) {
				joined.add(client);
			}

		}).run((context) -> assertThat(joined).containsExactly("operations"));
	}

	@Test
	void withoutTheLibrariesOfADatabaseOperationsAreTrackedInMemory() {
		this.runner
			.withClassLoader(new FilteredClassLoader("com.github.kagkarlsson", "org.springframework.jdbc",
					"org.springframework.transaction", "org.springframework.boot.jdbc", "org.springframework.boot.sql"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(MemoryTrackingStores.class));
	}

	@Test
	void withoutATemplateThereIsNoTrackerAndNoFailure() {
		this.runner.withPropertyValues("operations.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(OperationTracker.class));
	}

	@Test
	void listenersAndDecoratorsOfTheTemplateMayInjectTheTracker() {
		this.runner.withUserConfiguration(Tracking.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(OperationsTemplate.class).await("op").subscribe().dispose();
			assertThat(context.getBean(OperationTracker.class).find("op").block(MAX_WAIT)).isNotNull();
		});
	}

	@Test
	void withTheApplicationsOwnTrackerOursGivesWay() {
		this.runner.withBean(OperationTracker.class, () -> mock(OperationTracker.class))
			.run((context) -> assertThat(context).hasSingleBean(OperationTracker.class)
				.doesNotHaveBean(ClientTrackingFactory.class));
	}

	@Test
	void aTestMayReplaceTheTrackerWithAMock() {
		this.runner.withInitializer((context) -> context.addBeanFactoryPostProcessor((beans) -> {
			((BeanDefinitionRegistry) beans).removeBeanDefinition("io.operations.operationTracker");
			beans.registerSingleton("io.operations.operationTracker", mock(OperationTracker.class));
		})).run((context) -> assertThat(context).hasNotFailed().hasSingleBean(OperationTracker.class));
	}

	@Test
	void withAnEmbeddedDatabaseTheTablesAreCreated() {
		this.withDatabase.run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(JdbcTrackingStores.class);
			assertThat(context.getBean(OperationTracker.class).stream(TrackingFilter.all()).collectList().block())
				.isEmpty();
		});
	}

	@Test
	void ofSeveralTransactionManagersThePrimaryOneIsUsedForHandlers() {
		this.withDatabase.withUserConfiguration(TransactionManagers.class, Following.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(OperationTracker.class).track("op", Map.of()).block(MAX_WAIT);
			await().atMost(MAX_WAIT).until(() -> context.getBean(Following.class).events.size() == 2);
			assertThat(context.getBean("primary", CountingTransactionManager.class).begun).hasValue(2);
			assertThat(context.getBean("another", CountingTransactionManager.class).begun).hasValue(0);
		});
	}

	@Test
	void theSchedulerUnderneathIsNoBeanThatOthersMightTakeForTheirs() {
		this.withDatabase.run((context) -> assertThat(context).doesNotHaveBean(Scheduler.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "jdbc" })
	void outcomesReachHandlersAndListenersOfTheEvent(String store) {
		this.withDatabase.withUserConfiguration(Following.class)
			.withPropertyValues("operations.tracking.store=" + store,
					"operations.tracking.delivery.initial-interval=10ms")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(OperationTracker.class).track("op", Map.of("tenant", "t1")).block(MAX_WAIT);
				Following following = context.getBean(Following.class);
				await().atMost(MAX_WAIT).until(() -> following.events.size() == 2);
				assertThat(following.handled).extracting(OperationOutcome::operationId).containsExactly("op", "next");
				assertThat(following.events).isEqualTo(following.handled);
				assertThat(following.handled.get(0).attributes()).containsOnly(Map.entry("tenant", "t1"));
			});
	}

	@Test
	void withLazyInitializationOutcomesAreDeliveredAllTheSame() {
		this.withDatabase.withUserConfiguration(Following.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(
					context.getBeanFactory().containsSingleton("io.operations.operationsTrackingStores"))
				.isTrue());
	}

	@Test
	void aListenerMayNeedTheTracker() {
		this.runner.withUserConfiguration(Following.class, Listening.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(OperationTracker.class).track("op", Map.of()).block(MAX_WAIT);
			await().atMost(MAX_WAIT).until(() -> context.getBean(Listening.class).delivered.contains("op"));
		});
	}

	@Test
	void everyPropertyReachesTheEngine() {
		List<TrackingEngine> engines = new ArrayList<>();
		this.runner.withBean(ClientTrackingFactory.class, () -> (engine) -> {
			engines.add(engine);
			return mock(ClientTracking.class);
		})
			.withPropertyValues("operations.tracking.timeout=1h", "operations.tracking.retention=2d",
					"operations.tracking.max-tracked=3", "operations.tracking.delivery.max-attempts=4",
					"operations.tracking.delivery.initial-interval=5s", "operations.tracking.delivery.multiplier=6",
					"operations.tracking.delivery.max-interval=7m", "operations.tracking.delivery.timeout=8s")
			.run((context) -> assertThat(engines).singleElement()
				.extracting((engine) -> engine.settings().toString())
				.asString()
				.contains("PT1H", "PT48H", "maxTracked=3", "maxAttempts=4", "PT5S", "multiplier=6", "PT7M", "PT8S"));
	}

	@Test
	void theTablesHaveThePrefixThatIsSet() {
		this.withDatabase.withPropertyValues("operations.tracking.jdbc.table-prefix=public.mine_").run((context) -> {
			assertThat(context).hasNotFailed();
			JdbcClient jdbc = JdbcClient.create(context.getBean(DataSource.class));
			assertThat(jdbc.sql("SELECT COUNT(*) FROM mine_tracked").query(Integer.class).single()).isZero();
			assertThat(jdbc.sql("SELECT COUNT(*) FROM mine_scheduled").query(Integer.class).single()).isZero();
		});
	}

	@Test
	void tablesThatFlywayCreatesAreThereInTime() {
		this.withDatabase
			.withPropertyValues("operations.tracking.jdbc.initialize-schema=never",
					"spring.flyway.locations=classpath:io/operations/autoconfigure/tracking/migration")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(JdbcTrackingStores.class));
	}

	@Test
	void withoutItsTablesTheStartFailsAndTellsTheRemedy() {
		FailureAnalysis analysis = analyze(
				this.withDatabase.withPropertyValues("operations.tracking.jdbc.initialize-schema=never"));
		assertThat(analysis.getDescription()).contains("operations_tracked", "operations_scheduled");
		assertThat(analysis.getAction()).contains("operations.tracking.jdbc.initialize-schema=always", "schema-h2.sql");
	}

	@Test
	void whereTheSchemaOfThePrefixIsMissingTheStartFailsAndTellsTheRemedy() {
		FailureAnalysis analysis = analyze(
				this.withDatabase.withPropertyValues("operations.tracking.jdbc.table-prefix=none_such.mine_"));
		assertThat(analysis.getDescription()).contains("none_such.mine_tracked", "Schema \"NONE_SUCH\" not found");
		assertThat(analysis.getAction()).contains("operations.tracking.jdbc.table-prefix", "schema-h2.sql",
				"operations.tracking.jdbc.initialize-schema=never");
	}

	@Test
	void whereTheUserMayNotCreateTablesTheStartFailsAndTellsTheRemedy() {
		JdbcDataSource dataSource = (JdbcDataSource) database();
		becomeGuest(dataSource, "");
		FailureAnalysis analysis = analyze(this.runner.withBean(DataSource.class, () -> dataSource)
			.withPropertyValues("operations.tracking.store=jdbc", "operations.tracking.jdbc.initialize-schema=always"));
		assertThat(analysis.getDescription()).contains("operations_tracked", "Not enough rights");
		assertThat(analysis.getAction()).contains("right to create tables");
	}

	@Test
	void whereTheUserMayNotCreateTablesThatAreThereTheyAreUsed() {
		JdbcDataSource dataSource = (JdbcDataSource) database();
		this.runner.withBean(DataSource.class, () -> dataSource)
			.withPropertyValues("operations.tracking.store=jdbc", "operations.tracking.jdbc.initialize-schema=always")
			.run((context) -> assertThat(context).hasNotFailed());
		becomeGuest(dataSource, "GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA public TO guest");
		this.runner.withBean(DataSource.class, () -> dataSource)
			.withPropertyValues("operations.tracking.store=jdbc", "operations.tracking.jdbc.initialize-schema=always")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void withoutADataSourceTheStartFailsAndTellsTheRemedy() {
		FailureAnalysis analysis = analyze(this.runner.withPropertyValues("operations.tracking.store=jdbc"));
		assertThat(analysis.getDescription()).contains("there is no DataSource");
		assertThat(analysis.getAction()).contains("spring.datasource.url");
	}

	@Test
	void withTwoDataSourcesTheStartFailsAndTellsTheRemedy() {
		FailureAnalysis analysis = analyze(this.runner.withPropertyValues("operations.tracking.store=jdbc")
			.withBean("one", DataSource.class, OperationsTrackingAutoConfigurationTests::database)
			.withBean("two", DataSource.class, OperationsTrackingAutoConfigurationTests::database));
		assertThat(analysis.getDescription()).contains("2 DataSources");
		assertThat(analysis.getAction()).contains("@OperationsDataSource");
	}

	@Test
	void ofTwoDataSourcesTheMarkedOneIsUsed() {
		this.runner.withPropertyValues("operations.tracking.store=jdbc")
			.withUserConfiguration(TwoDatabases.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(JdbcClient.create(context.getBean("marked", DataSource.class))
					.sql("SELECT COUNT(*) FROM operations_tracked")
					.query(Integer.class)
					.single()).isZero();
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "com.github.kagkarlsson", "org.springframework.jdbc", "org.springframework.boot.jdbc" })
	void withoutALibraryOfTheDatabaseTheStartFailsAndNamesIt(String missing) {
		FailureAnalysis analysis = analyze(this.runner.withPropertyValues("operations.tracking.store=jdbc")
			.withClassLoader(new FilteredClassLoader(missing)));
		assertThat(analysis.getAction()).contains("spring-boot-starter-jdbc", "com.github.kagkarlsson:db-scheduler");
	}

	@ParameterizedTest
	@CsvSource({ "'', MemoryTrackingStores", "' ', MemoryTrackingStores", "'memory ', MemoryTrackingStores",
			"'Memory', MemoryTrackingStores", "' jdbc', JdbcTrackingStores", "'jdbc ', JdbcTrackingStores",
			"'JDBC', JdbcTrackingStores", "'${NO_SUCH:}', MemoryTrackingStores" })
	void howeverTheStoreIsWrittenItIsTheOneThatIsBound(String value, String store) {
		// Values of the runner are trimmed.
		this.withDatabase
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("first", Map.of("operations.tracking.store", value))))
			.run((context) -> assertThat(context).hasNotFailed()
				.getBean("io.operations.operationsTrackingStores")
				.extracting((bean) -> Objects.requireNonNull(bean).getClass().getSimpleName())
				.isEqualTo(store));
	}

	@Test
	void anUnknownStoreIsRefusedWithThoseThatThereAre() {
		this.runner.withPropertyValues("operations.tracking.store=redis").run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("redis");
		});
	}

	@ParameterizedTest
	@CsvSource({ "timeout, 0s", "timeout, 366d", "retention, -1s", "max-tracked, 0", "delivery.max-attempts, 0",
			"delivery.initial-interval, 0", "delivery.multiplier, 0.5", "delivery.max-interval, 10ms",
			"delivery.timeout, 0", "max-held, 0", "jdbc.deliveries, 0", "jdbc.look-interval, 0",
			"jdbc.flush-interval, 0", "jdbc.look-interval, 2s", "jdbc.lease-duration, 3s", "jdbc.lease-duration, 601s",
			"jdbc.heartbeat-interval, 0", "jdbc.missed-heartbeats, 3", "jdbc.shutdown-max-wait, 0",
			"jdbc.table-prefix, a b", "jdbc.instance-name, ''", "jdbc.instance-name, ${NO_SUCH}",
			"jdbc.table-prefix, ${NO_SUCH}",
			"jdbc.instance-name, 123456789012345678901234567890123456789012345678901" })
	void aValueThatIsNoGoodIsRefusedWithItsKey(String key, String value) {
		FailureAnalysis analysis = analyze(
				this.withDatabase.withPropertyValues("operations.tracking." + key + "=" + value));
		assertThat(analysis.getDescription()).contains("'operations.tracking." + key + "'");
		assertThat(analysis.getAction()).contains("'operations.tracking." + key + "'");
	}

	@ParameterizedTest
	@CsvSource({ "max-held, 0, 0", "max-held, -1, -1", "jdbc.lease-duration, 3999ms, 3999ms",
			"jdbc.lease-duration, 601s, 601s" })
	void theBoundsOfAStoreInADatabaseApplyToTheStoreInMemory(String key, String value, String shown) {
		FailureAnalysis analysis = analyze(this.runner.withPropertyValues("operations.tracking.store=memory",
				"operations.tracking." + key + "=" + value));
		assertThat(analysis.getDescription()).contains("'operations.tracking." + key + "'", "'" + shown + "'");
		assertThat(analysis.getAction()).contains("'operations.tracking." + key + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "4s", "10m" })
	void theShortestAndTheLongestLeaseAreAccepted(String lease) {
		this.runner.withPropertyValues("operations.tracking.jdbc.lease-duration=" + lease)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource({ "timeout, 24", "retention, 7", "delivery.timeout, 60", "delivery.max-interval, 300",
			"jdbc.heartbeat-interval, 5" })
	void whenADurationLacksItsUnitTheStartFailsAndNamesIt(String key, String value) {
		FailureAnalysis analysis = analyze(
				this.withDatabase.withPropertyValues("operations.tracking." + key + "=" + value));
		assertThat(analysis.getDescription()).contains(
				"'operations.tracking." + key + "' is '"
						+ ReadableDuration.setting(Duration.ofMillis(Long.parseLong(value))),
				"A number without a unit is a number of milliseconds");
		assertThat(analysis.getAction()).contains("operations.tracking." + key + "=" + value);
	}

	private static DataSource database() {
		JdbcDataSource dataSource = new JdbcDataSource();
		dataSource.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
		return dataSource;
	}

	private static void becomeGuest(JdbcDataSource dataSource, String grant) {
		JdbcClient admin = JdbcClient.create(dataSource);
		admin.sql("CREATE USER guest PASSWORD 'guest'").update();
		if (!grant.isEmpty()) {
			admin.sql(grant).update();
		}
		// Who is no administrator may not set that.
		dataSource.setURL(Objects.requireNonNull(dataSource.getURL()).replace(";DB_CLOSE_DELAY=-1", ""));
		dataSource.setUser("guest");
		dataSource.setPassword("guest");
	}

	private static FailureAnalysis analyze(ApplicationContextRunner runner) {
		List<FailureAnalysis> found = new CopyOnWriteArrayList<>();
		runner.run((context) -> {
			assertThat(context).hasFailed();
			SpringFactoriesLoader.forDefaultResourceLocation(OperationsTrackingAutoConfiguration.class.getClassLoader())
				.load(FailureAnalyzer.class, SpringFactoriesLoader.ArgumentResolver.none(), (type, name, ex) -> {
				})
				.stream()
				.filter((analyzer) -> analyzer.getClass().getName().startsWith("io.operations."))
				.map((analyzer) -> analyzer.analyze(Objects.requireNonNull(context.getStartupFailure())))
				.filter(Objects::nonNull)
				.forEach(found::add);
		});
		assertThat(found).hasSize(1);
		return found.get(0);
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoDatabases {

		@Bean
		DataSource other() {
			return database();
		}

		@Bean(defaultCandidate = false)
		@OperationsDataSource
		DataSource marked() {
			return database();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Listening {

		final List<String> delivered = new CopyOnWriteArrayList<>();

		@Bean
		TrackingListener listener(OperationTracker tracker) {
			return new TrackingListener() {

				@Override
				public void delivered(TrackedOperation operation, Duration duration) {
					tracker.find(operation.id()).subscribe((found) -> Listening.this.delivered.add(found.id()));
				}

			};
		}

	}

	@Configuration
	static class Following {

		final List<OperationOutcome> handled = new CopyOnWriteArrayList<>();

		final List<OperationOutcome> events = new CopyOnWriteArrayList<>();

		@Bean(destroyMethod = "close")
		OperationsTemplate template() {
			ScriptedEndpoint endpoint = new ScriptedEndpoint();
			endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
			return endpoint.template().build();
		}

		// Tracks what follows, so that it needs the tracker that needs it.
		@Bean
		OperationOutcomeHandler handler(OperationTracker tracker) {
			return (outcome) -> {
				this.handled.add(outcome);
				if (outcome.operationId().equals("op")) {
					tracker.track("next", Map.of()).block(MAX_WAIT);
				}
			};
		}

		@EventListener
		void on(OperationOutcome outcome) {
			this.events.add(outcome);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TransactionManagers {

		@Bean
		CountingTransactionManager another(DataSource dataSource) {
			return new CountingTransactionManager(dataSource);
		}

		@Bean
		@Primary
		CountingTransactionManager primary(DataSource dataSource) {
			return new CountingTransactionManager(dataSource);
		}

	}

	@SuppressWarnings("serial")
	static final class CountingTransactionManager extends JdbcTransactionManager {

		private final AtomicInteger begun = new AtomicInteger();

		CountingTransactionManager(DataSource dataSource) {
			super(dataSource);
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.begun.incrementAndGet();
			super.doBegin(transaction, definition);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Tracking {

		@Bean
		OperationsListener trackingListener(OperationTracker tracker) {
			return new OperationsListener() {

				@Override
				public void waitBegan(String client, String operationId) {
					tracker.track(operationId, Map.of()).subscribe();
				}

			};
		}

		@Bean
		OperationFetcherDecorator trackingDecorator(OperationTracker tracker) {
			return (next) -> (operationId) -> tracker.find(operationId).then(next.fetch(operationId));
		}

	}

	private static final class CountedClients implements TrackedClients {

		private final AtomicInteger calls = new AtomicInteger();

		private @Nullable ApplicationContext context;

		@Override
		public Map<String, OperationPolls> all() {
			this.calls.incrementAndGet();
			return clients().all();
		}

		@Override
		public String serving(AcceptedOperation accepted) {
			return clients().serving(accepted);
		}

		@Override
		public void checkServed(String client, AcceptedOperation accepted) {
			clients().checkServed(client, accepted);
		}

		private TrackedClients clients() {
			ApplicationContext present = Objects.requireNonNull(this.context);
			return new TrackedTemplates(present.getBean(OperationsTemplate.class),
					present.getBean(OperationsClients.class));
		}

	}

}
