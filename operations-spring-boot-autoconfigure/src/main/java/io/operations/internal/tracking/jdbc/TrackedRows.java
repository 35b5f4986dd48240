package io.operations.internal.tracking.jdbc;

import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.operations.internal.polling.PolledOperation;
import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads and changes the table of the tracked operations of a client. The statements take
 * part in the transaction of the thread, if there is one.
 */
final class TrackedRows {

	// A newer version of the library may have further states and outcomes.
	private static final String KNOWN = "t.state IN (%s) AND (t.outcome IS NULL OR t.outcome IN (%s))"
		.formatted(names(TrackingState.values()), names(OperationOutcome.Type.values()));

	private static final String THIS_VERSION = "client = :client AND id = :id AND version = :version";

	private final TrackedRowMapper mapper;

	private final JdbcClient jdbc;

	private final TrackingTables tables;

	private final TrackingDialect dialect;

	private final DatabaseClock clock;

	private final String client;

	private final String select;

	private final String selectOpen;

	private final String insert;

	private final String insertBounded;

	private final String update;

	private final String change;

	private final String delete;

	/**
	 * Create the rows of a client.
	 * @param dataSource the database
	 * @param tables the names of the tables
	 * @param dialect the dialect of the database
	 * @param clock the database's clock
	 * @param client the name of the client
	 */
	TrackedRows(DataSource dataSource, TrackingTables tables, TrackingDialect dialect, DatabaseClock clock,
			String client) {
		this.clock = clock;
		this.mapper = new TrackedRowMapper(clock, client);
		this.client = client;
		this.jdbc = JdbcClient.create(dataSource);
		this.tables = tables;
		this.dialect = dialect;
		this.select = "SELECT t.*, s.execution_time FROM " + tables.tracked() + " t LEFT JOIN " + tables.scheduled()
				+ " s ON s.task_name = t.client" + " AND s.task_instance = t.id WHERE t.client = :client ";
		this.selectOpen = "SELECT " + TrackedRowMapper.OPEN_COLUMNS + " FROM " + tables.tracked()
				+ " t WHERE t.client = :client AND ";
		this.insert = dialect.noted(tables.inbox(),
				"INSERT INTO " + tables.tracked()
						+ """
								 (client, id, kind, state, attributes, accepted, related, tracked_at, created_at, timeout_millis,
								deadline, polls, stuck, attempts, forgiven, traceparent, version) VALUES (:client, :id, :kind, :state, :attributes,
								:accepted, :related, :tracked_at, :created_at, :timeout, :deadline, :polls, :stuck, :attempts, :forgiven, :traceparent, :version)"""
						+ " " + dialect.onConflict(),
				"FINAL");
		this.insertBounded = this.insert + dialect.bounded();
		this.delete = dialect.noted(tables.inbox(),
				"DELETE FROM " + tables.tracked() + " WHERE client = :client AND id = :id", "OLD");
		this.change = "UPDATE " + tables.tracked()
				+ """
						 SET kind = COALESCE(:kind, kind), state = :state, status = COALESCE(:status, status),
						operation = COALESCE(:operation, operation), created_at = :created_at, deadline = :deadline, learned_millis = :learned,
						polls = :polls, not_found_since = :not_found, last_fault = :fault, stuck = :stuck, outcome = :outcome,
						ended_at = :ended_at, version = version + 1
						WHERE client = :client AND id = :id AND version = :version""";
		this.update = "UPDATE " + tables.tracked() + """
				 SET kind = :kind, state = :state, status = :status, operation = :operation, created_at = :created_at,
				learned_millis = :learned, polls = :polls, not_found_since = :not_found, last_fault = :fault,
				stuck = :stuck, outcome = :outcome, ended_at = :ended_at, attempts = :attempts, forgiven = :forgiven,
				delivery_fault = :delivery_fault, version = version + 1 WHERE client = :client AND\040""";
	}

	/**
	 * Return the mapper, which reads the columns of a row.
	 * @return the mapper
	 */
	TrackedRowMapper mapper() {
		return this.mapper;
	}

	/**
	 * Insert a row, and note it in the inbox of the instance that polls.
	 * @param row the row
	 * @param bounded whether the database ends the transaction if this process is
	 * suspended or lost before the commit
	 * @return {@code false} if there is a row of this id
	 */
	boolean insert(TrackedRow row, boolean bounded) {
		PolledOperation polled = row.polled();
		try {
			return this.jdbc.sql(bounded ? this.insertBounded : this.insert)
				.param("client", this.client)
				.param("due", due(row.due()))
				.param("id", row.id())
				.param("kind", TrackedRowParameters.text(polled.kind()))
				.param("state", row.state().name())
				.param("attributes", TrackedRowParameters.json(row.attributes()))
				.param("accepted", polled.accepted())
				.param("related", polled.related().isEmpty() ? null : TrackedRowParameters.json(polled.related()))
				.param("tracked_at", TrackedRowParameters.time(polled.since()))
				.param("created_at", TrackedRowParameters.time(polled.created()))
				.param("timeout", row.timeout().toMillis())
				.param("deadline", TrackedRowParameters.time(row.deadline()))
				.param("polls", polled.polls())
				.param("stuck", row.stuck())
				.param("attempts", row.ending().attempts())
				.param("forgiven", row.ending().forgiven())
				.param("traceparent", row.traceText(), Types.VARCHAR)
				.param("version", row.version())
				.update() == 1;
		}
		catch (DuplicateKeyException ex) {
			return false;
		}
	}

