package io.operations.internal.tracking.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Gives db-scheduler the connection of the Spring transaction that is active on the
 * thread. db-scheduler commits on connections that are not in auto-commit mode. Therefore
 * this connection claims to be in auto-commit mode, and only the Spring transaction
 * commits it.
 */
final class TransactionalDataSource extends DelegatingDataSource {

	TransactionalDataSource(DataSource target) {
		super(target);
	}

	static boolean isTransactionActive(DataSource target) {
		return TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.hasResource(target);
	}

	@Override
	public Connection getConnection() throws SQLException {
		DataSource target = obtainTargetDataSource();
		if (!isTransactionActive(target)) {
			return target.getConnection();
		}
		Connection connection = DataSourceUtils.getConnection(target);
		return (Connection) Proxy.newProxyInstance(TransactionalDataSource.class.getClassLoader(),
				new Class<?>[] { Connection.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "getAutoCommit" -> true;
					case "close" -> {
						DataSourceUtils.releaseConnection(connection, target);
						yield null;
					}
					case "commit", "rollback", "setAutoCommit" -> throw new SQLException(
							"'" + method.getName() + "' must not be called: the Spring transaction controls it");
					default -> invoke(connection, method, arguments);
				});
	}

	static @Nullable Object invoke(Connection connection, Method method, Object @Nullable [] arguments)
			throws Throwable {
		try {
			return method.invoke(connection, arguments);
		}
		catch (InvocationTargetException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
	}

}
