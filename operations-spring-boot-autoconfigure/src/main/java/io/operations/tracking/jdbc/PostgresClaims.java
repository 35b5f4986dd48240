package io.operations.tracking.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.Queries;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Claims on PostgreSQL. The statement is the one of db-scheduler, but with separate
 * limits for polls and deliveries, and only for the tasks of this library.
 */
final class PostgresClaims extends PostgreSqlJdbcCustomization {

	private final Claims claims;

	private final JdbcClient jdbc;

	private final JdbcTransactions transactions;

	PostgresClaims(Claims claims, DataSource dataSource, JdbcTransactions transactions) {
		super(false, false);
		this.claims = claims;
		this.jdbc = JdbcClient.create(dataSource);
		this.transactions = transactions;
	}

	@Override
	public List<Execution> lockAndFetchSingleStatement(JdbcTaskRepositoryContext context, Instant now, int limit,
			boolean orderByPriority) {
		return this.claims.claim(limit, (room) -> this.transactions.in(() -> claim(context, now, room)));
	}

	private List<Execution> claim(JdbcTaskRepositoryContext context, Instant now, Claims.Room room) {
		String table = context.tableName;
		String statement = "WITH deliveries AS (" + due(table, ">=", true, room.deliveries()) + "), polls AS ("
				+ due(table, "<", room.byPriority(), room.polls()) + "), claimed AS (UPDATE " + table
				+ " s SET picked = TRUE, picked_by = :instance, last_heartbeat = :now, version = version + 1"
				+ " FROM (SELECT * FROM deliveries UNION ALL SELECT * FROM polls) d"
				+ " WHERE s.task_name = d.task_name AND s.task_instance = d.task_instance RETURNING s.*)"
				+ " SELECT * FROM claimed" + Queries.ansiSqlOrderPart(room.byPriority());
		return this.jdbc.sql(statement)
			.param("instance", context.schedulerName.getName())
			.param("now", now.atOffset(ZoneOffset.UTC))
			.query(PostgresClaims::map)
			.list();
	}

	private static String due(String table, String comparison, boolean byPriority, int limit) {
		return "SELECT task_name, task_instance FROM " + table
				+ " WHERE picked = FALSE AND execution_time <= :now AND task_name = '" + TrackingTask.NAME
				+ "' AND priority " + comparison + " " + TrackingTask.DELIVERY + Queries.ansiSqlOrderPart(byPriority)
				+ "FOR UPDATE SKIP LOCKED LIMIT " + limit;
	}

	private static Execution map(ResultSet result, int number) throws SQLException {
		TaskInstance<Void> instance = new TaskInstance.Builder<Void>(TrackingTask.NAME,
				result.getString("task_instance"))
			.priority(result.getInt("priority"))
			.build();
		return new Execution(instant(result, "execution_time"), instance, result.getBoolean("picked"),
				result.getString("picked_by"), instant(result, "last_success"), instant(result, "last_failure"),
				result.getInt("consecutive_failures"), instant(result, "last_heartbeat"), result.getLong("version"));
	}

	private static @Nullable Instant instant(ResultSet result, String column) throws SQLException {
		OffsetDateTime time = result.getObject(column, OffsetDateTime.class);
		return (time != null) ? time.toInstant() : null;
	}

}
