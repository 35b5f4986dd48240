package io.operations.autoconfigure.tracking;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.operations.internal.resilience.jdbc.JdbcBudgetStore;
import io.operations.internal.tracking.jdbc.TrackingTables;

import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Creates the tables of the shared rate limit under the configured names, unless they
 * exist.
 */
final class BudgetSchemaInitializer extends DataSourceScriptDatabaseInitializer {

	private final TrackingTables tables;

	BudgetSchemaInitializer(DataSource dataSource, TrackingTables tables, DatabaseInitializationMode mode) {
		super(dataSource, settings(dataSource, mode));
		this.tables = tables;
	}

	private static DatabaseInitializationSettings settings(DataSource dataSource, DatabaseInitializationMode mode) {
		DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
		settings.setMode(mode);
		// Two instances that start at once may both try to create a table. The store
		// checks the tables and names one that is missing.
		settings.setContinueOnError(true);
		settings.setEncoding(StandardCharsets.UTF_8);
		try {
			if (mode != DatabaseInitializationMode.NEVER) {
				settings.setSchemaLocations(List.of(JdbcBudgetStore.schemaLocation(dataSource)));
			}
		}
		catch (SQLException ex) {
			// The store reports the same error.
			settings.setMode(DatabaseInitializationMode.NEVER);
		}
		return settings;
	}

	@Override
	protected void runScripts(Scripts scripts) {
		TrackingTables names = this.tables.in(getDataSource());
		if (exist(names)) {
			return;
		}
		List<Resource> renamed = new ArrayList<>();
		for (Resource script : scripts) {
			try {
				renamed.add(new ByteArrayResource(names.rename(script.getContentAsString(StandardCharsets.UTF_8))
					.getBytes(StandardCharsets.UTF_8)));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		super.runScripts(new Scripts(renamed).continueOnError(scripts.isContinueOnError())
			.separator(scripts.getSeparator())
			.encoding(scripts.getEncoding()));
	}

	private boolean exist(TrackingTables names) {
		JdbcClient jdbc = JdbcClient.create(getDataSource());
		try {
			for (String table : List.of("budget", "instance")) {
				jdbc.sql("SELECT COUNT(*) FROM " + names.prefix() + table + " WHERE 1 = 0").query(Long.class).single();
			}
			return true;
		}
		catch (DataAccessException ex) {
			return false;
		}
	}

}
