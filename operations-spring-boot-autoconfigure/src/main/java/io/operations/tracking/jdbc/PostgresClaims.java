package io.operations.tracking.jdbc;

import java.time.Instant;
import java.util.List;

import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.Execution;

/**
 * Claims on PostgreSQL.
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
		return this.claims.claim(limit,
				(room, byPriority) -> super.lockAndFetchSingleStatement(context, now, room, byPriority));
	}

}
