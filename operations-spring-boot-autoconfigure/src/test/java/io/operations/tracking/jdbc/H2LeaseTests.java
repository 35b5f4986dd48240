package io.operations.tracking.jdbc;

import com.zaxxer.hikari.HikariDataSource;

class H2LeaseTests extends LeaseContract {

	private static final HikariDataSource DATABASE = open();

	H2LeaseTests() {
		super(DATABASE);
	}

	private static HikariDataSource open() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl("jdbc:h2:mem:leases;DB_CLOSE_DELAY=-1");
		dataSource.setMaximumPoolSize(20);
		return dataSource;
	}

}
