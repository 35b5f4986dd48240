package io.operations.tracking.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A database that can be away.
 */
final class BreakableDataSource extends DelegatingDataSource {

	private final AtomicInteger refused = new AtomicInteger();

	private volatile boolean away;

	BreakableDataSource(DataSource target) {
		super(target);
	}

	void away(boolean isAway) {
		this.away = isAway;
	}

	int refused() {
		return this.refused.get();
	}

	@Override
	public Connection getConnection() throws SQLException {
		if (this.away) {
			this.refused.incrementAndGet();
			throw new SQLTransientConnectionException("The database is away");
		}
		return super.getConnection();
	}

}
