package io.operations.internal.resilience.jdbc;

import com.zaxxer.hikari.HikariDataSource;

class H2BudgetStoreTests extends BudgetStoreContract {

	private static final HikariDataSource DATABASE = open();

	H2BudgetStoreTests() {
		super(DATABASE);
	}

	private static HikariDataSource open() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl("jdbc:h2:mem:budget;DB_CLOSE_DELAY=-1");
		dataSource.setMaximumPoolSize(20);
		return dataSource;
	}

	@Override
	HikariDataSource pool() {
		return open();
	}

	@Override
	boolean waitsForTheRow() {
		return this.jdbc.sql("SELECT COUNT(*) FROM INFORMATION_SCHEMA.SESSIONS WHERE BLOCKER_ID IS NOT NULL")
			.query(Long.class)
			.single() > 0;
	}

	@Override
	void seenEarlier(int seconds) {
		this.jdbc
			.sql("UPDATE operations_instance SET seen_at = DATEADD(SECOND, -" + seconds
					+ ", CURRENT_TIMESTAMP(9)) WHERE client = ?")
			.param(this.client)
			.update();
	}

}
