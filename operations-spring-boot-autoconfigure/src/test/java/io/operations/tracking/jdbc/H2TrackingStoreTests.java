package io.operations.tracking.jdbc;

import com.zaxxer.hikari.HikariDataSource;

class H2TrackingStoreTests extends JdbcTrackerContract {

	private static final HikariDataSource DATABASE = open();

	H2TrackingStoreTests() {
		super(DATABASE);
	}

	private static HikariDataSource open() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl("jdbc:h2:mem:tracking;DB_CLOSE_DELAY=-1");
		dataSource.setMaximumPoolSize(20);
		return dataSource;
	}

}
