package io.operations.internal.tracking.jdbc;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.InfrastructureProxy;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.UserCredentialsDataSourceAdapter;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Opens the connections that the library itself uses. New connections use READ COMMITTED
 * and commit each statement outside of transactions, even if the pool has other settings.
 * They fail if the database does not answer for some time, because a network that loses
 * packets reports nothing. If the application's transaction has bound a connection to the
 * thread, the library uses that connection unchanged, even if another proxy of the same
 * database bound it.
 */
final class OwnDataSource extends DelegatingDataSource implements InfrastructureProxy {

	private static final Log logger = LogFactory.getLog(OwnDataSource.class);

	private static final Duration ANSWER = Duration.ofSeconds(30);

	private final DataSource target;

	private final Duration answer;

	private final List<DataSource> layers;

	private final TransactionManagers managers;

	private final PoolDefaults defaults;

	OwnDataSource(DataSource target, TransactionManagers managers) {
		this(target, managers, ANSWER);
	}

	/**
	 * Create the DataSource.
	 * @param target the database
	 * @param managers the application's transaction managers
	 * @param answer how long the database may send nothing while a statement runs. If the
	 * pool has a shorter time, that is kept.
	 */
	OwnDataSource(DataSource target, TransactionManagers managers, Duration answer) {
		super(target);
		this.target = target;
		this.answer = answer;
		this.layers = layers(target);
		this.managers = managers;
		PoolDefaults read = new JdbcTemplate(target).execute((ConnectionCallback<PoolDefaults>) PoolDefaults::of);
		this.defaults = (read != null) ? read : PoolDefaults.USUAL;
		if (this.defaults.readOnly()) {
			throw new TrackingDatabaseException(
					"The DataSource of tracked operations returns read-only connections, but tracking writes to the"
							+ " database.",
					"Remove the setting that makes them read-only, such as spring.datasource.hikari.read-only=true, or"
							+ " put @OperationsDataSource on a DataSource that allows writes.",
					null);
		}
	}

	/**
	 * Return a DataSource and the DataSources that it delegates to.
	 * @param dataSource the DataSource
	 * @return the DataSources of the same database, the outermost first
	 */
	static List<DataSource> layers(DataSource dataSource) {
		List<DataSource> layers = new ArrayList<>();
		DataSource layer = dataSource;
		while (layer != null) {
			layers.add(layer);
			// Other credentials may lead to another schema.
			layer = (layer instanceof DelegatingDataSource proxy
					&& !(layer instanceof UserCredentialsDataSourceAdapter)) ? proxy.getTargetDataSource() : null;
		}
		return layers;
	}

	/**
	 * Return whether new connections of the pool are in auto-commit mode.
	 * @return whether they commit each statement
	 */
	boolean isAutoCommit() {
		return this.defaults.autoCommit();
	}

	/**
	 * Return whether transactions on new connections of the pool fail if another one has
	 * changed a row since they began.
	 * @return whether their isolation level is above READ COMMITTED
	 */
	boolean isStrict() {
		return this.defaults.isolation() > Connection.TRANSACTION_READ_COMMITTED;
	}

	/**
	 * Limit the time for which statements wait for an answer over the network. If the
	 * pool has a shorter time, that is kept.
	 * @param connection the connection
	 * @param limit the limit, {@code null} for the one of all connections of the library
	 */
	void limit(Connection connection, @Nullable Duration limit) {
		int millis = Math.toIntExact(((limit != null) ? limit : this.answer).toMillis());
		Integer usual = this.defaults.networkTimeout();
		if (usual != null) {
			setNetworkTimeout(connection, (usual > 0) ? Math.min(usual, millis) : millis);
		}
	}

	private static void setNetworkTimeout(Connection connection, int millis) {
		try {
			if (!connection.isClosed() && connection.getNetworkTimeout() != millis) {
				connection.setNetworkTimeout(Runnable::run, millis);
			}
		}
		catch (SQLException ex) {
			logger.debug("The time limit of a connection could not be set.", ex);
		}
	}

	/**
	 * Return whether the connection that is bound to the thread is in auto-commit mode.
	 * @return whether it commits each statement
	 */
	boolean isBoundAutoCommit() {
		return isAutoCommit(getWrappedObject());
	}

