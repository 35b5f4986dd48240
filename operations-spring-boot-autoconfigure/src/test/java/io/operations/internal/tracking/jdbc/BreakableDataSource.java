package io.operations.internal.tracking.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A database that a test makes unavailable.
 */
final class BreakableDataSource extends DelegatingDataSource {

	private final AtomicInteger refused = new AtomicInteger();

	private volatile boolean unavailable;

	private volatile String start = "";

	private volatile @Nullable Runnable action;

	private volatile @Nullable String cut;

	BreakableDataSource(DataSource target) {
		super(target);
	}

	void unavailable(boolean isUnavailable) {
		this.unavailable = isUnavailable;
	}

	/**
	 * Do something just before a statement is prepared, once.
	 * @param statement how the statement starts
	 * @param once what to do
	 */
	void before(String statement, Runnable once) {
		this.start = statement;
		this.action = once;
	}

	/**
	 * Become unavailable when a statement is prepared, and close its connection.
	 * @param statement how the statement starts
	 */
	void cutAt(String statement) {
		this.cut = statement;
	}

	int refused() {
		return this.refused.get();
	}

	@Override
	public Connection getConnection() throws SQLException {
		if (this.unavailable) {
			this.refused.incrementAndGet();
			throw new SQLTransientConnectionException("The database is unavailable");
		}
		Connection connection = super.getConnection();
		if (this.action == null && this.cut == null) {
			return connection;
		}
		AtomicBoolean gone = new AtomicBoolean();
		return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("prepareStatement")) {
						prepare((String) arguments[0], gone);
					}
					if (gone.get() && method.getName().equals("rollback")) {
						throw new SQLException("Connection is closed");
					}
					try {
						return method.invoke(connection, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

	private void prepare(String statement, AtomicBoolean gone) throws SQLException {
		String end = this.cut;
		if (end != null && statement.startsWith(end)) {
			this.cut = null;
			this.unavailable = true;
			gone.set(true);
			throw new SQLException("The connection was cut", "08006");
		}
		Runnable once = this.action;
		if (once != null && statement.startsWith(this.start)) {
			this.action = null;
			once.run();
		}
	}

}
