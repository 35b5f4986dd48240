package io.operations.tracking.jdbc;

import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.Queries;

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
		// Otherwise each search without a database would log a stack trace.
		this.claims.awaitDatabase();
		Claims.Room room = this.claims.room(limit);
		String order = Queries.ansiSqlOrderPart(room.byPriority());
		String delivery = "priority >= " + TrackingTask.DELIVERY;
		return "SELECT * FROM " + tableName + " WHERE picked = ? AND execution_time <= ? " + andCondition
				+ " QUALIFY ROW_NUMBER() OVER (PARTITION BY " + delivery + order + ") <= CASE WHEN " + delivery
				+ " THEN " + room.deliveries() + " ELSE " + room.polls() + " END" + order;
	}

}
