package io.operations.tracking.jdbc;

import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.operations.polling.PolledOperation;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedChange;
import io.operations.tracking.TrackedRow;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Contains the statements on the tables. They take part in the transaction of the thread,
 * if there is one.
 */
final class TrackedRows {

	private static final int BATCH = 1000;

	// Four bytes each at most. PostgreSQL's index holds 2,700 bytes.
	private static final int LONGEST_KIND = 500;

	// A newer version of the library may have further states and outcomes.
	private static final String KNOWN = "t.state IN (%s) AND (t.outcome IS NULL OR t.outcome IN (%s))"
		.formatted(names(TrackingState.values()), names(OperationOutcome.Type.values()));

	private static final String THIS_VERSION = "client = :client AND id = :id AND version = :version";

	private final OperationJson json = new OperationJson();

	private final TrackedRowMapper mapper;

	private final JdbcClient jdbc;

	private final TrackingTables tables;

	private final TrackingDialect dialect;

	private final DatabaseClock clock;

	private final String client;

	private final String select;

	private final String insert;

	private final String update;

	private final String change;

	private final String delete;

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
		this.insert = dialect.noted(tables.inbox(),
				"INSERT INTO " + tables.tracked()
						+ """
								 (client, id, kind, state, attributes, accepted, related, tracked_at, created_at, timeout_millis,
								deadline, polls, stuck, attempts, forgiven, version) VALUES (:client, :id, :kind, :state, :attributes,
								:accepted, :related, :tracked_at, :created_at, :timeout, :deadline, :polls, :stuck, :attempts, :forgiven, :version)"""
						+ " " + dialect.onConflict(),
				"FINAL");
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
	 * Return what reads the columns of a row.
	 * @return the mapper
	 */
	TrackedRowMapper mapper() {
		return this.mapper;
	}

	/**
	 * Insert a row, and note it in the inbox of the instance that polls.
	 * @param row the row
	 * @return {@code false} if there is a row of this id
	 */
	boolean insert(TrackedRow row) {
		PolledOperation polled = row.polled();
		try {
			return this.jdbc.sql(this.insert)
				.param("client", this.client)
				.param("due", due(row.due()))
				.param("id", row.id())
				.param("kind", text(polled.kind()))
				.param("state", row.state().name())
				.param("attributes", this.json.write(row.attributes()))
				.param("accepted", polled.accepted())
				.param("related", polled.related().isEmpty() ? null : this.json.write(polled.related()))
				.param("tracked_at", time(polled.since()))
				.param("created_at", time(polled.created()))
				.param("timeout", row.timeout().toMillis())
				.param("deadline", time(row.deadline()))
				.param("polls", polled.polls())
				.param("stuck", row.stuck())
				.param("attempts", row.ending().attempts())
				.param("forgiven", row.ending().forgiven())
				.param("version", row.version())
				.update() == 1;
		}
		catch (DuplicateKeyException ex) {
			return false;
		}
	}

	boolean update(TrackedRow row) {
		return update(this.update + THIS_VERSION, row);
	}

	/**
	 * Store a row, but do not wait for a transaction that holds it.
	 * @param row the row
	 * @return whether it was stored. {@code false} if a transaction holds it, or it was
	 * changed or removed.
	 */
	boolean updateUnlessLocked(TrackedRow row) {
		return update(this.update + this.dialect.unlessLocked(this.tables.tracked(), THIS_VERSION), row);
	}

	private boolean update(String statement, TrackedRow row) {
		PolledOperation polled = row.polled();
		TrackedRow.Ending ending = row.ending();
		return this.jdbc.sql(statement)
			.param("kind", text(polled.kind()))
			.param("state", row.state().name())
			.param("status", TrackedRowMapper.status(polled.lastSeen()))
			.param("operation", this.json.write(polled.lastSeen()))
			.param("created_at", time(polled.created()))
			.param("learned", (polled.learned() != null) ? polled.learned().toMillis() : null)
			.param("polls", polled.polls())
			.param("not_found", time(polled.notFoundSince()))
			.param("fault", text(row.lastFault()))
			.param("stuck", row.stuck())
			.param("outcome", (ending.outcome() != null) ? ending.outcome().name() : null)
			.param("ended_at", time(ending.endedAt()))
			.param("attempts", ending.attempts())
			.param("forgiven", ending.forgiven())
			.param("delivery_fault", text(ending.fault()))
			.param("client", this.client)
			.param("id", row.id())
			.param("version", row.version())
			.update() == 1;
	}

	/**
	 * Store what a poll has changed.
	 * @param change the change
	 * @return {@code false} if the row has another version
	 */
	boolean update(TrackedChange change) {
		PolledOperation polled = change.polled();
		TrackedRow.Ending ending = change.ending();
		return this.jdbc.sql(this.change)
			.param("kind", text(polled.kind()))
			.param("state", ending.state().name())
			.param("status", status(change))
			.param("operation", operation(change))
			.param("created_at", time(polled.created()))
			.param("deadline", time(change.deadline()))
			.param("learned", (polled.learned() != null) ? polled.learned().toMillis() : null)
			.param("polls", polled.polls())
			.param("not_found", time(polled.notFoundSince()))
			.param("fault", text(change.lastFault()))
			.param("stuck", change.stuck())
			.param("outcome", (ending.outcome() != null) ? ending.outcome().name() : null)
			.param("ended_at", time(ending.endedAt()))
			.param("client", this.client)
			.param("id", change.id())
			.param("version", change.version())
			.update() == 1;
	}

	static @Nullable String status(TrackedChange change) {
		return TrackedRowMapper.status(change.polled().lastSeen());
	}

