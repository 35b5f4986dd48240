package io.operations.tracking.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.operations.OperationStatus;
import io.operations.polling.PolledOperation;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedRow;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingSummary;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Contains the statements on the tables. They take part in the transaction of the thread,
 * if there is one.
 */
final class TrackedRows {

	private static final int BATCH = 1000;

	// Enough for each frequent kind, and read within some milliseconds.
	private static final int TO_LEARN_FROM = 1000;

	private static final String COLUMNS = "id, kind, state, status, operation, attributes, accepted, related,"
			+ " tracked_at, created_at, deadline, learned_millis, polls, not_found_since, last_fault, stuck, outcome,"
			+ " ended_at, attempts, forgiven, delivery_fault, version";

	private static final String SCHEDULED_COLUMNS = "task_name, task_instance, task_data, execution_time, picked,"
			+ " picked_by, last_success, last_failure, consecutive_failures, last_heartbeat, version, priority";

	// A newer version of the library may have further states and outcomes.
	private static final String KNOWN = "t.state IN (%s) AND (t.outcome IS NULL OR t.outcome IN (%s))"
		.formatted(names(TrackingState.values()), names(OperationOutcome.Type.values()));

	private static final List<String> FINISHED = Stream.of(TrackingState.values())
		.filter((state) -> state != TrackingState.TRACKED)
		.map(TrackingState::name)
		.toList();

	private static final String THIS_VERSION = "id = :id AND version = :version";

	private final OperationJson json = new OperationJson();

	private final JdbcClient jdbc;

	private final TrackingTables tables;

	private final TrackingDialect dialect;

	private final DatabaseClock clock;

	private final String select;

	private final String insert;

	private final String update;

	TrackedRows(DataSource dataSource, TrackingTables tables, TrackingDialect dialect, DatabaseClock clock) {
		this.clock = clock;
		this.jdbc = JdbcClient.create(dataSource);
		this.tables = tables;
		this.dialect = dialect;
		this.select = "SELECT t.*, s.execution_time FROM " + tables.tracked() + " t LEFT JOIN " + tables.scheduled()
				+ " s ON s.task_name = '" + TrackingTask.NAME + "' AND s.task_instance = t.id ";
		this.insert = "INSERT INTO " + tables.tracked() + """
				 (id, kind, state, attributes, accepted, related, tracked_at, created_at, deadline, polls, stuck,
				attempts, forgiven, version) VALUES (:id, :kind, :state, :attributes, :accepted, :related, :tracked_at,
				:created_at, :deadline, :polls, :stuck, :attempts, :forgiven, :version)""" + " " + dialect.onConflict();
		this.update = "UPDATE " + tables.tracked() + """
				 SET kind = :kind, state = :state, status = :status, operation = :operation, created_at = :created_at,
				learned_millis = :learned, polls = :polls, not_found_since = :not_found, last_fault = :fault,
				stuck = :stuck, outcome = :outcome, ended_at = :ended_at, attempts = :attempts, forgiven = :forgiven,
				delivery_fault = :delivery_fault, version = version + 1 WHERE\040""";
	}

