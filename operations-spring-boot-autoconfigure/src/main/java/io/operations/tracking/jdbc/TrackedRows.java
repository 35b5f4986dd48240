package io.operations.tracking.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.polling.PolledOperation;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackedChange;
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

	// Four bytes each at most. PostgreSQL's index holds 2,700 bytes.
	private static final int LONGEST_KIND = 500;

	private static final String COLUMNS = "client, id, kind, state, status, operation, attributes, accepted, related,"
			+ " tracked_at, created_at, deadline, learned_millis, polls, not_found_since, last_fault, stuck, outcome,"
			+ " ended_at, attempts, forgiven, delivery_fault, traceparent," + " version";

	private static final String SCHEDULED_COLUMNS = "task_name, task_instance, task_data, execution_time, picked,"
			+ " picked_by, last_success, last_failure, consecutive_failures, last_heartbeat, version";

	// A newer version of the library may have further states and outcomes.
	private static final String KNOWN = "t.state IN (%s) AND (t.outcome IS NULL OR t.outcome IN (%s))"
		.formatted(names(TrackingState.values()), names(OperationOutcome.Type.values()));

	private static final List<String> FINISHED = Stream.of(TrackingState.values())
		.filter((state) -> state != TrackingState.TRACKED)
		.map(TrackingState::name)
		.toList();

	// What a poll needs. An operation as last seen may be large.
	static final String OPEN_COLUMNS = Stream
		.of("id", "kind", "status", "accepted", "tracked_at", "created_at", "deadline", "learned_millis", "polls",
				"not_found_since", "last_fault", "stuck", "version")
		.map((column) -> "t." + column)
		.collect(Collectors.joining(", "));

	private static final String THIS_VERSION = "client = :client AND id = :id AND version = :version";

	private final OperationJson json = new OperationJson();

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
		this.client = client;
		this.jdbc = JdbcClient.create(dataSource);
		this.tables = tables;
		this.dialect = dialect;
		this.select = "SELECT t.*, s.execution_time FROM " + tables.tracked() + " t LEFT JOIN " + tables.scheduled()
				+ " s ON s.task_name = t.client" + " AND s.task_instance = t.id WHERE t.client = :client ";
		this.insert = dialect.noted(tables.inbox(),
				"INSERT INTO " + tables.tracked()
						+ """
								 (client, id, kind, state, attributes, accepted, related, tracked_at, created_at, deadline, polls, stuck,
								attempts, forgiven, version) VALUES (:client, :id, :kind, :state, :attributes, :accepted, :related, :tracked_at,
								:created_at, :deadline, :polls, :stuck, :attempts, :forgiven, :version)"""
						+ " " + dialect.onConflict(),
				"FINAL");
		this.delete = dialect.noted(tables.inbox(),
				"DELETE FROM " + tables.tracked() + " WHERE client = :client AND id = :id", "OLD");
		this.change = "UPDATE " + tables.tracked() + """
				 SET kind = COALESCE(:kind, kind), state = :state, status = COALESCE(:status, status),
				operation = COALESCE(:operation, operation), created_at = :created_at, learned_millis = :learned,
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
		Operation seen = change.polled().lastSeen();
		return (seen != null) ? seen.status().name() : null;
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
			.sql("SELECT " + OPEN_COLUMNS + " FROM " + this.tables.tracked()
					+ " t WHERE t.client = :client AND t.id = :id AND t.state = 'TRACKED'")
			.param("client", this.client)
			.param("id", operationId)
			.query(TrackedRows::mapOpen)
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
			.sql("SELECT " + OPEN_COLUMNS + " FROM " + this.tables.tracked()
					+ " t WHERE t.client = :client AND t.state = 'TRACKED' AND t.id > :after ORDER BY t.id LIMIT "
					+ limit)
			.param("client", this.client)
			.param("after", after)
			.query(TrackedRows::mapOpen)
			.list();
	}

	/**
	 * Return the row of an operation that was taken from the inbox.
	 * @param result the columns, and the time of the first poll
	 * @return the row
	 * @throws SQLException if a column cannot be read
	 */
	TrackedRow mapNoted(ResultSet result) throws SQLException {
		return mapOpen(result, 0).due(due(result, "execution_time"));
	}

	private static TrackedRow mapOpen(ResultSet result, int number) throws SQLException {
		String id = result.getString("id");
		String status = result.getString("status");
		Operation seen = (status != null)
				? new Operation(id, OperationStatus.of(status), status, null, null, null, null, Map.of(), Map.of())
				: null;
		PolledOperation polled = new PolledOperation(id, result.getString("kind"), result.getBoolean("accepted"),
				required(result, "tracked_at"), required(result, "created_at"), learned(result), result.getInt("polls"),
				instant(result, "not_found_since"), Map.of(), seen);
		return new TrackedRow(polled, Map.of(), required(result, "deadline"), null, result.getString("last_fault"),
				result.getBoolean("stuck"), TrackedRow.Ending.NONE, result.getLong("version"));
	}

	private static @Nullable Duration learned(ResultSet result) throws SQLException {
		long millis = result.getLong("learned_millis");
		return result.wasNull() ? null : Duration.ofMillis(millis);
	}

	@Nullable TrackedRow find(String operationId) {
		return this.jdbc.sql(this.select + "AND t.id = :id")
			.param("client", this.client)
			.param("id", operationId)
			.query(this::map)
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
			.query(this::map)
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

	/**
	 * Fail if a table or a column is missing.
	 */
	void checkTables() {
		this.jdbc.sql("SELECT " + COLUMNS + " FROM " + this.tables.tracked() + " WHERE client = '' AND id = ''")
			.query()
			.listOfRows();
		this.jdbc.sql("SELECT " + SCHEDULED_COLUMNS + " FROM " + this.tables.lease() + " WHERE task_name = ''")
			.query()
			.listOfRows();
		this.jdbc.sql("SELECT client, number, id, due FROM " + this.tables.inbox() + " WHERE client = ''")
			.query()
			.listOfRows();
		this.jdbc.sql("SELECT client, kind, state FROM " + this.tables.learned() + " WHERE client = ''")
			.query()
			.listOfRows();
		this.jdbc.sql("SELECT " + SCHEDULED_COLUMNS + " FROM " + this.tables.scheduled() + " WHERE task_name = ''")
			.query()
			.listOfRows();
	}

	/**
	 * Return the time of the database's clock.
	 * @return the time
	 */
	Instant time() {
		return this.jdbc.sql("SELECT CURRENT_TIMESTAMP").query(OffsetDateTime.class).single().toInstant();
	}

	void ping() {
		this.jdbc.sql("SELECT 1").query(Integer.class).single();
	}

	/**
	 * Return a summary.
	 * @param now the local time
	 * @param held the summary of the operations in state TRACKED, {@code null} if this
	 * instance does not hold them
	 * @return the summary of all operations
	 */
	TrackingSummary summary(Instant now, @Nullable TrackingSummary held) {
		Map<TrackingState, Long> states = new EnumMap<>(TrackingState.class);
		// Millions of operations may have ended, so this count uses the index only.
		this.jdbc
			.sql("SELECT state, COUNT(*) AS number FROM " + this.tables.tracked()
					+ " WHERE client = :client AND state IN (:states) GROUP BY state")
			.param("client", this.client)
			.param("states", FINISHED)
			.query((result, number) -> states.put(TrackingState.valueOf(result.getString("state")),
					result.getLong("number")))
			.list();
		TrackingSummary open = (held != null) ? held : open(now);
		states.putAll(open.states());
		return this.jdbc
			.sql("SELECT COUNT(*) AS number, MIN(execution_time) AS first_due FROM " + this.tables.scheduled()
					+ " WHERE task_name = :task AND picked = FALSE AND execution_time <= :now")
			.param("task", this.client)
			.param("now", due(now))
			.query((result, number) -> {
				Instant first = due(result, "first_due");
				Duration age = (first != null) ? Duration.between(first, now) : Duration.ZERO;
				return new TrackingSummary(states, open.statuses(), open.unseen(), open.stuck(), open.oldest(),
						open.backlog() + result.getLong("number"),
						(age.compareTo(open.backlogAge()) > 0) ? age : open.backlogAge());
			})
			.single();
	}

	private TrackingSummary open(Instant now) {
		Map<TrackingState, Long> states = new EnumMap<>(TrackingState.class);
		Map<OperationStatus, Long> statuses = new EnumMap<>(OperationStatus.class);
		long[] others = new long[2];
		Instant[] oldest = { now };
		this.jdbc
			.sql("SELECT status, COUNT(*) AS number, SUM(CASE WHEN stuck THEN 1 ELSE 0 END) AS stuck_number,"
					+ " MIN(tracked_at) AS oldest FROM " + this.tables.tracked()
					+ " WHERE client = :client AND state = :state GROUP BY status")
			.param("client", this.client)
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
		return new TrackingSummary(states, statuses, others[0], others[1], Duration.between(oldest[0], now), 0,
				Duration.ZERO);
	}

	private TrackedRow map(ResultSet result, int number) throws SQLException {
		return read(result).get();
	}

	/**
	 * Read a row. The texts are parsed when the supplier is called, which may take long.
	 * @param result the columns of the row, and the time of its delivery
	 * @return supplies the row
	 * @throws SQLException if a column cannot be read
	 */
	Supplier<TrackedRow> read(ResultSet result) throws SQLException {
		String id = result.getString("id");
		String kind = result.getString("kind");
		boolean accepted = result.getBoolean("accepted");
		Instant tracked = required(result, "tracked_at");
		Instant created = required(result, "created_at");
		Duration learned = learned(result);
		int polls = result.getInt("polls");
		Instant notFound = instant(result, "not_found_since");
		String related = result.getString("related");
		String operation = result.getString("operation");
		String attributes = result.getString("attributes");
		Instant deadline = required(result, "deadline");
		Instant due = due(result, "execution_time");
		String fault = result.getString("last_fault");
		boolean stuck = result.getBoolean("stuck");
		long version = result.getLong("version");
		String outcome = result.getString("outcome");
		TrackedRow.Ending ending = new TrackedRow.Ending(known(TrackingState.class, id, result.getString("state")),
				(outcome != null) ? known(OperationOutcome.Type.class, id, outcome) : null, instant(result, "ended_at"),
				result.getInt("attempts"), result.getInt("forgiven"), result.getString("delivery_fault"));
		return () -> new TrackedRow(
				new PolledOperation(id, kind, accepted, tracked, created, learned, polls, notFound,
						this.json.readTexts(related), this.json.readOperation(id, operation)),
				this.json.readTexts(attributes), deadline, due, fault, stuck, ending, version);
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

	@Nullable Instant due(ResultSet result, String column) throws SQLException {
		Instant due = instant(result, column);
		return (due != null) ? this.clock.toInstance(due) : null;
	}

	private @Nullable OffsetDateTime due(@Nullable Instant due) {
		return (due != null) ? time(this.clock.toDatabase(due)) : null;
	}

	static @Nullable Instant instant(ResultSet result, String column) throws SQLException {
		OffsetDateTime time = result.getObject(column, OffsetDateTime.class);
		return (time != null) ? time.toInstant() : null;
	}

	private static @Nullable OffsetDateTime time(@Nullable Instant time) {
		return (time != null) ? time.atOffset(ZoneOffset.UTC) : null;
	}

	// Databases reject the character NUL in texts.
	static @Nullable String text(@Nullable String text) {
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
