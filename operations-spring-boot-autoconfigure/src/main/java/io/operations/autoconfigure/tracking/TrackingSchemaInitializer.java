package io.operations.autoconfigure.tracking;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.operations.autoconfigure.OperationsConfigurationException;
import io.operations.tracking.jdbc.JdbcTrackingStore;
import io.operations.tracking.jdbc.TrackingTables;

import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.ScriptException;

/**
 * Creates the tables of tracked operations under the configured names.
 */
final class TrackingSchemaInitializer extends DataSourceScriptDatabaseInitializer {

	private final TrackingTables tables;

	TrackingSchemaInitializer(DataSource dataSource, TrackingTables tables, DatabaseInitializationMode mode) {
		super(dataSource, settings(dataSource, mode));
		this.tables = tables;
	}

	private static DatabaseInitializationSettings settings(DataSource dataSource, DatabaseInitializationMode mode) {
		DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
		settings.setMode(mode);
		if (mode != DatabaseInitializationMode.NEVER) {
			settings.setSchemaLocations(List.of(JdbcTrackingStore.schemaLocation(dataSource)));
		}
		return settings;
	}

	@Override
	protected void runScripts(Scripts scripts) {
		TrackingTables names = this.tables.in(getDataSource());
		List<Resource> renamed = new ArrayList<>();
		for (Resource script : scripts) {
			renamed.add(rename(script, names));
		}
		try {
			run(renamed, scripts, false);
		}
		catch (ScriptException ex) {
			// Two instances that start at the same time may both try to create a table.
			// And a user without the right to create tables may use existing ones.
			run(renamed, scripts, true);
			checkTables(names, ex);
		}
	}

	private void run(List<Resource> resources, Scripts scripts, boolean continueOnError) {
		super.runScripts(new Scripts(resources).continueOnError(continueOnError)
			.separator(scripts.getSeparator())
			.encoding(StandardCharsets.UTF_8));
	}

	private void checkTables(TrackingTables names, ScriptException fault) {
		JdbcClient jdbc = JdbcClient.create(getDataSource());
		try {
			for (String table : List.of(names.tracked(), names.scheduled())) {
				jdbc.sql("SELECT COUNT(*) FROM " + table + " WHERE 1 = 0").query(Long.class).single();
			}
		}
		catch (NonTransientDataAccessException ex) {
			throw new OperationsConfigurationException(
					"The tables " + names.tracked() + " and " + names.scheduled() + " could not be created: "
							+ fault.getMostSpecificCause().getMessage(),
					"Grant the database user the right to create tables, and create the schema if"
							+ " operations.tracking.jdbc.table-prefix names one. Or run the script "
							+ JdbcTrackingStore.schemaLocation(getDataSource())
							+ " of the library as a user who has that right, and set"
							+ " operations.tracking.jdbc.initialize-schema=never.",
					fault);
		}
	}

	private static Resource rename(Resource script, TrackingTables names) {
		try {
			String text = script.getContentAsString(StandardCharsets.UTF_8);
			return new ByteArrayResource(names.rename(text).getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