	boolean insert(TrackedRow row) {
		PolledOperation polled = row.polled();
		try {
			return this.jdbc.sql(this.insert)
				.param("id", row.id())
				.param("kind", text(polled.kind()))
				.param("state", row.state().name())
				.param("attributes", this.json.write(row.attributes()))
				.param("accepted", polled.accepted())
				.param("related", polled.related().isEmpty() ? null : this.json.write(polled.related()))
				.param("tracked_at", time(polled.since()))
				.param("created_at", time(polled.created()))
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
			.param("status", (polled.lastSeen() != null) ? polled.lastSeen().status().name() : null)
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
			.param("id", row.id())
			.param("version", row.version())
			.update() == 1;
	}

	boolean delete(String operationId) {
		return this.jdbc.sql("DELETE FROM " + this.tables.tracked() + " WHERE id = :id")
			.param("id", operationId)
			.update() == 1;
	}

	@Nullable TrackedRow find(String operationId) {
		return this.jdbc.sql(this.select + "WHERE t.id = :id")
			.param("id", operationId)
			.query(this::map)
			.optional()
			.orElse(null);
	}

	List<TrackedRow> find(List<String> operationIds) {
		return this.jdbc.sql(this.select + "WHERE t.id IN (:ids) AND " + KNOWN)
			.param("ids", operationIds)
			.query(this::map)
			.list();
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
		JdbcClient.StatementSpec statement = this.jdbc.sql(this.select + "WHERE " + String.join(" AND ", conditions)
				+ " ORDER BY t.id LIMIT " + Math.min(filter.limit(), Integer.MAX_VALUE));
		return statement.param("states", filter.states().stream().map(TrackingState::name).toList())
			.param("kind", filter.kind())
			.param("after", filter.after())
			.query(this::map)
			.list();
	}

	/**
	 * Return the operations that ended last, for the schedule to learn from.
	 * @return the rows, the oldest first
	 */
	List<TrackedRow> endedLast() {
		List<TrackedRow> rows = new ArrayList<>(this.jdbc
			.sql(this.select + "WHERE t.ended_at IS NOT NULL AND " + KNOWN + " ORDER BY t.ended_at DESC LIMIT "
					+ TO_LEARN_FROM)
			.query(this::map)
			.list());
		Collections.reverse(rows);
		return rows;
	}

	/**
	 * Remove one batch of operations that were delivered long ago.
	 * @param before the time before which they ended
	 * @return how many were removed. If it is a whole batch, there may be more.
	 */
	int prune(Instant before) {
		// The condition is repeated because a selected operation may be redelivered
		// before
		// it is deleted.
		String outdated = "ended_at < :before AND state = :state";
		return this.jdbc
			.sql("DELETE FROM " + this.tables.tracked() + " WHERE " + outdated + " AND "
					+ this.dialect.first(this.tables.tracked(), outdated, "ended_at", BATCH))
			.param("before", time(before))
			.param("state", TrackingState.DELIVERED.name())
			.update();
	}

	boolean isWholeBatch(int removed) {
		return removed >= BATCH;
	}

	/**
	 * Spread overdue operations evenly over time, in their order. Operations that were
	 * never polled come first among them, but new operations come before all of them.
	 * @param now the current time
	 * @param overdue the time before which they were due
	 * @param millis the time between two of them, in milliseconds
	 * @return how many there were
	 */
	int spread(Instant now, Instant overdue, double millis) {
		return this.jdbc.sql(this.dialect.spread(this.tables.scheduled()))
			.param("task", TrackingTask.NAME)
			.param("now", time(now))
			.param("overdue", time(overdue))
			.param("first", TrackingTask.FIRST_POLL)
			.param("repeat", TrackingTask.REPEAT_POLL)
			.param("millis", millis)
			.update();
	}

	/**
	 * Return how many other instances are alive.
	 * @param instance the name of this instance
	 * @param since the time after which they have sent a heartbeat
	 * @return the number of other instances that currently hold a claim
	 */
	int others(String instance, Instant since) {
		return this.jdbc
			.sql("SELECT COUNT(DISTINCT picked_by) FROM " + this.tables.scheduled()
					+ " WHERE picked = TRUE AND picked_by <> :instance AND last_heartbeat > :since")
			.param("instance", instance)
			.param("since", time(since))
			.query(Integer.class)
			.single();
	}

	void prioritize(String operationId, int priority) {
		this.jdbc
			.sql("UPDATE " + this.tables.scheduled()
					+ " SET priority = :priority WHERE task_name = :task AND task_instance = :id")
			.param("priority", priority)
			.param("task", TrackingTask.NAME)
			.param("id", operationId)
			.update();
	}

	/**
	 * Take over the execution of an operation, even if a worker holds it.
	 * @param operationId the operation's id
	 * @param due the new due time
	 * @param priority the new priority
	 * @return whether there was an execution
	 */
	boolean takeOver(String operationId, Instant due, int priority) {
		return this.jdbc
			.sql("UPDATE " + this.tables.scheduled() + " SET execution_time = :due, priority = :priority,"
					+ " picked = FALSE, picked_by = NULL, last_heartbeat = NULL, version = version + 1"
					+ " WHERE task_name = :task AND task_instance = :id")
			.param("due", time(due))
			.param("priority", priority)
			.param("task", TrackingTask.NAME)
			.param("id", operationId)
			.update() == 1;
	}

	/**
	 * Fail if a table or a column is missing.
	 */
	void checkTables() {
		this.jdbc.sql("SELECT " + COLUMNS + " FROM " + this.tables.tracked() + " WHERE id = ''").query().listOfRows();
		this.jdbc.sql("SELECT " + SCHEDULED_COLUMNS + " FROM " + this.tables.scheduled() + " WHERE task_name = ''")
			.query()
			.listOfRows();
	}

	/**
	 * Return the time of the database's clock.
	 * @return the time
	 */
	Instant time() {
		OffsetDateTime time = this.jdbc.sql("SELECT CURRENT_TIMESTAMP").query(OffsetDateTime.class).single();
		return time.toInstant();
	}

	void ping() {
		this.jdbc.sql("SELECT 1").query(Integer.class).single();
	}

	TrackingSummary summary(Instant now) {
		Map<TrackingState, Long> states = new EnumMap<>(TrackingState.class);
		Map<OperationStatus, Long> statuses = new EnumMap<>(OperationStatus.class);
		long[] others = new long[2];
		Instant[] oldest = { now };
		// Millions of operations may have ended, so this count uses the index only.
		this.jdbc
			.sql("SELECT state, COUNT(*) AS number FROM " + this.tables.tracked()
					+ " WHERE state IN (:states) GROUP BY state")
			.param("states", FINISHED)
			.query((result, number) -> states.put(TrackingState.valueOf(result.getString("state")),
					result.getLong("number")))
			.list();
		this.jdbc.sql("SELECT status, COUNT(*) AS number, SUM(CASE WHEN stuck THEN 1 ELSE 0 END) AS stuck_number,"
				+ " MIN(tracked_at) AS oldest FROM " + this.tables.tracked() + " WHERE state = :state GROUP BY status")
			.param("state", TrackingState.TRACKED.name())
			.query((result) -> {
				long number = result.getLong("number");
				states.merge(TrackingState.TRACKED, number, Long::sum);
				String status = result.getString("status");
				if (status != null) {
					statuses.merge(OperationStatus.of(status), number, Long::sum);
				}
				else {
					others[0] += number;
				}
				others[1] += result.getLong("stuck_number");
				Instant first = instant(result, "oldest");
				oldest[0] = (first != null && first.isBefore(oldest[0])) ? first : oldest[0];
			});
		return this.jdbc
			.sql("SELECT COUNT(*) AS number, MIN(execution_time) AS first_due FROM " + this.tables.scheduled()
					+ " WHERE task_name = :task AND picked = FALSE AND execution_time <= :now")
			.param("task", TrackingTask.NAME)
			.param("now", time(this.clock.toDatabase(now)))
			.query((result, number) -> {
				Instant first = instant(result, "first_due");
				return new TrackingSummary(states, statuses, others[0], others[1], Duration.between(oldest[0], now),
						result.getLong("number"),
						(first != null) ? Duration.between(this.clock.toInstance(first), now) : Duration.ZERO);
			})
			.single();
	}

	private TrackedRow map(ResultSet result, int number) throws SQLException {
		String id = result.getString("id");
		long learned = result.getLong("learned_millis");
		Duration told = result.wasNull() ? null : Duration.ofMillis(learned);
		PolledOperation polled = new PolledOperation(id, result.getString("kind"), result.getBoolean("accepted"),
				required(result, "tracked_at"), required(result, "created_at"), told, result.getInt("polls"),
				instant(result, "not_found_since"), this.json.readTexts(result.getString("related")),
				this.json.readOperation(id, result.getString("operation")));
		String outcome = result.getString("outcome");
		Instant due = instant(result, "execution_time");
		TrackedRow.Ending ending = new TrackedRow.Ending(known(TrackingState.class, id, result.getString("state")),
				(outcome != null) ? known(OperationOutcome.Type.class, id, outcome) : null, instant(result, "ended_at"),
				result.getInt("attempts"), result.getInt("forgiven"), result.getString("delivery_fault"));
		return new TrackedRow(polled, this.json.readTexts(result.getString("attributes")), required(result, "deadline"),
				(due != null) ? this.clock.toInstance(due) : null, result.getString("last_fault"),
				result.getBoolean("stuck"), ending, result.getLong("version"));
	}

	private static <E extends Enum<E>> E known(Class<E> type, String id, String name) {
		try {
			return Enum.valueOf(type, name);
		}
		catch (IllegalArgumentException ex) {
			throw new NewerVersionException("A newer version of the library has stored operation '" + id + "' with '"
					+ name + "', which this version does not know. Update this instance, or leave the operation to the"
					+ " instances that run the newer version.");
		}
	}

	private static String names(Enum<?>[] values) {
		return Arrays.stream(values).map((value) -> "'" + value.name() + "'").collect(Collectors.joining(", "));
	}

	private static Instant required(ResultSet result, String column) throws SQLException {
		return result.getObject(column, OffsetDateTime.class).toInstant();
	}

	private static @Nullable Instant instant(ResultSet result, String column) throws SQLException {
		OffsetDateTime time = result.getObject(column, OffsetDateTime.class);
		return (time != null) ? time.toInstant() : null;
	}

	private static @Nullable OffsetDateTime time(@Nullable Instant time) {
		return (time != null) ? time.atOffset(ZoneOffset.UTC) : null;
	}

	// Databases reject the character NUL in texts.
	private static @Nullable String text(@Nullable String text) {
		return (text != null) ? text.replace('\0', ' ') : null;
	}

	/**
	 * A row has a state or an outcome that this version does not know. It must not be
	 * changed.
	 */
	@SuppressWarnings("serial")
	static final class NewerVersionException extends IllegalStateException {

		private NewerVersionException(String message) {
			super(message);
		}

	}

}
