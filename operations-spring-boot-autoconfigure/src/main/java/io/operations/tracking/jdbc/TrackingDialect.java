package io.operations.tracking.jdbc;

import java.sql.DatabaseMetaData;
import java.time.Duration;
import java.util.Locale;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.jdbc.support.DatabaseMetaDataCallback;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

/**
 * Contains all differences between the supported databases.
 */
enum TrackingDialect {

	/**
	 * PostgreSQL. One statement finds and claims operations.
	 */
	POSTGRESQL("PostgreSQL", "ON CONFLICT (id) DO NOTHING", """
			UPDATE %1$s s
			SET execution_time = CAST(:now AS TIMESTAMP WITH TIME ZONE) + o.number * :millis * INTERVAL '1 millisecond',
			priority = :repeat
			FROM (%2$s) o
			WHERE s.task_name = :task AND s.task_instance = o.task_instance AND s.picked = FALSE""") {

		@Override
		JdbcCustomization customization(Claims claims, DataSource dataSource, JdbcTransactions transactions) {
			return new PostgresClaims(claims, dataSource, transactions);
		}

		@Override
		void strategy(SchedulerBuilder builder) {
			builder.pollUsingLockAndFetch(0.5, 1.0);
		}

		// As an array, the rows are selected once, even if the statistics are stale.
		@Override
		String first(String table, String condition, String order, int limit) {
			return "id = ANY (ARRAY(SELECT id FROM " + table + " WHERE " + condition + " ORDER BY " + order + " LIMIT "
					+ limit + " FOR UPDATE SKIP LOCKED))";
		}

		@Override
		String unlessLocked(String table, String condition) {
			return "id = (SELECT id FROM " + table + " WHERE " + condition + " FOR UPDATE SKIP LOCKED)";
		}

		@Override
		DeliveryBounds bounds(DataSource dataSource, Duration timeout) {
			return new DeliveryBounds(dataSource, timeout);
		}

		@Override
		String skipLocked() {
			return " FOR UPDATE SKIP LOCKED";
		}

	},

	/**
	 * H2, to try the library out. Separate statements find and claim operations. A second
	 * insert of an id fails without effect on the transaction.
	 */
	H2("H2", "", """
			MERGE INTO %1$s s USING (%2$s) o
			ON s.task_name = :task AND s.task_instance = o.task_instance AND s.picked = FALSE
			WHEN MATCHED THEN UPDATE SET execution_time = DATEADD('MILLISECOND', CAST(o.number * :millis AS BIGINT),
			CAST(:now AS TIMESTAMP WITH TIME ZONE)), priority = :repeat""") {

		@Override
		JdbcCustomization customization(Claims claims, DataSource dataSource, JdbcTransactions transactions) {
			return new H2Claims(claims);
		}

		@Override
		void strategy(SchedulerBuilder builder) {
			builder.pollUsingFetch(0.5, 1.0);
		}

	};

	private final String product;

	private final String onConflict;

	private final String spread;

	TrackingDialect(String product, String onConflict, String spread) {
		this.product = product;
		this.onConflict = onConflict;
		this.spread = spread;
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
	 * Return the statement that spreads overdue operations over time, in their order.
	 * @param table the table with the due times
	 * @return the statement
	 */
	String spread(String table) {
		String overdue = "SELECT task_instance, ROW_NUMBER() OVER (ORDER BY priority DESC, execution_time) AS number"
				+ " FROM (SELECT task_instance, priority, execution_time FROM " + table
				+ " WHERE task_name = :task AND picked = FALSE AND execution_time < :overdue AND priority <= :first"
				+ skipLocked() + ") due";
		return this.spread.formatted(table, overdue);
	}

	/**
	 * Return the condition that selects the first rows that match, without those that a
	 * transaction holds if the database can skip them.
	 * @param table the table
	 * @param condition the condition that the rows match
	 * @param order the column that they are ordered by
	 * @param limit the maximum number of rows
	 * @return the condition
	 */
	String first(String table, String condition, String order, int limit) {
		return "id IN (SELECT id FROM " + table + " WHERE " + condition + " ORDER BY " + order + " LIMIT " + limit
				+ ")";
	}

	/**
	 * Return the condition that selects one row, unless a transaction holds it and the
	 * database can skip it.
	 * @param table the table
	 * @param condition the condition that the row matches
	 * @return the condition
	 */
	String unlessLocked(String table, String condition) {
		return condition;
	}

	/**
	 * Return the end of a SELECT that locks its rows and skips those that a transaction
	 * holds, if the database can do so.
	 * @return the clause
	 */
	String skipLocked() {
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
	 * Return the customization of db-scheduler for this database.
	 * @param claims determines how many operations may be claimed
	 * @param dataSource the database
	 * @param transactions the transactions of the database
	 * @return the customization
	 */
	abstract JdbcCustomization customization(Claims claims, DataSource dataSource, JdbcTransactions transactions);

	/**
	 * Set how db-scheduler claims executions.
	 * @param builder the builder of db-scheduler's scheduler
	 */
	abstract void strategy(SchedulerBuilder builder);

}
