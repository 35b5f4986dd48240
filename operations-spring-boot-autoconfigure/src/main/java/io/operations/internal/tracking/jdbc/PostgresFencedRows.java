package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Runs the fenced statements on PostgreSQL. Each call runs one statement.
 */
final class PostgresFencedRows implements FencedRows {

	private final JdbcTemplate template;

	private final JdbcClient jdbc;

	private final JdbcTransactions transactions;

	private final TrackedRows rows;

	private final String client;

	private final String look;

	private final String write;

	private final String count;

	private final String learned;

	PostgresFencedRows(DataSource dataSource, JdbcTransactions transactions, TrackedRows rows, TrackingTables tables,
			String client) {
		this.template = new JdbcTemplate(dataSource);
		this.jdbc = JdbcClient.create(this.template);
		this.transactions = transactions;
		this.rows = rows;
		this.client = client;
		this.look = """
				WITH renewed AS (
					UPDATE %2$s SET last_heartbeat = %6$s
					WHERE task_name = :task AND task_instance = :client AND version = :epoch AND picked AND %4$s
					RETURNING 1
				), taken AS (
					DELETE FROM %3$s WHERE client = :client AND EXISTS (SELECT 1 FROM renewed)
					AND number = ANY (ARRAY(SELECT number FROM %3$s WHERE client = :client ORDER BY number LIMIT :limit))
					RETURNING id, due
				), noted AS (SELECT id, COUNT(*) AS entries, MAX(due) AS execution_time FROM taken GROUP BY id)
				SELECT n.id AS noted, n.entries, n.execution_time, %5$s FROM renewed
				LEFT JOIN noted n ON TRUE
				LEFT JOIN %1$s t ON t.client = :client AND t.id = n.id AND t.state = 'TRACKED'"""
			.formatted(tables.tracked(), tables.lease(), tables.inbox(), TrackingDialect.ABANDONED,
					TrackedRowMapper.OPEN_COLUMNS, TrackingDialect.POSTGRESQL.now());
		// Each statement locks the lease first. A takeover changes the version of the
		// lease, which is a key column because of the unique index. So a write waits for
		// a takeover, and then finds no row.
		String held = """
				held AS MATERIALIZED (
					SELECT 1 FROM %s WHERE task_name = ? AND task_instance = ? AND version = ? AND %s
					FOR KEY SHARE
				)""".formatted(tables.lease(), TrackingDialect.ABANDONED);
		// The planner expects ten changes. If it had the choice, it would compare each of
		// a thousand changes with each other one. So "changed" is joined by a FULL JOIN,
		// which the planner hashes.
		this.write = """
				WITH %2$s, v AS MATERIALIZED (
					SELECT * FROM unnest(CAST(? AS TEXT[]), CAST(? AS BIGINT[]), CAST(? AS TEXT[]), CAST(? AS TEXT[]),
					CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS TIMESTAMPTZ[]), CAST(? AS TIMESTAMPTZ[]),
					CAST(? AS BIGINT[]), CAST(? AS INT[]), CAST(? AS TIMESTAMPTZ[]), CAST(? AS TEXT[]), CAST(? AS BOOLEAN[]),
					CAST(? AS TEXT[]), CAST(? AS TIMESTAMPTZ[])) AS u(id, version, kind, state, status, operation,
					created_at, deadline, learned_millis, polls, not_found_since, last_fault, stuck, outcome, ended_at)
				), free AS MATERIALIZED (
					SELECT v.* FROM %1$s t JOIN v ON v.id = t.id AND v.version = t.version
					WHERE t.client = ? AND EXISTS (SELECT 1 FROM held)
					ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED
				), changed AS (
					UPDATE %1$s t SET kind = COALESCE(v.kind, t.kind), state = v.state,
					status = COALESCE(v.status, t.status), operation = COALESCE(v.operation, t.operation),
					created_at = v.created_at, deadline = v.deadline, learned_millis = v.learned_millis, polls = v.polls,
					not_found_since = v.not_found_since, last_fault = v.last_fault, stuck = v.stuck,
					outcome = v.outcome, ended_at = v.ended_at, version = t.version + 1
					FROM free v WHERE t.client = ? AND t.id = v.id AND t.version = v.version
					RETURNING t.*
				), scheduled AS (
					INSERT INTO %3$s AS s (task_name, task_instance, execution_time, picked, version)
					SELECT CAST(? AS TEXT), id, CAST(? AS TIMESTAMPTZ), FALSE, 1 FROM changed WHERE state = 'ENDED'
					ON CONFLICT (task_name, task_instance) DO UPDATE SET execution_time = EXCLUDED.execution_time,
					picked = FALSE, picked_by = NULL, last_heartbeat = NULL, version = s.version + 1
				)
				SELECT v.id AS written, c.version AS stored, (t.version = v.version) AS present, n.*,
				CAST(? AS TIMESTAMPTZ) AS execution_time FROM held CROSS JOIN (v FULL JOIN changed c ON c.id = v.id)
				LEFT JOIN %1$s t ON t.client = ? AND t.id = v.id
				LEFT JOIN LATERAL (SELECT c.* WHERE c.outcome IS NOT NULL OR c.stuck AND NOT t.stuck) n ON TRUE"""
			.formatted(tables.tracked(), held, tables.scheduled());
		this.count = """
				WITH %2$s, v AS MATERIALIZED (
					SELECT * FROM unnest(CAST(? AS TEXT[]), CAST(? AS BIGINT[]), CAST(? AS INT[])) AS u(id, version, polls)
				), free AS MATERIALIZED (
					SELECT t.client, t.id, v.version, v.polls FROM %1$s t JOIN v ON v.id = t.id AND v.version = t.version
					WHERE t.client = ? AND EXISTS (SELECT 1 FROM held)
					ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED
				)
				UPDATE %1$s t SET polls = free.polls FROM free
				WHERE t.client = free.client AND t.id = free.id AND t.version = free.version"""
			.formatted(tables.tracked(), held);
		this.learned = """
				WITH %2$s
				INSERT INTO %1$s (client, kind, state)
				SELECT CAST(? AS TEXT), v.kind, v.state FROM held
				CROSS JOIN unnest(CAST(? AS TEXT[]), CAST(? AS TEXT[])) AS v(kind, state)
				ON CONFLICT (client, kind) DO UPDATE SET state = EXCLUDED.state""".formatted(tables.learned(), held);
	}

