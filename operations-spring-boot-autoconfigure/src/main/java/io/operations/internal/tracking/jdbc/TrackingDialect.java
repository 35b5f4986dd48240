package io.operations.internal.tracking.jdbc;

import java.sql.DatabaseMetaData;
import java.time.Duration;
import java.util.Locale;

import javax.sql.DataSource;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.jdbc.support.DatabaseMetaDataCallback;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

/**
 * Contains all differences between the supported databases.
 */
enum TrackingDialect {

	/**
	 * PostgreSQL. One statement does the work of each call.
	 */
	POSTGRESQL("PostgreSQL", "ON CONFLICT (client, id) DO NOTHING") {

		// The subselect is in an array. Otherwise it may be repeated for each row, and
		// would then lock other rows.
		@Override
		String pick(String table, String which, String now, String dead) {
			return PICK.formatted(table, "ctid = ANY (ARRAY", "ctid", "FOR UPDATE SKIP LOCKED", which, now, dead)
					+ " AND " + ABANDONED + " RETURNING *";
		}

		@Override
		String now() {
			return "clock_timestamp()";
		}

		@Override
		String before(String millis) {
			return "clock_timestamp() - CAST(" + millis + " AS BIGINT) * INTERVAL '1 millisecond'";
		}

		@Override
		String noted(String inbox, String statement, String rows) {
			return "WITH changed AS (" + statement + " RETURNING client, id) INSERT INTO " + inbox
					+ " (client, id, due) SELECT client, id, CAST(:due AS TIMESTAMP WITH TIME ZONE) FROM changed";
		}

		@Override
		FencedRows fenced(DataSource dataSource, JdbcTransactions transactions, TrackedRows rows, TrackingTables tables,
				String client) {
			return new PostgresFencedRows(dataSource, transactions, rows, tables, client);
		}

		// As an array, the rows are selected once, even if the statistics are stale.
		@Override
		String deleteFirst(String table, String condition, String order, int limit) {
			// The condition is repeated because a selected row may change before it is
			// deleted.
			return "DELETE FROM " + table + " WHERE " + condition + " AND id = ANY (ARRAY(SELECT id FROM " + table
					+ " WHERE " + condition + " ORDER BY " + order + " LIMIT " + limit + " FOR UPDATE SKIP LOCKED))";
		}

		@Override
		String unlessLocked(String table, String condition) {
			return "id = (SELECT id FROM " + table + " WHERE " + condition + " FOR UPDATE SKIP LOCKED) AND " + IDLE
					+ " IS NOT NULL";
		}

		@Override
		String bounded() {
			return " WHERE (SELECT " + IDLE + ") IS NOT NULL";
		}

		@Override
		DeliveryBounds bounds(DataSource dataSource, Duration timeout) {
			return new DeliveryBounds(dataSource, timeout);
		}

	},

	/**
	 * H2, to try the library out. A second insert of an id fails without effect on the
	 * transaction.
	 */
	H2("H2", "") {

		@Override
		String pick(String table, String which, String now, String dead) {
			return "SELECT * FROM FINAL TABLE (" + PICK.formatted(table, "(task_name, task_instance) IN (",
					"task_name, task_instance", "", which, now, dead) + ")";
		}

		@Override
		String now() {
			return "CURRENT_TIMESTAMP";
		}

		@Override
		String before(String millis) {
			return "DATEADD('MILLISECOND', -CAST(" + millis + " AS BIGINT), CURRENT_TIMESTAMP)";
		}

		@Override
		String noted(String inbox, String statement, String rows) {
			return "INSERT INTO " + inbox
					+ " (client, id, due) SELECT client, id, CAST(:due AS TIMESTAMP WITH TIME ZONE)" + " FROM " + rows
					+ " TABLE (" + statement + ")";
		}

		@Override
		FencedRows fenced(DataSource dataSource, JdbcTransactions transactions, TrackedRows rows, TrackingTables tables,
				String client) {
			return new H2FencedRows(dataSource, transactions, rows, tables, client);
		}

	};

	// If a process is suspended or its host is lost before it commits, PostgreSQL rolls
	// the transaction back after two seconds. Otherwise no other transaction could lock
	// its rows. Two seconds are half of the shortest lease, so this delays no takeover.
	private static final String IDLE = "set_config('idle_in_transaction_session_timeout', '2000', TRUE)";

	/**
	 * A condition that is always true, and that sets two time limits of the transaction.
	 * PostgreSQL rolls it back if it is idle for two seconds. The statement itself waits
	 * at most one second for a lock, because a suspended process may hold it.
	 */
	static final String ABANDONED = "(SELECT " + IDLE + " || set_config('lock_timeout', '1000', TRUE)) IS NOT NULL";

	private static final String PICK = """
			UPDATE %1$s SET picked = TRUE, picked_by = :instance, last_heartbeat = %6$s, version = version + 1
			WHERE %5$s AND %2$s(SELECT %3$s FROM %1$s WHERE %5$s
			AND (picked = FALSE AND execution_time <= %6$s OR picked = TRUE AND last_heartbeat <= %7$s)
			ORDER BY execution_time LIMIT :limit %4$s))
			AND (picked = FALSE AND execution_time <= %6$s OR picked = TRUE AND last_heartbeat <= %7$s)""";

