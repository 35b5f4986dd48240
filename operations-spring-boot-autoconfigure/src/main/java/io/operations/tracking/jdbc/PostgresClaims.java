package io.operations.tracking.jdbc;

import java.time.Instant;
import java.util.List;

import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.Queries;
import com.github.kagkarlsson.scheduler.task.Execution;

/**
 * Claims on PostgreSQL. The statement is that of the scheduler underneath, but for polls
 * and deliveries each with a limit of its own, and for no task but ours.
 */
final class PostgresClaims extends PostgreSqlJdbcCustomization {

	private final Claims claims;

	PostgresClaims(Claims claims) {
		super(false, false);
		this.claims = claims;
	}

	@Override
	public List<Execution> lockAndFetchSingleStatement(JdbcTaskRepositoryContext context, Instant now, int limit,
			boolean orderByPriority) {
		return this.claims.claim(limit, (room) -> claim(context, now, room));
	}

	private List<Execution> claim(JdbcTaskRepositoryContext context, Instant now, Claims.Room room) {
		String table = context.tableName;
		String statement = "WITH deliveries AS (" + due(table, ">=", true, room.deliveries()) + "), polls AS ("
				+ due(table, "<", room.byPriority(), room.polls()) + "), claimed AS (UPDATE " + table
				+ " s SET picked = TRUE, picked_by = ?, last_heartbeat = ?, version = version + 1"
				+ " FROM (SELECT * FROM deliveries UNION ALL SELECT * FROM polls) d"
				+ " WHERE s.task_name = d.task_name AND s.task_instance = d.task_instance RETURNING s.*)"
				+ " SELECT * FROM claimed" + Queries.ansiSqlOrderPart(room.byPriority());
		return context.jdbcRunner.query(statement, (parameters) -> {
			setInstant(parameters, 1, now);
			setInstant(parameters, 2, now);
			parameters.setString(3, context.schedulerName.getName());
			setInstant(parameters, 4, now);
		}, context.resultSetMapper.get());
	}

	private static String due(String table, String comparison, boolean byPriority, int limit) {
		return "SELECT task_name, task_instance FROM " + table
				+ " WHERE picked = FALSE AND execution_time <= ? AND task_name = '" + TrackingTask.NAME
				+ "' AND priority " + comparison + " " + TrackingTask.DELIVERY + Queries.ansiSqlOrderPart(byPriority)
				+ "FOR UPDATE SKIP LOCKED LIMIT " + limit;
	}

}
