package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import com.github.kagkarlsson.scheduler.task.Execution;
import io.operations.tracking.TrackingListener;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

class PicksTests {

	private static final Duration WAIT = Duration.ofSeconds(9);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final JdbcDataSource database = new JdbcDataSource();

	PicksTests() {
		this.database.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
		TrackingDialect dialect = TrackingDialect.of(this.database);
		new ResourceDatabasePopulator(new ClassPathResource(dialect.schema())).execute(this.database);
	}

	@Test
	void whenPickWaitsForConnectionTimeOfPickIsStored() {
		Instant called = Instant.ofEpochMilli(this.time.now(TimeUnit.MILLISECONDS));
		JdbcClient jdbc = JdbcClient.create(this.database);
		jdbc.sql("INSERT INTO operations_scheduled (task_name, task_instance, execution_time, picked, version)"
				+ " VALUES ('operations', 'op', :due, FALSE, 1)")
			.param("due", called.minusSeconds(1).atOffset(ZoneOffset.UTC))
			.update();
		List<Execution> picked = picks(new DelegatingDataSource(this.database) {

			@Override
			public Connection getConnection() throws SQLException {
				PicksTests.this.time.advanceTimeBy(WAIT);
				return super.getConnection();
			}

		}).pickDue("operations_scheduled", "one", called, 10);
		assertThat(picked).hasSize(1);
		assertThat(jdbc.sql("SELECT last_heartbeat FROM operations_scheduled").query(OffsetDateTime.class).single())
			.as("not a dead execution from the beginning")
			.isEqualTo(called.plus(WAIT).atOffset(ZoneOffset.UTC));
	}

	private Picks picks(DelegatingDataSource dataSource) {
		JdbcTransactionManager manager = new JdbcTransactionManager(dataSource);
		TransactionManagers managers = new TransactionManagers(dataSource, () -> List.of(manager));
		OwnDataSource own = new OwnDataSource(dataSource, managers);
		JdbcTransactions transactions = new JdbcTransactions(own, managers, TrackingDialect.H2);
		TrackingListener listener = new TrackingListener() {
		};
		DatabaseCalls calls = new DatabaseCalls(new DatabaseAvailability(this.time, listener), listener);
		return new Picks(own, transactions, calls, TrackingDialect.H2.pick("operations_scheduled"), (resolver) -> {
		}, () -> Set.of("operations"));
	}

}
