package io.operations.tracking.jdbc;

import java.sql.ResultSet;
import java.util.HashSet;
import java.util.Set;

import javax.sql.DataSource;

import org.springframework.util.Assert;

/**
 * The names of the two tables.
 *
 * @param prefix what both begin with, a schema in front of it if need be, which may be in
 * double quotes
 * @since 0.1.0
 */
public record TrackingTables(String prefix) {

	/**
	 * The prefix that applies where none is given.
	 */
	public static final String DEFAULT_PREFIX = "operations_";

	private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";

	// PostgreSQL cuts a longer name off, and so takes two for one.
	private static final int LONGEST_NAME = 63;

	private static final int LONGEST = LONGEST_NAME - "scheduled_heartbeat".length();

	public TrackingTables {
		Assert.isTrue(prefix.matches("((" + NAME + "|\"" + NAME + "\")\\.)?" + NAME),
				"'prefix' must consist of letters, digits and underscores and must not begin with a digit; a schema and a"
						+ " dot may precede it");
		int length = prefix.length() - (prefix.lastIndexOf('.') + 1);
		Assert.isTrue(length <= LONGEST,
				() -> "'prefix' must have at most " + LONGEST + " characters, not " + length
						+ " (the schema does not count): names of indexes begin with the prefix, and a database may cut"
						+ " names off after " + LONGEST_NAME + " characters");
	}

	/**
	 * Return the names as statements need them. A database looks for a schema without
	 * quotes in lower case, or in upper case: one that it has in just the given spelling
	 * is put in quotes.
	 * @param dataSource the database
	 * @return the names
	 * @throws TrackingDatabaseException if the database cannot be reached
	 */
	public TrackingTables in(DataSource dataSource) {
		int dot = this.prefix.indexOf('.');
		if (dot < 0 || this.prefix.startsWith("\"")) {
			return this;
		}
		String schema = this.prefix.substring(0, dot);
		Set<String> present = TrackingDialect.metaData(dataSource, (database) -> {
			Set<String> names = new HashSet<>();
			try (ResultSet schemas = database.getSchemas()) {
				while (schemas.next()) {
					names.add(schemas.getString("TABLE_SCHEM"));
				}
			}
			return names;
		});
		return present.contains(schema) ? new TrackingTables("\"" + schema + "\"" + this.prefix.substring(dot)) : this;
	}

	/**
	 * Return the table of what is due.
	 * @return its name
	 */
	public String scheduled() {
		return this.prefix + "scheduled";
	}

	/**
	 * Return the table of the operations.
	 * @return its name
	 */
	public String tracked() {
		return this.prefix + "tracked";
	}

	/**
	 * Return a script that was written for the default names with those of this prefix.
	 * @param script the script
	 * @return the script for these tables
	 */
	public String rename(String script) {
		String bare = this.prefix.substring(this.prefix.lastIndexOf('.') + 1);
		// An index is in the schema of its table, and may not name one.
		return script
			.replaceAll("INDEX IF NOT EXISTS operations_(\\w+) ON operations_",
					"INDEX IF NOT EXISTS " + bare + "$1 ON " + this.prefix)
			.replace("TABLE IF NOT EXISTS operations_", "TABLE IF NOT EXISTS " + this.prefix);
	}

}