	// The key under which Spring binds a connection to the thread. The application may
	// bind several through proxies of one database. The one in a transaction counts.
	@Override
	public Object getWrappedObject() {
		if (!TransactionSynchronizationManager.isActualTransactionActive()) {
			return this.target;
		}
		List<DataSource> bound = bound(this.layers);
		if (bound.stream().allMatch(OwnDataSource::isAutoCommit)) {
			bound.addAll(bound(this.managers.dataSources()));
		}
		DataSource first = bound.isEmpty() ? this.target : bound.get(0);
		return bound.stream().filter((key) -> !isAutoCommit(key)).findFirst().orElse(first);
	}

	private static List<DataSource> bound(List<DataSource> keys) {
		return keys.stream()
			.filter(TransactionSynchronizationManager::hasResource)
			.collect(Collectors.toCollection(ArrayList::new));
	}

	private static boolean isAutoCommit(Object key) {
		try {
			return !(TransactionSynchronizationManager.getResource(key) instanceof ConnectionHolder holder)
					|| holder.getConnection().getAutoCommit();
		}
		catch (SQLException | RuntimeException ex) {
			// Without a working connection there is no transaction.
			return true;
		}
	}

	@Override
	public Connection getConnection() throws SQLException {
		Connection connection = this.target.getConnection();
		try {
			boolean autoCommit = connection.getAutoCommit();
			if (!autoCommit) {
				connection.setAutoCommit(true);
			}
			if (hasOtherIsolation()) {
				connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
			}
			limit(connection, null);
			return restoredOnClose(connection, autoCommit);
		}
		catch (SQLException | RuntimeException ex) {
			discard(connection);
			throw ex;
		}
	}

	private Connection restoredOnClose(Connection connection, boolean autoCommit) {
		return (Connection) Proxy.newProxyInstance(OwnDataSource.class.getClassLoader(),
				new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("close")) {
						close(connection, autoCommit);
						return null;
					}
					return TransactionalDataSource.invoke(connection, method, arguments);
				});
	}

	// The pool must not lend it again with these settings.
	private static void discard(Connection connection) throws SQLException {
		try (connection) {
			connection.abort(Runnable::run);
		}
	}

	private boolean hasOtherIsolation() {
		return this.defaults.isolation() != Connection.TRANSACTION_READ_COMMITTED;
	}

	// Not every pool resets the settings of a connection.
	private void close(Connection connection, boolean autoCommit) throws SQLException {
		try {
			if (!connection.isClosed()) {
				restore(connection, autoCommit);
			}
		}
		catch (SQLException | RuntimeException ex) {
			discard(connection);
			throw ex;
		}
		connection.close();
	}

	private void restore(Connection connection, boolean autoCommit) throws SQLException {
		if (hasOtherIsolation()) {
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			connection.setTransactionIsolation(this.defaults.isolation());
		}
		if (!autoCommit) {
			connection.setAutoCommit(false);
		}
		if (this.defaults.networkTimeout() != null) {
			setNetworkTimeout(connection, this.defaults.networkTimeout());
		}
	}

	/**
	 * Holds the settings of new connections of the pool.
	 *
	 * @param autoCommit whether they are in auto-commit mode
	 * @param isolation their isolation level
	 * @param readOnly whether they are read-only
	 * @param networkTimeout the time in milliseconds for which they wait for an answer; 0
	 * for no limit, {@code null} if the driver does not support a limit
	 */
	private record PoolDefaults(boolean autoCommit, int isolation, boolean readOnly, @Nullable Integer networkTimeout) {

		private static final PoolDefaults USUAL = new PoolDefaults(true, Connection.TRANSACTION_READ_COMMITTED, false,
				null);

		private static PoolDefaults of(Connection connection) throws SQLException {
			return new PoolDefaults(connection.getAutoCommit(), connection.getTransactionIsolation(),
					connection.isReadOnly(), networkTimeout(connection));
		}

		private static @Nullable Integer networkTimeout(Connection connection) throws SQLException {
			try {
				return connection.getNetworkTimeout();
			}
			catch (SQLFeatureNotSupportedException ex) {
				return null;
			}
		}

	}

}
