package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.operations.autoconfigure.OperationsAutoConfiguration;
import io.operations.autoconfigure.tracking.OperationsTrackingAutoConfiguration;
import io.operations.core.OperationsTemplate;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.tracking.OperationOutcomeHandler;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Tag;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that tracks operations in PostgreSQL, in tables of its own.
 */
@Tag("slow")
abstract class TrackingApplication {

	protected static final Duration MAX_WAIT = Duration.ofSeconds(20);

	protected final String prefix = "t" + UUID.randomUUID().toString().substring(0, 8) + "_";

	protected final ScriptedEndpoint endpoint = new ScriptedEndpoint();

	protected final JdbcClient jdbc = JdbcClient.create(PostgresDatabase.DATA_SOURCE);

	protected volatile OperationOutcomeHandler handler = (outcome) -> {
	};

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("operations.tracking.store=jdbc", "operations.tracking.jdbc.initialize-schema=always",
				"operations.tracking.jdbc.table-prefix=" + this.prefix, "operations.tracking.jdbc.look-interval=20ms",
				"operations.tracking.jdbc.flush-interval=20ms", "operations.tracking.delivery.initial-interval=100ms")
		.withBean(OperationsTemplate.class, () -> this.endpoint.template().build())
		.withBean("handler", OperationOutcomeHandler.class, () -> (outcome) -> this.handler.handle(outcome))
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, OperationsAutoConfiguration.class,
				OperationsTrackingAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class));

	TrackingApplication() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
	}

	protected volatile DataSource database = PostgresDatabase.DATA_SOURCE;

	protected final JdbcClient handlersJdbc() {
		return JdbcClient.create(this.database);
	}

	// Not closed with the context.
	protected final ApplicationContextRunner with(DataSource target) {
		return this.runner.withBean(DataSource.class, () -> {
			this.database = new DelegatingDataSource(target);
			return this.database;
		});
	}

	protected static void within(ApplicationContextRunner runner,
			ContextConsumer<? super AssertableApplicationContext> consumer) throws Exception {
		CompletableFuture.runAsync(() -> runner.run(consumer)).get(MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
	}

	protected final Connection begin(String statement) throws SQLException {
		Connection connection = PostgresDatabase.DATA_SOURCE.getConnection();
		connection.setAutoCommit(false);
		try (Statement begun = connection.createStatement()) {
			begun.execute(statement);
		}
		return connection;
	}

	protected static void track(AssertableApplicationContext context, String id) {
		assertThat(context).hasNotFailed();
		context.getBean(OperationTracker.class).track(id, Map.of()).block(MAX_WAIT);
	}

	protected static TrackedOperation find(AssertableApplicationContext context, String id) {
		return Objects.requireNonNull(context.getBean(OperationTracker.class).find(id).block(MAX_WAIT));
	}

	protected static TrackedOperation until(AssertableApplicationContext context, String id, TrackingState state) {
		await().atMost(MAX_WAIT).until(() -> find(context, id).state() == state);
		return find(context, id);
	}

}
