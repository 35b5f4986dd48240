package io.operations.autoconfigure.tracking;

import java.util.Properties;
import java.util.Set;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.jdbc.datasource.AbstractDriverBasedDataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/**
 * Opens connections beside the application's pool, with the URL and the credentials of
 * the pool. So handlers that hold all connections of the pool do not hold back the rate
 * limit.
 */
final class OwnConnections {

	// The DataSources of drivers. They open each connection with all their settings.
	private static final Set<String> OF_DRIVERS = Set.of("org.postgresql.ds.PGSimpleDataSource",
			"org.h2.jdbcx.JdbcDataSource");

	private OwnConnections() {
	}

	/**
	 * Return a DataSource without a pool for the same database.
	 * @param dataSource the application's DataSource
	 * @return the DataSource; {@code null} if not all settings of the application's
	 * DataSource are known, so that a connection must be borrowed. That is the case for
	 * any pool but HikariCP, and for a pool that prepares its connections with a
	 * statement.
	 */
	static @Nullable DataSource to(DataSource dataSource) {
		DataSource known = withoutProxies(dataSource);
		if (OF_DRIVERS.contains(known.getClass().getName())) {
			return known;
		}
		Properties properties = new Properties();
		String schema;
		if (isHikari(known.getClass())) {
			BeanWrapper pool = PropertyAccessorFactory.forBeanPropertyAccess(known);
			if (isSet(pool, "connectionInitSql") || isSet(pool, "credentialsProvider")
					|| isSet(pool, "credentialsProviderClassName")) {
				return null;
			}
			copy((Properties) pool.getPropertyValue("dataSourceProperties"), properties);
			schema = (String) pool.getPropertyValue("schema");
		}
		else if (known.getClass() == SimpleDriverDataSource.class
				|| known.getClass() == DriverManagerDataSource.class) {
			AbstractDriverBasedDataSource plain = (AbstractDriverBasedDataSource) known;
			copy(plain.getConnectionProperties(), properties);
			schema = plain.getSchema();
		}
		else {
			return null;
		}
		try {
			SimpleDriverDataSource own = DataSourceBuilder.derivedFrom(known)
				.type(SimpleDriverDataSource.class)
				.build();
			String url = own.getUrl();
			if (url == null) {
				return null;
			}
			if (url.startsWith("jdbc:postgresql:")) {
				properties.setProperty("connectTimeout", "1");
				properties.setProperty("loginTimeout", "2");
				properties.setProperty("socketTimeout", "2");
				// PgBouncer in transaction mode knows no prepared statements of a
				// session.
				properties.setProperty("prepareThreshold", "0");
			}
			own.setConnectionProperties(properties);
			own.setSchema(schema);
			return own;
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

	// The proxies only decide which connection a transaction uses.
	private static DataSource withoutProxies(DataSource dataSource) {
		DataSource known = dataSource;
		while ((known.getClass() == TransactionAwareDataSourceProxy.class
				|| known.getClass() == LazyConnectionDataSourceProxy.class)
				&& ((DelegatingDataSource) known).getTargetDataSource() != null) {
			known = ((DelegatingDataSource) known).getTargetDataSource();
		}
		return known;
	}

	// The application may have a subclass that gets its password from elsewhere.
	private static boolean isHikari(@Nullable Class<?> type) {
		return type != null
				&& ("com.zaxxer.hikari.HikariDataSource".equals(type.getName()) || isHikari(type.getSuperclass()));
	}

	private static boolean isSet(BeanWrapper pool, String property) {
		return pool.isReadableProperty(property) && pool.getPropertyValue(property) != null;
	}

	private static void copy(@Nullable Properties from, Properties to) {
		if (from != null) {
			to.putAll(from);
		}
	}

}
