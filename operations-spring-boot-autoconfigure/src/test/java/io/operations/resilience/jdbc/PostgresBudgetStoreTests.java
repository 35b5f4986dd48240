package io.operations.resilience.jdbc;

import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.resilience.BudgetStore;
import io.operations.tracking.jdbc.PostgresDatabase;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

class PostgresBudgetStoreTests extends BudgetStoreContract {

	PostgresBudgetStoreTests() {
		super(PostgresDatabase.DATA_SOURCE);
	}

	@Override
	HikariDataSource pool() {
		return PostgresDatabase.open();
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
	void aConnectionThatTheServerClosedIsReplaced() {
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
	void theRowIsUpdatedInPlace() {
		BudgetStore store = open(this.dataSource, true);
		for (int i = 0; i < 100; i++) {
			reserve(store, Duration.ofMillis(1));
		}
		assertThat(this.jdbc.sql("SELECT pg_relation_size('operations_budget')").query(Long.class).single())
			.isLessThan(1_000_000);
	}

}