	/**
	 * Store a row.
	 * @param row the row
	 * @return {@code false} if the row has another version, or was removed
	 */
	boolean update(TrackedRow row) {
		return update(this.update + THIS_VERSION, row);
	}

	/**
	 * Store a row, but do not wait if another transaction has locked it.
	 * @param row the row
	 * @return whether it was stored. {@code false} if another transaction has locked the
	 * row, or the row was changed or removed.
	 */
	boolean updateUnlessLocked(TrackedRow row) {
		return update(this.update + this.dialect.unlessLocked(this.tables.tracked(), THIS_VERSION), row);
	}

	private boolean update(String statement, TrackedRow row) {
		TrackedRow.Ending ending = row.ending();
		return TrackedRowParameters.update(this.jdbc.sql(statement), row.polled(), ending, row.lastFault(), row.stuck())
			.param("attempts", ending.attempts())
			.param("forgiven", ending.forgiven())
			.param("delivery_fault", TrackedRowParameters.text(ending.fault()))
			.param("client", this.client)
			.param("version", row.version())
			.update() == 1;
	}

	/**
	 * Store what a poll has changed.
	 * @param change the change
	 * @return {@code false} if the row has another version
	 */
	boolean update(TrackedChange change) {
		return TrackedRowParameters
			.update(this.jdbc.sql(this.change), change.polled(), change.ending(), change.lastFault(), change.stuck())
			.param("deadline", TrackedRowParameters.time(change.deadline()))
			.param("client", this.client)
			.param("version", change.version())
			.update() == 1;
	}

	/**
	 * Delete a row, and note that in the inbox of the instance that polls.
	 * @param operationId the operation's id
	 * @return whether there was a row
	 */
	boolean delete(String operationId) {
		return this.jdbc.sql(this.delete)
			.param("client", this.client)
			.param("id", operationId)
			.param("due", null, Types.TIMESTAMP_WITH_TIMEZONE)
			.update() == 1;
	}

	/**
	 * Return an operation to poll, without the columns that only callers and handlers
	 * need.
	 * @param operationId the operation's id
	 * @return its row, {@code null} if there is none or it has ended
	 */
	@Nullable TrackedRow findTracked(String operationId) {
		return this.jdbc.sql(this.selectOpen + "t.id = :id AND t.state = 'TRACKED'")
			.param("client", this.client)
			.param("id", operationId)
			.query(this.mapper::mapOpen)
			.optional()
			.orElse(null);
	}

	/**
	 * Return open operations in the order of their ids, without the columns that only
	 * callers and handlers need.
	 * @param after the last id of the page before
	 * @param limit the maximum number of operations
	 * @return their rows
	 */
	List<TrackedRow> open(String after, int limit) {
		return this.jdbc.sql(this.selectOpen + "t.state = 'TRACKED' AND t.id > :after ORDER BY t.id LIMIT " + limit)
			.param("client", this.client)
			.param("after", after)
			.query(this.mapper::mapOpen)
			.list();
	}

	/**
	 * Return an operation with everything that the table contains.
	 * @param operationId the operation's id
	 * @return its row, {@code null} if there is none
	 */
	@Nullable TrackedRow find(String operationId) {
		return this.jdbc.sql(this.select + "AND t.id = :id")
			.param("client", this.client)
			.param("id", operationId)
			.query(this.mapper::map)
			.optional()
			.orElse(null);
	}

	/**
	 * Return operations in the order of the filter. Leaves out those that a newer version
	 * of the library has stored with a state or an outcome that this version does not
	 * know.
	 * @param filter the filter that the operations match
	 * @return their rows
	 */
	List<TrackedRow> list(TrackingFilter filter) {
		ListStatement statement = ListStatement.of(filter);
		return this.jdbc.sql(this.select + "AND " + KNOWN + statement.sql())
			.param("client", this.client)
			.params(statement.parameters())
			.query(this.mapper::map)
			.list();
	}

	static String names(Enum<?>... values) {
		return Arrays.stream(values).map((value) -> "'" + value.name() + "'").collect(Collectors.joining(", "));
	}

	private @Nullable OffsetDateTime due(@Nullable Instant due) {
		return (due != null) ? TrackedRowParameters.time(this.clock.toDatabase(due)) : null;
	}

}
