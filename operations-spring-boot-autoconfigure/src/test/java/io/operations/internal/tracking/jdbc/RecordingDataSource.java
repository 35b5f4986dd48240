package io.operations.internal.tracking.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Tells of each statement just before it is prepared, and of each COMMIT.
 */
final class RecordingDataSource extends DelegatingDataSource {

	private final Hook hook;

	RecordingDataSource(DataSource target, Consumer<String> recorder) {
		this(target, (statement, connection) -> recorder.accept(statement));
	}

	RecordingDataSource(DataSource target, Hook hook) {
		super(target);
		this.hook = hook;
	}

	@Override
	public Connection getConnection() throws SQLException {
		Connection connection = super.getConnection();
		return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("prepareStatement")) {
						this.hook.before((String) arguments[0], connection);
					}
					else if (method.getName().equals("commit")) {
						this.hook.before("COMMIT", connection);
					}
					try {
						return method.invoke(connection, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

	/**
	 * Called before a statement.
	 */
	interface Hook {

		void before(String statement, Connection connection) throws SQLException;

	}

}
