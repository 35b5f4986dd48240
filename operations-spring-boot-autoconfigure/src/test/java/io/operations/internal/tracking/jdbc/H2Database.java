package io.operations.internal.tracking.jdbc;

import com.zaxxer.hikari.HikariDataSource;

/**
 * A database in memory, which all tests of the process share.
 */
final class H2Database {

	static final HikariDataSource DATA_SOURCE = open();

	private H2Database() {
	}

	private static HikariDataSource open() {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl("jdbc:h2:mem:tracking;DB_CLOSE_DELAY=-1");
		dataSource.setMaximumPoolSize(20);
		return dataSource;
	}

}
