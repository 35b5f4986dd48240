package io.operations.internal.tracking.jdbc;

import java.sql.ResultSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import javax.sql.DataSource;

import org.springframework.util.Assert;

/**
 * Holds the names of the tables of the store.
 *
 * @param prefix the prefix of all names: letters, digits and underscores, at most 44. A
 * schema and a dot may precede it, and the schema may be in double quotes.
 * @since 0.1.0
 */
public record TrackingTables(String prefix) {

	/**
	 * The default prefix.
	 */
	public static final String DEFAULT_PREFIX = "operations_";

	private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";

	// PostgreSQL truncates longer names, so two names may become the same.
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
	 * Return the names in the form that statements on the given database need. A database
	 * converts an unquoted schema name to lower or upper case. If a schema exists in
	 * exactly the given spelling, its name is therefore quoted.
	 * @param dataSource the database
	 * @return the names
	 * @throws TrackingDatabaseException if the database is unavailable
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
	 * Return the name of the table with the leases.
	 * @return the name
	 */
	public String lease() {
		return this.prefix + "lease";
	}

	/**
	 * Return the name of the table with the ids of operations that callers have added or
	 * removed.
	 * @return the name
	 */
	public String inbox() {
		return this.prefix + "inbox";
	}

	/**
	 * Return the name of the table with the learned durations.
	 * @return the name
	 */
	public String learned() {
		return this.prefix + "learned";
	}

	/**
	 * Return the name of the table with the outcomes to deliver.
	 * @return the name
	 */
	public String scheduled() {
		return this.prefix + "scheduled";
	}

	/**
	 * Return the name of the table with the operations.
	 * @return the name
	 */
	public String tracked() {
		return this.prefix + "tracked";
	}

	/**
	 * Return the names of all tables.
	 * @return the names
	 */
	public List<String> all() {
		return List.of(tracked(), scheduled(), lease(), inbox(), learned());
	}

	/**
	 * Replace the default names in a script by the names with this prefix.
	 * @param script the script for the default names
	 * @return the script for these names
	 */
	public String rename(String script) {
		String bare = this.prefix.substring(this.prefix.lastIndexOf('.') + 1);
		// An index is created in the schema of its table, so its own name has no schema.
		return script
			.replaceAll("INDEX IF NOT EXISTS operations_(\\w+) ON operations_",
					"INDEX IF NOT EXISTS " + bare + "$1 ON " + this.prefix)
			.replace("CONSTRAINT operations_", "CONSTRAINT " + bare)
			.replace("TABLE IF NOT EXISTS operations_", "TABLE IF NOT EXISTS " + this.prefix);
	}

}
