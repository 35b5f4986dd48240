package io.operations.tracking.jdbc;

import java.time.Instant;

import javax.sql.DataSource;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Changes the table of db-scheduler, which contains the outcomes that are due for
 * delivery.
 */
final class ScheduledRows {

	private final JdbcClient jdbc;

	private final String takeOver;

	private final DatabaseClock clock;

	private final String client;

	/**
	 * Create the rows of a client.
	 * @param dataSource the database
	 * @param tables the names of the tables
	 * @param clock the database's clock
	 * @param client the name of the client
	 */
	ScheduledRows(DataSource dataSource, TrackingTables tables, DatabaseClock clock, String client) {
		this.jdbc = JdbcClient.create(dataSource);
		this.takeOver = "UPDATE " + tables.scheduled() + " SET execution_time = :due,"
				+ " picked = FALSE, picked_by = NULL, last_heartbeat = NULL, version = version + 1"
				+ " WHERE task_name = :task AND task_instance = :id";
		this.clock = clock;
		this.client = client;
	}

	/**
	 * Take over the execution of an operation, even if a worker holds it.
	 * @param operationId the operation's id
	 * @param due the new due time, by the clock of this instance
	 * @return whether there was an execution
	 */
	boolean takeOver(String operationId, Instant due) {
		return this.jdbc.sql(this.takeOver)
			.param("due", TrackedRowParameters.time(this.clock.toDatabase(due)))
			.param("task", this.client)
			.param("id", operationId)
			.update() == 1;
	}

}
