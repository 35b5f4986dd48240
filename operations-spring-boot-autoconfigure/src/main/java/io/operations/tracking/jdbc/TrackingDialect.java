package io.operations.tracking.jdbc;

import java.sql.DatabaseMetaData;
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
				+ " FROM " + table + " WHERE task_name = :task AND picked = FALSE AND execution_time < :overdue"
				+ " AND priority <= :first";
		return this.spread.formatted(table, overdue);
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