	@Nullable String operation(TrackedChange change) {
		return this.json.write(change.polled().lastSeen());
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
	 * Return an operation to poll, without what only callers and handlers need.
	 * @param operationId the operation's id
	 * @return its row, {@code null} if there is none or it has ended
	 */
	@Nullable TrackedRow findTracked(String operationId) {
		return this.jdbc
			.sql("SELECT " + TrackedRowMapper.OPEN_COLUMNS + " FROM " + this.tables.tracked()
					+ " t WHERE t.client = :client AND t.id = :id AND t.state = 'TRACKED'")
			.param("client", this.client)
			.param("id", operationId)
			.query(this.mapper::mapOpen)
			.optional()
			.orElse(null);
	}

	/**
	 * Return open operations in the order of their ids, without what only callers and
	 * handlers need.
	 * @param after the last id of the page before
	 * @param limit the maximum number of operations
	 * @return their rows
	 */
	List<TrackedRow> open(String after, int limit) {
		return this.jdbc
			.sql("SELECT " + TrackedRowMapper.OPEN_COLUMNS + " FROM " + this.tables.tracked()
					+ " t WHERE t.client = :client AND t.state = 'TRACKED' AND t.id > :after ORDER BY t.id LIMIT "
					+ limit)
			.param("client", this.client)
			.param("after", after)
			.query(this.mapper::mapOpen)
			.list();
	}

	@Nullable TrackedRow find(String operationId) {
		return this.jdbc.sql(this.select + "AND t.id = :id")
			.param("client", this.client)
			.param("id", operationId)
			.query(this.mapper::map)
			.optional()
			.orElse(null);
	}

	List<TrackedRow> list(TrackingFilter filter) {
		List<String> conditions = new ArrayList<>(List.of(KNOWN));
		if (!filter.states().isEmpty()) {
			conditions.add("t.state IN (:states)");
		}
		if (filter.kind() != null) {
			conditions.add("t.kind = :kind");
		}
		if (filter.after() != null) {
			conditions.add("t.id > :after");
		}
		JdbcClient.StatementSpec statement = this.jdbc.sql(this.select + "AND " + String.join(" AND ", conditions)
				+ " ORDER BY t.id LIMIT " + Math.min(filter.limit(), Integer.MAX_VALUE));
		return statement.param("client", this.client)
			.param("states", filter.states().stream().map(TrackingState::name).toList())
			.param("kind", filter.kind())
			.param("after", filter.after())
			.query(this.mapper::map)
			.list();
	}

	/**
	 * Return the durations that an instance has learned.
	 * @return the durations by kind
	 */
	Map<String, List<Duration>> learned() {
		Map<String, List<Duration>> learned = new HashMap<>();
		this.jdbc.sql("SELECT kind, state FROM " + this.tables.learned() + " WHERE client = :client")
			.param("client", this.client)
			.query((result) -> {
				List<Duration> durations = this.json.readDurations(result.getString("state"));
				learned.put(result.getString("kind"), durations);
			});
		return learned;
	}

	/**
	 * Return the durations whose kinds can be stored as they are. An index holds no
	 * longer text, and a text no character NUL.
	 * @param durations durations by kind
	 * @return those that {@link FencedRows#learned} stores
	 */
	static Map<String, List<Duration>> storable(Map<String, List<Duration>> durations) {
		Map<String, List<Duration>> storable = new TreeMap<>(durations);
		storable.keySet().removeIf((kind) -> kind.length() > LONGEST_KIND || kind.indexOf('\0') >= 0);
		return storable;
	}

	/**
	 * Return what {@link FencedRows#learned} stores.
	 * @param durations the learned durations of a kind
	 * @return their text
	 */
	String text(List<Duration> durations) {
		return this.json.write(durations);
	}

	/**
	 * Remove one batch of operations that were delivered long ago.
	 * @param before the time before which they ended
	 * @return how many were removed. If it is a whole batch, there may be more.
	 */
	int prune(Instant before) {
		String outdated = "client = :client AND ended_at < :before AND state = :state";
		return this.jdbc.sql(this.dialect.deleteFirst(this.tables.tracked(), outdated, "ended_at", BATCH))
			.param("client", this.client)
			.param("before", time(before))
			.param("state", TrackingState.DELIVERED.name())
			.update();
	}

	boolean isWholeBatch(int removed) {
		return removed >= BATCH;
	}

	/**
	 * Take over the execution of an operation, even if a worker holds it.
	 * @param operationId the operation's id
	 * @param due the new due time
	 * @return whether there was an execution
	 */
	boolean takeOver(String operationId, Instant due) {
		return this.jdbc
			.sql("UPDATE " + this.tables.scheduled() + " SET execution_time = :due,"
					+ " picked = FALSE, picked_by = NULL, last_heartbeat = NULL, version = version + 1"
					+ " WHERE task_name = :task AND task_instance = :id")
			.param("due", due(due))
			.param("task", this.client)
			.param("id", operationId)
			.update() == 1;
	}

	private static String names(Enum<?>[] values) {
		return Arrays.stream(values).map((value) -> "'" + value.name() + "'").collect(Collectors.joining(", "));
	}

	private @Nullable OffsetDateTime due(@Nullable Instant due) {
		return (due != null) ? time(this.clock.toDatabase(due)) : null;
	}

	private static @Nullable OffsetDateTime time(@Nullable Instant time) {
		return (time != null) ? time.atOffset(ZoneOffset.UTC) : null;
	}

	// Databases reject the character NUL in texts.
	static @Nullable String text(@Nullable String text) {
		return (text != null) ? text.replace('\0', ' ') : null;
	}

}