	@Override
	public int look(long epoch, int limit, Consumer<Inbox> consumer) {
		// The consumer receives the operations before the transaction commits. If the
		// commit fails, the entries are still in the inbox, and are taken again.
		return Objects.requireNonNull(this.transactions.in(SHORT, () -> {
			int[] entries = { -1 };
			Inbox inbox = new Inbox(new ArrayList<>(), new ArrayList<>());
			this.jdbc.sql(this.look)
				.param("task", LeaseTask.NAME)
				.param("client", this.client)
				.param("epoch", epoch)
				.param("limit", limit)
				.query((result) -> {
					entries[0] = Math.max(0, entries[0]) + result.getInt("entries");
					String id = result.getString("noted");
					if (result.getString("id") != null) {
						inbox.open().add(this.rows.mapper().mapNoted(result));
					}
					else if (id != null) {
						inbox.gone().add(id);
					}
				});
			if (entries[0] > 0) {
				consumer.accept(inbox);
			}
			return entries[0];
		}));
	}

	@Override
	public @Nullable Written write(long epoch, List<TrackedChange> changes, Instant due) {
		Optional<Written> written = this.transactions.in(LONG, () -> this.template
			.execute((ConnectionCallback<Optional<Written>>) (connection) -> write(connection, epoch, changes, due)));
		return Objects.requireNonNull(written).orElse(null);
	}

