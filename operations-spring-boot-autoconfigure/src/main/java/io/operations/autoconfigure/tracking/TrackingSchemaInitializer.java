package io.operations.autoconfigure.tracking;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.sql.DataSource;

import io.operations.autoconfigure.OperationsConfigurationException;
import io.operations.internal.tracking.jdbc.JdbcTrackingStore;
import io.operations.internal.tracking.jdbc.MissingColumns;
import io.operations.internal.tracking.jdbc.TrackingTables;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.datasource.init.ScriptException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Creates the tables of tracked operations under the configured names.
 */
final class TrackingSchemaInitializer extends DataSourceScriptDatabaseInitializer {

	private static final Log logger = LogFactory.getLog(TrackingSchemaInitializer.class);

	private static final String POSTGRESQL = "postgresql.sql";

	private static final Pattern CREATED = Pattern
		.compile("CREATE (?:TABLE|INDEX) IF NOT EXISTS (?:(\\S+) ON )?(\\S+)");

	// In seconds: longer than a transaction of the library takes.
	private static final int MOST_WAIT = 5;

	private static final String LOCKED = "55P03";

	private static final String WITHOUT_COLUMN = "42703";

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
		if (JdbcTrackingStore.schemaLocation(getDataSource()).endsWith(POSTGRESQL)) {
			createMissing(renamed, names);
			return;
		}
		try {
			run(renamed, scripts, false);
		}
		catch (ScriptException ex) {
			// Two instances that start at the same time may both try to create a table.
			run(renamed, scripts, true);
			checkTables(names, ex);
		}
	}

	// CREATE INDEX waits for every transaction that has written to the table, even if the
	// index exists, and all later writers wait behind it. So this class first looks what
	// is missing, which locks nothing, and then does not wait for long.
	private void createMissing(List<Resource> scripts, TrackingTables names) {
		List<String> missing = missing(scripts);
		if (missing.isEmpty()) {
			return;
		}
		try {
			create(scripts);
		}
		catch (DataAccessException ex) {
			// Another instance that starts at the same time may have been faster.
			missing = missing(scripts);
			if (missing.isEmpty()) {
				return;
			}
			if (ex.getMostSpecificCause() instanceof SQLException cause) {
				if (LOCKED.equals(cause.getSQLState())) {
					throw locked(missing, names, ex);
				}
				if (WITHOUT_COLUMN.equals(cause.getSQLState())) {
					throw older(missing, names, ex);
				}
			}
			// A user without the right to create tables may use existing ones.
			checkTables(names, ex);
			logger.warn("The library cannot create " + missing + ": " + ex.getMostSpecificCause().getMessage()
					+ ". Tracking works without, but more slowly. Create them with the script "
					+ JdbcTrackingStore.schemaLocation(getDataSource()) + " of the library.");
		}
	}

	private static OperationsConfigurationException locked(List<String> missing, TrackingTables names,
			Throwable cause) {
		return new OperationsConfigurationException("The library could not create " + missing + " within " + MOST_WAIT
				+ " s (lock timeout), because a transaction that is open has written to " + names.tracked() + " or "
				+ names.scheduled() + ". It does not wait longer, because all instances would wait behind it.",
				"Start the application again when that transaction has ended. Or create what is missing with the script "
						+ "of the library by a migration, indexes by CREATE INDEX CONCURRENTLY, and set"
						+ " operations.tracking.jdbc.initialize-schema=never.",
				cause);
	}

	private OperationsConfigurationException older(List<String> missing, TrackingTables names,
			DataAccessException cause) {
		String columns = MissingColumns.advice(getDataSource(), names, "tracking", cause);
		return new OperationsConfigurationException(
				"The library could not create " + missing + ", because " + names.tracked() + " or " + names.scheduled()
						+ " is a table of another version of the library and lacks a column: "
						+ cause.getMostSpecificCause().getMessage(),
				(columns != null) ? columns
						: "The library does not change a table that exists. Compare the tables with the script of the"
								+ " library, and change them by a migration. Or set"
								+ " operations.tracking.jdbc.table-prefix to another value.",
				cause);
	}

	private List<String> missing(List<Resource> scripts) {
		JdbcClient jdbc = JdbcClient.create(getDataSource());
		List<String> missing = new ArrayList<>();
		for (Resource script : scripts) {
			for (Matcher created = CREATED.matcher(text(script)); created.find();) {
				String table = created.group(2);
				String name = (created.group(1) != null)
						? table.substring(0, table.lastIndexOf('.') + 1) + created.group(1) : table;
				if (!jdbc.sql("SELECT to_regclass(:name) IS NOT NULL")
					.param("name", name)
					.query(Boolean.class)
					.single()) {
					missing.add(name);
				}
			}
		}
		return missing;
	}

	// Creates everything or nothing, because PostgreSQL creates tables in transactions,
	// too.
	private void create(List<Resource> scripts) {
		ResourceDatabasePopulator populator = new ResourceDatabasePopulator(false, false, StandardCharsets.UTF_8.name(),
				scripts.toArray(Resource[]::new));
		new TransactionTemplate(new DataSourceTransactionManager(getDataSource())).executeWithoutResult((status) -> {
			JdbcTemplate jdbc = new JdbcTemplate(getDataSource());
			jdbc.execute("SET LOCAL lock_timeout = '" + MOST_WAIT + "s'");
			// A process that is suspended must not keep the locks of the tables.
			jdbc.execute("SET LOCAL idle_in_transaction_session_timeout = '2s'");
			jdbc.execute((ConnectionCallback<Boolean>) (connection) -> {
				populator.populate(connection);
				return true;
			});
		});
	}

	private void run(List<Resource> resources, Scripts scripts, boolean continueOnError) {
		super.runScripts(new Scripts(resources).continueOnError(continueOnError)
			.separator(scripts.getSeparator())
			.encoding(StandardCharsets.UTF_8));
	}

	private void checkTables(TrackingTables names, DataAccessException fault) {
		JdbcClient jdbc = JdbcClient.create(getDataSource());
		try {
			for (String table : names.all()) {
				jdbc.sql("SELECT COUNT(*) FROM " + table + " WHERE 1 = 0").query(Long.class).single();
			}
		}
		catch (NonTransientDataAccessException ex) {
			throw new OperationsConfigurationException(
					"The tables " + String.join(", ", names.all()) + " could not be created: "
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
		return new ByteArrayResource(names.rename(text(script)).getBytes(StandardCharsets.UTF_8));
	}

	private static String text(Resource script) {
		try {
			return script.getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
