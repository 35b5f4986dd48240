package io.operations.internal.tracking.jdbc;

import java.time.Instant;
import java.time.OffsetDateTime;

import javax.sql.DataSource;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Checks the database and its tables.
 */
final class TableChecks {

	private static final String COLUMNS = "client, id, kind, state, status, operation, attributes, accepted, related,"
			+ " tracked_at, created_at, timeout_millis, deadline, learned_millis, polls, not_found_since, last_fault, stuck, outcome,"
			+ " ended_at, attempts, forgiven, delivery_fault, traceparent," + " version";

	private static final String SCHEDULED_COLUMNS = "task_name, task_instance, task_data, execution_time, picked,"
			+ " picked_by, last_success, last_failure, consecutive_failures, last_heartbeat, version";

	private final JdbcClient jdbc;

	private final TrackingTables tables;

	TableChecks(DataSource dataSource, TrackingTables tables) {
		this.jdbc = JdbcClient.create(dataSource);
		this.tables = tables;
	}

	/**
	 * Fail if a table or a column is missing.
	 */
	void checkTables() {
		this.jdbc.sql("SELECT " + COLUMNS + " FROM " + this.tables.tracked() + " WHERE client = '' AND id = ''")
			.query()
			.listOfRows();
		this.jdbc.sql("SELECT " + SCHEDULED_COLUMNS + " FROM " + this.tables.lease() + " WHERE task_name = ''")
			.query()
			.listOfRows();
		this.jdbc.sql("SELECT client, number, id, due FROM " + this.tables.inbox() + " WHERE client = ''")
			.query()
			.listOfRows();
		this.jdbc.sql("SELECT client, kind, state FROM " + this.tables.learned() + " WHERE client = ''")
			.query()
			.listOfRows();
		this.jdbc.sql("SELECT " + SCHEDULED_COLUMNS + " FROM " + this.tables.scheduled() + " WHERE task_name = ''")
			.query()
			.listOfRows();
	}

	/**
	 * Return the time of the database's clock.
	 * @return the time
	 */
	Instant time() {
		return this.jdbc.sql("SELECT CURRENT_TIMESTAMP").query(OffsetDateTime.class).single().toInstant();
	}

	void ping() {
		this.jdbc.sql("SELECT 1").query(Integer.class).single();
	}

}
