package io.operations.internal.tracking.jdbc;

import java.time.Instant;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.exceptions.DbSchedulerException;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstanceId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Changes the table of db-scheduler, which contains the outcomes that are due for
 * delivery.
 */
final class ScheduledRows {

	private static final Log logger = LogFactory.getLog(ScheduledRows.class);

	private final JdbcClient jdbc;

	private final String takeOver;

	private final SchedulerClient scheduler;

	private final DatabaseClock clock;

	private final String client;

	/**
	 * Create the rows of a client.
	 * @param dataSource the database
	 * @param tables the names of the tables
	 * @param scheduler adds and removes executions
	 * @param clock the database's clock
	 * @param client the name of the client
	 */
	ScheduledRows(DataSource dataSource, TrackingTables tables, SchedulerClient scheduler, DatabaseClock clock,
			String client) {
		this.jdbc = JdbcClient.create(dataSource);
		this.takeOver = "UPDATE " + tables.scheduled() + " SET execution_time = :due,"
				+ " picked = FALSE, picked_by = NULL, last_heartbeat = NULL, version = version + 1"
				+ " WHERE task_name = :task AND task_instance = :id";
		this.scheduler = scheduler;
		this.clock = clock;
		this.client = client;
	}

	/**
	 * Schedule the delivery of an outcome, even if a worker holds its execution.
	 * @param operationId the operation's id
	 * @param due the due time, by the clock of this instance
	 */
	void schedule(String operationId, Instant due) {
		Instant time = this.clock.toDatabase(due);
		TaskInstance<Void> instance = new TaskInstance<>(this.client, operationId);
		while (!this.scheduler.scheduleIfNotExists(SchedulableInstance.of(instance, time))) {
			// A worker may still hold the execution, and may remove it at any moment.
			if (takeOver(operationId, time)) {
				return;
			}
		}
	}

	private boolean takeOver(String operationId, Instant time) {
		return this.jdbc.sql(this.takeOver)
			.param("due", TrackedRowParameters.time(time))
			.param("task", this.client)
			.param("id", operationId)
			.update() == 1;
	}

	/**
	 * Cancel the delivery of an outcome. A worker that holds the execution finds that the
	 * operation is gone, and removes the execution.
	 * @param operationId the operation's id
	 */
	void cancel(String operationId) {
		try {
			this.scheduler.cancel(TaskInstanceId.of(this.client, operationId));
		}
		catch (DbSchedulerException ex) {
			logger.debug("Operation '" + operationId + "' has no scheduled delivery that could be cancelled.", ex);
		}
	}

}
