package io.operations.internal.resilience.jdbc;

import java.sql.Connection;
import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.internal.tracking.jdbc.PostgresDatabase;
import io.operations.resilience.BudgetStore;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class PostgresBudgetStoreTests extends BudgetStoreContract {

	PostgresBudgetStoreTests() {
		super(PostgresDatabase.DATA_SOURCE);
	}

	@Override
	HikariDataSource pool() {
		return PostgresDatabase.open();
	}

	@Override
	boolean waitsForTheRow() {
		return this.jdbc
			.sql("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
					+ " AND query LIKE 'INSERT INTO operations_budget%'")
			.query(Long.class)
			.single() > 0;
	}

	@Override
	void seenEarlier(int seconds) {
		this.jdbc
			.sql("UPDATE operations_instance SET seen_at = clock_timestamp() - " + seconds
					+ " * INTERVAL '1 second' WHERE client = ?")
			.param(this.client)
			.update();
	}

	@Test
	void whenServerClosesConnectionStoreReplacesIt() {
		BudgetStore store = open(
				new DriverManagerDataSource(this.dataSource.getJdbcUrl() + "&ApplicationName=" + this.client), true);
		reserve(store, Duration.ofMillis(1));
		this.jdbc.sql("SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE application_name = ?")
			.param(this.client)
			.query()
			.singleRow();
		assertThat(reserve(store, Duration.ofMillis(100)).untilEnd()).isPositive();
	}

	@Test
	void whenRowIsLockedNoStatementStaysInTheDatabase() throws Exception {
		BudgetStore store = open(
				new DriverManagerDataSource(this.dataSource.getJdbcUrl() + "&ApplicationName=" + this.client), true);
		reserve(store, Duration.ofMillis(1));
		try (Connection other = holdRow()) {
			for (int i = 0; i < 3; i++) {
				assertThatExceptionOfType(RuntimeException.class)
					.isThrownBy(() -> reserve(store, Duration.ofSeconds(1_000)));
			}
			await().during(Duration.ofMillis(200))
				.atMost(Duration.ofSeconds(5))
				.until(() -> count("application_name = ? AND wait_event_type = 'Lock'") == 0);
			assertThat(count("application_name = ?")).isLessThanOrEqualTo(1);
			other.rollback();
		}
		assertThat(reserve(store, Duration.ofSeconds(1)).untilEnd()).isLessThanOrEqualTo(Duration.ofSeconds(1));
	}

	private long count(String condition) {
		return this.jdbc.sql("SELECT COUNT(*) FROM pg_stat_activity WHERE " + condition)
			.param(this.client)
			.query(Long.class)
			.single();
	}

	@Test
	void whenBorrowedConnectionReturnsItHasItsNetworkTimeout() throws Exception {
		try (SingleConnectionDataSource pool = new SingleConnectionDataSource(this.dataSource.getJdbcUrl(), true)) {
			try (Connection connection = pool.getConnection()) {
				connection.setNetworkTimeout(Runnable::run, 77_000);
				BudgetStore store = open(pool, false);
				reserve(store, Duration.ofMillis(1));
				assertThat(connection.getNetworkTimeout()).isEqualTo(77_000);
				try (Connection other = holdRow()) {
					assertThatExceptionOfType(RuntimeException.class)
						.isThrownBy(() -> reserve(store, Duration.ofMillis(1)));
					other.rollback();
				}
				assertThat(connection.getNetworkTimeout()).isEqualTo(77_000);
			}
		}
	}

	@Test
	void whenPermitsAreReservedRowIsUpdatedInPlace() {
		BudgetStore store = open(this.dataSource, true);
		for (int i = 0; i < 100; i++) {
			reserve(store, Duration.ofMillis(1));
		}
		assertThat(this.jdbc.sql("SELECT pg_relation_size('operations_budget')").query(Long.class).single())
			.isLessThan(1_000_000);
	}

}