	private final String product;

	private final String onConflict;

	TrackingDialect(String product, String onConflict) {
		this.product = product;
		this.onConflict = onConflict;
	}

	static TrackingDialect of(DataSource dataSource) {
		String product = metaData(dataSource, DatabaseMetaData::getDatabaseProductName);
		for (TrackingDialect dialect : values()) {
			if (dialect.product.equals(product)) {
				return dialect;
			}
		}
		throw new TrackingDatabaseException(
				"Tracked operations cannot be kept in " + product + ": only PostgreSQL and H2 are supported.",
				"Use PostgreSQL, use H2 to try the library out, or set operations.tracking.store=memory.", null);
	}

	static <T> T metaData(DataSource dataSource, DatabaseMetaDataCallback<T> question) {
		try {
			return JdbcUtils.extractDatabaseMetaData(dataSource, question);
		}
		catch (MetaDataAccessException ex) {
			throw new TrackingDatabaseException(
					"The database of tracked operations cannot be reached: "
							+ NestedExceptionUtils.getMostSpecificCause(ex),
					"Check that the database runs, and check the properties spring.datasource.*.", ex);
		}
	}

	String schema() {
		return "io/operations/tracking/jdbc/schema-" + name().toLowerCase(Locale.ROOT) + ".sql";
	}

	/**
	 * Return the end of an INSERT that makes it do nothing if the id exists.
	 * @return the clause
	 */
	String onConflict() {
		return this.onConflict;
	}

	/**
	 * Return the statement that picks due executions of some tasks and returns them.
	 * @param table the table of db-scheduler
	 * @return the statement
	 */
	String pick(String table) {
		return pick(table, "task_name IN (:tasks)", ":now", ":dead");
	}

	/**
	 * Return the statement that picks the lease of one client. The leases of all clients
	 * have the same task. The clock of the database decides whether the holder is dead,
	 * because the clocks of the instances may be wrong. A released lease is left to other
	 * instances for some time.
	 * @param table the table of the leases
	 * @return the statement
	 */
	String pickLease(String table) {
		return pick(table, "task_name = :task AND task_instance = :client AND (last_success IS NULL OR last_success > "
				+ now() + " OR last_success <= " + before(":delay") + ")", now(), before(":age"));
	}

	abstract String pick(String table, String which, String now, String dead);

	/**
	 * Return an expression for the time of the database's clock.
	 * @return the expression
	 */
	abstract String now();

	/**
	 * Return an expression for an earlier time of the database's clock.
	 * @param millis how many milliseconds earlier
	 * @return the expression
	 */
	abstract String before(String millis);

	/**
	 * Return the statement that deletes at most a number of rows. H2 would evaluate a
	 * limited subquery for each row, and delete another number of rows.
	 * @param table the table
	 * @param condition the condition that the rows match
	 * @param order the column by which the rows are ordered, if the database can order
	 * them
	 * @param limit the maximum number of rows
	 * @return the statement
	 */
	String deleteFirst(String table, String condition, String order, int limit) {
		return "DELETE FROM " + table + " WHERE " + condition + " FETCH FIRST " + limit + " ROWS ONLY";
	}

	/**
	 * Return the condition that selects one row, unless another transaction has locked it
	 * and the database can skip locked rows.
	 * @param table the table
	 * @param condition the condition that the row matches
	 * @return the condition
	 */
	String unlessLocked(String table, String condition) {
		return condition;
	}

	/**
	 * Return the end of a SELECT after which the database ends the transaction if its
	 * process is suspended or lost.
	 * @return the condition, empty if the database ends with its process
	 */
	String bounded() {
		return "";
	}

	/**
	 * Return the bounds of the database for transactions of handlers. H2 has a bound of
	 * its own for locks, and ends with its process.
	 * @param dataSource the database
	 * @param timeout the timeout of handlers
	 * @return the bounds
	 */
	DeliveryBounds bounds(DataSource dataSource, Duration timeout) {
		return DeliveryBounds.NONE;
	}

	/**
	 * Return a statement that also notes in the inbox each row that it changes.
	 * @param inbox the table of the inbox
	 * @param statement the statement, which inserts or deletes rows with a client and an
	 * id
	 * @param rows which form of the rows the statement returns: OLD or FINAL
	 * @return the statement, with the additional parameter {@code due}
	 */
	abstract String noted(String inbox, String statement, String rows);

	/**
	 * Return the statements of the instance that holds the lease of a client.
	 * @param dataSource the database
	 * @param transactions the transactions of the database
	 * @param rows the rows of the client
	 * @param tables the names of the tables
	 * @param client the name of the client
	 * @return the statements
	 */
	abstract FencedRows fenced(DataSource dataSource, JdbcTransactions transactions, TrackedRows rows,
			TrackingTables tables, String client);

}