	private Optional<Written> write(Connection connection, long epoch, List<TrackedChange> changes, Instant due)
			throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.write)) {
			Parameters<TrackedChange> parameters = new Parameters<>(connection, statement, changes);
			parameters.set(LeaseTask.NAME).set(this.client).set(epoch);
			parameters.set("text", TrackedChange::id)
				.set("bigint", TrackedChange::version)
				.set("text", (change) -> TrackedRowParameters.text(change.polled().kind()))
				.set("text", (change) -> change.ending().state().name())
				.set("text", (change) -> TrackedRowMapper.status(change.polled().lastSeen()))
				.set("text", (change) -> TrackedRowParameters.json(change.polled().lastSeen()))
				.set("timestamptz", (change) -> change.polled().created())
				.set("timestamptz", TrackedChange::deadline)
				.set("bigint", (change) -> TrackedRowParameters.learnedMillis(change.polled()))
				.set("int", (change) -> change.polled().polls())
				.set("timestamptz", (change) -> change.polled().notFoundSince())
				.set("text", (change) -> TrackedRowParameters.text(change.lastFault()))
				.set("boolean", TrackedChange::stuck)
				.set("text", (change) -> TrackedRowParameters.outcome(change.ending()))
				.set("timestamptz", (change) -> change.ending().endedAt());
			parameters.set(this.client)
				.set(this.client)
				.set(this.client)
				.set(due.atOffset(ZoneOffset.UTC))
				.set(due.atOffset(ZoneOffset.UTC))
				.set(this.client);
			try (ResultSet result = statement.executeQuery()) {
				return written(result);
			}
		}
	}

	private Optional<Written> written(ResultSet result) throws SQLException {
		Map<String, Long> stored = new HashMap<>();
		Set<String> refused = new HashSet<>();
		List<Supplier<TrackedRow>> notable = new ArrayList<>();
		boolean held = false;
		while (result.next()) {
			held = true;
			String id = result.getString("written");
			long version = result.getLong("stored");
			if (!result.wasNull()) {
				stored.put(id, version);
			}
			else if (!result.getBoolean("present")) {
				refused.add(id);
			}
			if (result.getString("id") != null) {
				notable.add(this.rows.mapper().read(result));
			}
		}
		return held ? Optional.of(new Written(stored, refused, notable)) : Optional.empty();
	}

	@Override
	public void count(long epoch, List<HeldOperations.Polls> polls) {
		this.transactions.in(LONG, () -> this.template.execute((ConnectionCallback<Integer>) (connection) -> {
			try (PreparedStatement statement = connection.prepareStatement(this.count)) {
				Parameters<HeldOperations.Polls> parameters = new Parameters<>(connection, statement, polls);
				parameters.set(LeaseTask.NAME).set(this.client).set(epoch);
				parameters.set("text", HeldOperations.Polls::id)
					.set("bigint", HeldOperations.Polls::version)
					.set("int", HeldOperations.Polls::polls);
				parameters.set(this.client);
				return statement.executeUpdate();
			}
		}));
	}

	@Override
	public void learned(long epoch, Map<String, List<Duration>> durations) {
		this.transactions.in(LONG, () -> this.template.execute((ConnectionCallback<Integer>) (connection) -> {
			try (PreparedStatement statement = connection.prepareStatement(this.learned)) {
				Parameters<Map.Entry<String, String>> parameters = new Parameters<>(connection, statement,
						List.copyOf(LearnedRows.texts(durations).entrySet()));
				parameters.set(LeaseTask.NAME).set(this.client).set(epoch).set(this.client);
				parameters.set("text", Map.Entry::getKey).set("text", Map.Entry::getValue);
				return statement.executeUpdate();
			}
		}));
	}

	/**
	 * Sets the parameters of a statement in their order.
	 *
	 * @param <E> the type of the elements of arrays
	 */
	private static final class Parameters<E> {

		private final Connection connection;

		private final PreparedStatement statement;

		private final List<E> elements;

		private int index;

		private Parameters(Connection connection, PreparedStatement statement, List<E> elements) {
			this.connection = connection;
			this.statement = statement;
			this.elements = elements;
		}

		private Parameters<E> set(Object value) throws SQLException {
			this.statement.setObject(++this.index, value);
			return this;
		}

		private Parameters<E> set(String type, Function<E, @Nullable Object> column) throws SQLException {
			@Nullable Object[] values = this.elements.stream().map(column).toArray();
			this.statement.setArray(++this.index, this.connection.createArrayOf(type, values));
			return this;
		}

	}

}
