package io.operations.autoconfigure.tracking;

import java.util.List;

import javax.sql.DataSource;

import io.operations.autoconfigure.OperationsConfigurationException;
import io.operations.internal.tracking.jdbc.TrackingTables;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Chooses the database of tracked operations and of the shared rate limit, and the names
 * of the tables.
 */
final class DatabaseChoice {

	private DatabaseChoice() {
	}

	/**
	 * Return the DataSource that the application marked, or else its only or primary one.
	 * @param marked the marked DataSources
	 * @param dataSources all DataSources
	 * @param key the property that requires a DataSource with the value {@code jdbc}
	 * @param without the setting of this property that requires none
	 * @return the DataSource
	 */
	static DataSource dataSource(ObjectProvider<DataSource> marked, ObjectProvider<DataSource> dataSources, String key,
			String without) {
		DataSource dataSource = marked.getIfUnique();
		if (dataSource == null) {
			dataSource = dataSources.getIfUnique();
		}
		if (dataSource != null) {
			return dataSource;
		}
		List<DataSource> several = dataSources.stream().toList();
		throw new OperationsConfigurationException(
				several.isEmpty() ? "Property '" + key + "' is 'jdbc', but there is no DataSource."
						: "Property '" + key + "' is 'jdbc', but there are " + several.size()
								+ " DataSources and the library cannot tell which one to use.",
				several.isEmpty()
						? "Set spring.datasource.url and add the JDBC driver of your database, or set " + without + "."
						: "Put @OperationsDataSource (io.operations.autoconfigure.tracking) on the bean method of the"
								+ " DataSource for the tables of the library, or make one of them @Primary.",
				null);
	}

	static TrackingTables tables(OperationsTrackingProperties properties) {
		String prefix = properties.getJdbc().getTablePrefix();
		try {
			return new TrackingTables(prefix);
		}
		catch (IllegalArgumentException ex) {
			throw OperationsConfigurationException.of("operations.tracking.jdbc.table-prefix", prefix,
					String.valueOf(ex.getMessage()).replaceFirst("'prefix'", "it"),
					"Correct the property 'operations.tracking.jdbc.table-prefix', or remove it to use its default.");
		}
	}

}
