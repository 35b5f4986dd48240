package io.operations.internal.tracking.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.ResultSetExtractor;

/**
 * Finds the columns that the tables of an earlier version lack, and writes the statements
 * that add them. The types of the columns are those of the library's script for the
 * database in use.
 *
 * @since 0.1.0
 */
public final class MissingColumns {

	// The error "undefined column": of PostgreSQL and of H2.
	private static final Set<String> UNDEFINED = Set.of("42703", "42S22");

	private static final Pattern TABLE = Pattern.compile("CREATE TABLE IF NOT EXISTS (\\S+) \\((.*?)\\n\\)",
			Pattern.DOTALL);

	private static final Pattern COLUMN = Pattern.compile("^\\s*([a-z_]+) (.+?),?$", Pattern.MULTILINE);

	private static final Pattern KEY = Pattern.compile("^\\s*PRIMARY KEY \\((.+)\\)", Pattern.MULTILINE);

	private MissingColumns() {
	}

	/**
	 * Return the advice to add the missing columns.
	 * @param dataSource the database
	 * @param tables the names of the tables
	 * @param part the part of the library that has the tables: {@code tracking} or
	 * {@code resilience}
	 * @param fault the error of the database
	 * @return the advice with the statements, {@code null} if no column is missing or if
	 * a missing one cannot be added to a table that has rows
	 */
	public static @Nullable String advice(DataSource dataSource, TrackingTables tables, String part, Throwable fault) {
		if (!isUndefinedColumn(fault)) {
			return null;
		}
		String script = "io/operations/" + part + "/jdbc/schema-"
				+ TrackingDialect.of(dataSource).name().toLowerCase(Locale.ROOT) + ".sql";
		List<String> statements = statements(dataSource, tables.rename(text(script)));
		return statements.isEmpty() ? null
				: "The tables are those of an earlier version of the library, and the library does not change a table that"
						+ " exists. Add the missing columns before you start an instance of this version, for instance in"
						+ " a Flyway migration: " + String.join(" ", statements);
	}

	private static boolean isUndefinedColumn(Throwable fault) {
		for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException error && UNDEFINED.contains(String.valueOf(error.getSQLState()))) {
				return true;
			}
		}
		return false;
	}

	private static String text(String script) {
		try (InputStream stream = MissingColumns.class.getResourceAsStream("/" + script)) {
			return new String(Objects.requireNonNull(stream, script).readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<String> statements(DataSource dataSource, String script) {
		List<String> statements = new ArrayList<>();
		for (Matcher table = TABLE.matcher(script); table.find();) {
			String name = table.group(1);
			Set<String> present = present(dataSource, name);
			if (present == null) {
				continue;
			}
			Matcher key = KEY.matcher(table.group(2));
			Set<String> keys = key.find() ? Set.of(key.group(1).split(", ")) : Set.of();
			for (Matcher column = COLUMN.matcher(table.group(2)); column.find();) {
				if (present.contains(column.group(1))) {
					continue;
				}
				if (!fitsRows(column.group(2)) || keys.contains(column.group(1))) {
					return List.of();
				}
				statements.add("ALTER TABLE " + name + " ADD COLUMN " + column.group(1) + " " + column.group(2) + ";");
			}
		}
		return statements;
	}

	// Without a default value, rows that exist have no value for the column.
	private static boolean fitsRows(String definition) {
		return (!definition.contains("NOT NULL") || definition.contains("DEFAULT"))
				&& !definition.contains("PRIMARY KEY");
	}

	private static @Nullable Set<String> present(DataSource dataSource, String table) {
		try {
			return new JdbcTemplate(dataSource).query("SELECT * FROM " + table + " WHERE 1 = 0",
					(ResultSetExtractor<Set<String>>) (rows) -> {
						ResultSetMetaData columns = rows.getMetaData();
						Set<String> names = new HashSet<>();
						for (int i = 1; i <= columns.getColumnCount(); i++) {
							names.add(columns.getColumnName(i).toLowerCase(Locale.ROOT));
						}
						return names;
					});
		}
		catch (DataAccessException ex) {
			// The table is missing, and initialize-schema creates it.
			return null;
		}
	}

}
