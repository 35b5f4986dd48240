package io.operations.internal.tracking.jdbc;

import java.time.Instant;

import javax.sql.DataSource;

import io.operations.tracking.TrackingState;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Removes delivered operations that ended longer ago than their retention. The statement
 * takes part in the transaction of the thread, if there is one.
 */
final class OutdatedRows {

	private static final int BATCH = 1000;

	private static final String OUTDATED = "client = :client AND ended_at < :before AND state = :state";

	private final JdbcClient jdbc;

	private final String delete;

	private final String client;

	/**
	 * Create the rows of a client.
	 * @param dataSource the database
	 * @param tables the names of the tables
	 * @param dialect the dialect of the database
	 * @param client the name of the client
	 */
	OutdatedRows(DataSource dataSource, TrackingTables tables, TrackingDialect dialect, String client) {
		this.jdbc = JdbcClient.create(dataSource);
		this.delete = dialect.deleteFirst(tables.tracked(), OUTDATED, "ended_at", BATCH);
		this.client = client;
	}

	/**
	 * Remove one batch.
	 * @param before the time before which the operations ended
	 * @return how many were removed. If it is a whole batch, there may be more.
	 */
	int prune(Instant before) {
		return this.jdbc.sql(this.delete)
			.param("client", this.client)
			.param("before", TrackedRowParameters.time(before))
			.param("state", TrackingState.DELIVERED.name())
			.update();
	}

	/**
	 * Return whether {@link #prune} may have left operations.
	 * @param removed how many it has removed
	 * @return whether this is a whole batch
	 */
	boolean isWholeBatch(int removed) {
		return removed >= BATCH;
	}

}
