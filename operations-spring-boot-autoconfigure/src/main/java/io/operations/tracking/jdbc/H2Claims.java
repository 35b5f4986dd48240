package io.operations.tracking.jdbc;

import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;

/**
 * Claims on H2.
 */
final class H2Claims extends DefaultJdbcCustomization {

	private final Claims claims;

	H2Claims(Claims claims) {
		super(false);
		this.claims = claims;
	}

	@Override
	public String createSelectDueQuery(String tableName, int limit, String andCondition, boolean orderByPriority) {
		// Else each look while the database is away would be a stack trace in the log.
		this.claims.awaitDatabase();
		return super.createSelectDueQuery(tableName, this.claims.room(limit), andCondition, this.claims.byPriority());
	}

}
