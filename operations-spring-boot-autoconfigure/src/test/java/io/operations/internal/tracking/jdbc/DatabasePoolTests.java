package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.tracking.OperationsTrackingAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Trackers on pools, and in schemas, that are not as they usually are.
 */
@Tag("slow")
class DatabasePoolTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final String unique = UUID.randomUUID().toString().substring(0, 8);

	private final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.tracking.store=jdbc", "operations.tracking.jdbc.initialize-schema=always",
				"operations.tracking.jdbc.table-prefix=t" + this.unique + "_", "operations.polling.min-interval=20ms")
		.withBean(OperationsTemplate.class, () -> this.endpoint.template().build())
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class,
				OperationsTrackingAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class));

	DatabasePoolTests() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
	}

	@ParameterizedTest
	@CsvSource({ "SERIALIZABLE, true", "SERIALIZABLE, false", "REPEATABLE_READ, true" })
	void whenPoolHasOtherIsolationManyAreTrackedAtOnce(String isolation, boolean autoCommit) {
		try (HikariDataSource pool = PostgresDatabase.open()) {
			pool.setTransactionIsolation("TRANSACTION_" + isolation);
			pool.setAutoCommit(autoCommit);
			// The application's transactions keep the isolation of the pool, and fail now
			// and then.
			with(pool)
				.withPropertyValues("operations.tracking.delivery.max-attempts=1000",
						"operations.tracking.delivery.initial-interval=1ms")
				.run((context) -> {
					OperationTracker tracker = context.getBean(OperationTracker.class);
					Flux.range(0, 200)
						.flatMap((i) -> tracker.track("op" + i, Map.of()).subscribeOn(Schedulers.boundedElastic()), 8)
						.blockLast(MAX_WAIT);
					await().atMost(MAX_WAIT).until(() -> delivered(tracker) >= 20);
					assertThat(JdbcClient.create(pool).sql("SHOW transaction_isolation").query(String.class).single())
						.isEqualTo(isolation.toLowerCase(Locale.ROOT).replace('_', ' '));
				});
		}
	}

	private static long delivered(OperationTracker tracker) {
		return Objects.requireNonNull(tracker.summary().block(MAX_WAIT)).count(TrackingState.DELIVERED);
	}

	@Test
	void whenPoolIsReadOnlyStartFailsWithAdvice() {
		try (HikariDataSource pool = PostgresDatabase.open()) {
			pool.setReadOnly(true);
			with(pool).withPropertyValues("operations.tracking.jdbc.initialize-schema=never")
				.run((context) -> assertThat(context).getFailure()
					.rootCause()
					.isInstanceOf(TrackingDatabaseException.class)
					.hasMessageContaining("read-only"));
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenConnectionReturnsToPoolItIsUnchanged(boolean autoCommit) throws Exception {
		SingleConnectionDataSource pool = new SingleConnectionDataSource("jdbc:h2:mem:" + this.unique, true);
		try (Connection connection = pool.getConnection()) {
			connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
			connection.setAutoCommit(autoCommit);
			OwnDataSource own = new OwnDataSource(pool, new TransactionManagers(pool, List::of));
			try (Connection ours = own.getConnection()) {
				assertThat(ours.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
				assertThat(ours.getAutoCommit()).isTrue();
				ours.prepareStatement("SELECT 1").executeQuery();
			}
			assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
			assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
		}
		finally {
			pool.destroy();
		}
	}

	@Test
	void whenSettingsCannotBeRestoredConnectionIsNotLentAgain() throws Exception {
		Connection connection = Mockito.mock();
		Mockito.when(connection.getTransactionIsolation()).thenReturn(Connection.TRANSACTION_SERIALIZABLE);
		Mockito.doThrow(new SQLException("no answer", "08006"))
			.when(connection)
			.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
		DataSource pool = new SingleConnectionDataSource(connection, true);
		Connection ours = new OwnDataSource(pool, new TransactionManagers(pool, List::of)).getConnection();
		assertThatThrownBy(ours::close).isInstanceOf(SQLException.class).hasMessage("no answer");
		Mockito.verify(connection).abort(Mockito.any());
	}

	@Test
	void whenDatabaseDoesNotAnswerItIsUnavailable() throws Exception {
		try (HikariDataSource pool = PostgresDatabase.open()) {
			OwnDataSource own = new OwnDataSource(pool, new TransactionManagers(pool, List::of),
					Duration.ofMillis(300));
			JdbcClient jdbc = JdbcClient.create(own);
			assertThatThrownBy(() -> jdbc.sql("SELECT 1 FROM pg_sleep(20)").query(Integer.class).single())
				.satisfies((ex) -> assertThat(DatabaseFaults.isUnavailable(ex)).isTrue());
			try (Connection connection = own.getConnection()) {
				assertThat(connection.getNetworkTimeout()).isEqualTo(300);
			}
			try (Connection connection = pool.getConnection()) {
				assertThat(connection.getNetworkTimeout()).isZero();
				connection.setNetworkTimeout(Runnable::run, 200);
				SingleConnectionDataSource shorter = new SingleConnectionDataSource(connection, true);
				try (Connection ours = new OwnDataSource(shorter, new TransactionManagers(shorter, List::of),
						Duration.ofMillis(300))
					.getConnection()) {
					assertThat(ours.getNetworkTimeout()).isEqualTo(200);
				}
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "MyApp, MyApp", "MyApp, \"MyApp\"", "myapp, MyApp", "MYAPP, MYAPP" })
	void whenSchemaHasOtherSpellingItIsFound(String schema, String given) {
		for (DataSource database : databases()) {
			JdbcClient jdbc = JdbcClient.create(database);
			boolean folded = !schema.equals(given.replace("\"", ""));
			String name = (folded) ? schema + this.unique : "\"" + schema + this.unique + "\"";
			jdbc.sql("CREATE SCHEMA " + name).update();
			String prefix = given.endsWith("\"") ? given.substring(0, given.length() - 1) + this.unique + "\""
					: given + this.unique;
			with(database).withPropertyValues("operations.tracking.jdbc.table-prefix=" + prefix + ".ops_")
				.run((context) -> {
					deliverOne(context);
					assertThat(jdbc.sql("SELECT COUNT(*) FROM " + name + ".ops_tracked").query(Integer.class).single())
						.isEqualTo(1);
				});
			jdbc.sql("DROP SCHEMA " + name + " CASCADE").update();
		}
	}

	@Test
	void whenPrefixIsLongestAllIndexesExist() {
		String prefix = "p".repeat(36) + this.unique;
		with(PostgresDatabase.DATA_SOURCE).withPropertyValues("operations.tracking.jdbc.table-prefix=" + prefix)
			.run((context) -> {
				deliverOne(context);
				List<@Nullable String> expected = new ArrayList<>();
				for (String index : List.of("inbox_pkey", "learned_pkey", "lease_epoch", "lease_pkey",
						"scheduled_heartbeat", "scheduled_pkey", "scheduled_time", "tracked_delivered", "tracked_ended",
						"tracked_failing", "tracked_open", "tracked_pkey", "tracked_state", "tracked_stuck")) {
					expected.add(prefix + index);
				}
				assertThat(JdbcClient.create(PostgresDatabase.DATA_SOURCE)
					.sql("SELECT indexname FROM pg_indexes WHERE tablename LIKE :prefix")
					.param("prefix", prefix + "%")
					.query(String.class)
					.list()).containsExactlyInAnyOrderElementsOf(expected);
			});
	}

	@Test
	void whenPrefixIsTooLongStartFailsWithReason() {
		with(PostgresDatabase.DATA_SOURCE)
			.withPropertyValues("operations.tracking.jdbc.table-prefix=public." + "p".repeat(45))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("operations.tracking.jdbc.table-prefix")
				.hasMessageContaining("at most 44 characters, not 45"));
	}

	private List<DataSource> databases() {
		return List.of(PostgresDatabase.DATA_SOURCE,
				new DriverManagerDataSource("jdbc:h2:mem:" + this.unique + ";DB_CLOSE_DELAY=-1"));
	}

	// Not closed with the context.
	private ApplicationContextRunner with(DataSource database) {
		return this.runner.withBean(DataSource.class, () -> new DelegatingDataSource(database));
	}

	private static void deliverOne(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed();
		OperationTracker tracker = context.getBean(OperationTracker.class);
		tracker.track("op", Map.of()).block(MAX_WAIT);
		await().atMost(MAX_WAIT).until(() -> delivered(tracker) == 1);
	}

}
