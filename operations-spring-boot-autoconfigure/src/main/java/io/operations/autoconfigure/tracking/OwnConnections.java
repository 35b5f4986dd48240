package io.operations.autoconfigure.tracking;

import java.sql.SQLException;
import java.util.Properties;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/**
 * Opens connections beside the application's pool, with the URL and the credentials of
 * the pool. Handlers that hold all connections of the pool then do not hold back the rate
 * limit.
 */
final class OwnConnections {

	private OwnConnections() {
	}

	/**
	 * Return a DataSource without a pool for the same database.
	 * @param dataSource the application's DataSource
	 * @return the DataSource; {@code null} if the URL of the application's is not known
	 */
	static @Nullable DataSource to(DataSource dataSource) {
		try {
			SimpleDriverDataSource own = DataSourceBuilder.derivedFrom(dataSource)
				.type(SimpleDriverDataSource.class)
				.build();
			Properties properties = new Properties();
			copySettings(dataSource, own, properties);
			String url = own.getUrl();
			if (url != null && url.startsWith("jdbc:postgresql:")) {
				properties.setProperty("connectTimeout", "1");
				properties.setProperty("loginTimeout", "2");
				properties.setProperty("socketTimeout", "2");
				// PgBouncer in transaction mode knows no prepared statements of a
				// session.
				properties.setProperty("prepareThreshold", "0");
			}
			own.setConnectionProperties(properties);
			return own;
		}
		catch (SQLException | RuntimeException ex) {
			return null;
		}
	}

	// HikariCP has settings for the driver, for instance of TLS, beside the URL.
	private static void copySettings(DataSource dataSource, SimpleDriverDataSource own, Properties properties)
			throws SQLException {
		DataSource pool = dataSource.isWrapperFor(DataSource.class) ? dataSource.unwrap(DataSource.class) : dataSource;
		BeanWrapper settings = PropertyAccessorFactory.forBeanPropertyAccess(pool);
		if (settings.isReadableProperty("dataSourceProperties")
				&& settings.getPropertyValue("dataSourceProperties") instanceof Properties drivers) {
			properties.putAll(drivers);
		}
		if (settings.isReadableProperty("schema") && settings.getPropertyValue("schema") instanceof String schema) {
			own.setSchema(schema);
		}
	}

}
