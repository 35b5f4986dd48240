package io.operations.tracking.jdbc;

import org.springframework.util.Assert;

/**
 * The names of the two tables.
 *
 * @param prefix what both begin with, a schema in front of it if need be
 * @since 0.1.0
 */
public record TrackingTables(String prefix) {

	/**
	 * The prefix that applies where none is given.
	 */
	public static final String DEFAULT_PREFIX = "operations_";

	public TrackingTables {
		Assert.isTrue(prefix.matches("([A-Za-z_][A-Za-z0-9_]*\\.)?[A-Za-z_][A-Za-z0-9_]*"),
				"'prefix' must be letters, digits and underscores, with a schema and a dot in front if need be");
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
