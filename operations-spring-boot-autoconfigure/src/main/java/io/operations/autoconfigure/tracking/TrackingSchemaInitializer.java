package io.operations.autoconfigure.tracking;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.operations.tracking.jdbc.JdbcTrackingStore;
import io.operations.tracking.jdbc.TrackingTables;

import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

/**
 * Creates the tables of tracked operations, under the names that are set.
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
		// Two instances that start at once may both want to create a table. Whether the
		// tables are there is looked at afterwards.
		settings.setContinueOnError(true);
		return settings;
	}

	@Override
	protected void runScripts(Scripts scripts) {
		List<Resource> renamed = new ArrayList<>();
		for (Resource script : scripts) {
			renamed.add(rename(script));
		}
		super.runScripts(new Scripts(renamed).continueOnError(scripts.isContinueOnError())
			.separator(scripts.getSeparator())
			.encoding(StandardCharsets.UTF_8));
	}

	private Resource rename(Resource script) {
		try {
			String text = script.getContentAsString(StandardCharsets.UTF_8);
			return new ByteArrayResource(this.tables.rename(text).getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
