package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedChange;
import io.operations.internal.tracking.TrackedRow;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Runs the fenced statements on H2. Each call runs several statements in one transaction
 * that locks the lease.
 */
final class H2FencedRows implements FencedRows {

	private final JdbcClient jdbc;

	private final JdbcTransactions transactions;

	private final TrackedRows rows;

	private final TrackingTables tables;

	private final String client;

	H2FencedRows(DataSource dataSource, JdbcTransactions transactions, TrackedRows rows, TrackingTables tables,
			String client) {
		this.jdbc = JdbcClient.create(dataSource);
		this.transactions = transactions;
		this.rows = rows;
		this.tables = tables;
		this.client = client;
	}

	@Override
	public int look(long epoch, int limit, Consumer<Inbox> consumer) {
		return Objects.requireNonNull(this.transactions.in(SHORT, () -> {
			if (lease("UPDATE %s SET last_heartbeat = " + TrackingDialect.H2.now(), epoch).update() == 0) {
				return -1;
			}
			Map<Long, String> entries = new HashMap<>();
			Map<String, Instant> due = new HashMap<>();
			this.jdbc
				.sql("SELECT number, id, due FROM " + this.tables.inbox()
						+ " WHERE client = :client ORDER BY number LIMIT " + limit)
				.param("client", this.client)
				.query((result) -> {
					entries.put(result.getLong("number"), result.getString("id"));
					Instant first = this.rows.mapper().due(result, "due");
					if (first != null) {
						due.put(result.getString("id"), first);
					}
				});
			if (entries.isEmpty()) {
				return 0;
			}
			this.jdbc.sql("DELETE FROM " + this.tables.inbox() + " WHERE client = :client AND number IN (:numbers)")
				.param("client", this.client)
				.param("numbers", entries.keySet())
				.update();
			Inbox inbox = new Inbox(new ArrayList<>(), new ArrayList<>());
			for (String id : new LinkedHashSet<>(entries.values())) {
				TrackedRow row = this.rows.findTracked(id);
				if (row != null) {
					inbox.open().add(row.due(due.get(id)));
				}
				else {
					inbox.gone().add(id);
				}
			}
			consumer.accept(inbox);
			return entries.size();
		}));
	}

	@Override
	public @Nullable Written write(long epoch, List<TrackedChange> changes, Instant due) {
		return this.transactions.in(LONG, () -> {
			if (!isHeld(epoch)) {
				return null;
			}
			List<String> ids = changes.stream().map(TrackedChange::id).sorted().toList();
			Map<String, Present> present = present(ids, "");
			Map<String, Present> free = present(ids, " FOR UPDATE SKIP LOCKED");
			Map<String, Long> stored = new HashMap<>();
			Set<String> refused = new HashSet<>();
			List<Supplier<TrackedRow>> notable = new ArrayList<>();
			for (TrackedChange change : changes) {
				String id = change.id();
				if (!isPresent(present, id, change.version())) {
					refused.add(id);
				}
				else if (isPresent(free, id, change.version()) && this.rows.update(change)) {
					stored.put(id, change.version() + 1);
					if (change.isEnd()) {
						schedule(id, due);
					}
					if (change.isEnd() || (change.stuck() && !Objects.requireNonNull(free.get(id)).stuck())) {
						TrackedRow row = Objects.requireNonNull(this.rows.find(id));
						notable.add(() -> row);
					}
				}
			}
			return new Written(stored, refused, notable);
		});
	}

	@Override
	public void count(long epoch, List<HeldOperations.Polls> polls) {
		this.transactions.in(LONG, () -> {
			if (isHeld(epoch)) {
				Map<String, Present> free = present(polls.stream().map(HeldOperations.Polls::id).toList(),
						" FOR UPDATE SKIP LOCKED");
				polls.stream().filter((each) -> isPresent(free, each.id(), each.version())).forEach(this::update);
			}
			return null;
		});
	}

	@Override
	public void learned(long epoch, Map<String, List<Duration>> durations) {
		this.transactions.in(LONG, () -> {
			if (isHeld(epoch)) {
				LearnedRows.texts(durations)
					.forEach((kind, text) -> this.jdbc
						.sql("MERGE INTO " + this.tables.learned()
								+ " (client, kind, state) KEY (client, kind) VALUES (:client, :kind, :state)")
						.param("client", this.client)
						.param("kind", kind)
						.param("state", text)
						.update());
			}
			return null;
		});
	}

	private void update(HeldOperations.Polls polls) {
		this.jdbc.sql("UPDATE " + this.tables.tracked() + " SET polls = :polls WHERE client = :client AND id = :id")
			.param("polls", polls.polls())
			.param("client", this.client)
			.param("id", polls.id())
			.update();
	}

	private boolean isHeld(long epoch) {
		return lease("SELECT version FROM %s", epoch, " FOR UPDATE").query(Long.class).optional().isPresent();
	}

	private static boolean isPresent(Map<String, Present> rows, String id, long version) {
		Present row = rows.get(id);
		return row != null && row.version() == version;
	}

	private JdbcClient.StatementSpec lease(String start, long epoch, String... end) {
		return this.jdbc
			.sql(start.formatted(this.tables.lease())
					+ " WHERE task_name = :task AND task_instance = :client AND version = :epoch AND picked"
					+ String.join("", end))
			.param("task", LeaseTask.NAME)
			.param("client", this.client)
			.param("epoch", epoch);
	}

	private Map<String, Present> present(List<String> ids, String lock) {
		Map<String, Present> rows = new HashMap<>();
		this.jdbc
			.sql("SELECT id, version, stuck FROM " + this.tables.tracked() + " WHERE client = :client AND id IN (:ids)"
					+ lock)
			.param("client", this.client)
			.param("ids", ids)
			.query((result) -> {
				Present row = new Present(result.getLong("version"), result.getBoolean("stuck"));
				rows.put(result.getString("id"), row);
			});
		return rows;
	}

	private void schedule(String id, Instant due) {
		this.jdbc.sql("MERGE INTO " + this.tables.scheduled()
				+ " s USING (SELECT 1) ON s.task_name = :client AND s.task_instance = :id WHEN MATCHED THEN UPDATE SET"
				+ " execution_time = :due, picked = FALSE, picked_by = NULL, last_heartbeat = NULL, version = version + 1"
				+ " WHEN NOT MATCHED THEN INSERT (task_name, task_instance, execution_time, picked, version)"
				+ " VALUES (:client, :id, :due, FALSE, 1)")
			.param("client", this.client)
			.param("id", id)
			.param("due", due.atOffset(ZoneOffset.UTC))
			.update();
	}

	/**
	 * A row before a write.
	 *
	 * @param version its version
	 * @param stuck whether the operation was stuck
	 */
	private record Present(long version, boolean stuck) {

	}

}
