package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The classes for the tables beside that of the tracked operations.
 */
class TableRowsTests {

	private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	private final DataSource database = new DriverManagerDataSource(
			"jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");

	private final TrackingTables tables = new TrackingTables(TrackingTables.DEFAULT_PREFIX);

	private final JdbcClient jdbc = JdbcClient.create(this.database);

	TableRowsTests() {
		TestTables.create(this.database, this.tables);
	}

	@Test
	void whenKindIsTooLongOrContainsNulItIsLeftOut() {
		List<Duration> durations = List.of(Duration.ofSeconds(1), Duration.ofMillis(20));
		assertThat(
				LearnedRows.texts(Map.of("b", durations, "a", List.of(), "x".repeat(501), durations, "a\0", durations)))
			.containsExactly(Map.entry("a", "[]"), Map.entry("b", "[1000,20]"));
	}

	@Test
	void whenTwoClientsHaveLearnedEachFindsItsOwn() {
		for (String client : List.of("one", "two")) {
			this.jdbc.sql("INSERT INTO operations_learned (client, kind, state) VALUES (:client, 'k', '[1000]')")
				.param("client", client)
				.update();
		}
		this.jdbc.sql("UPDATE operations_learned SET state = '[2000]' WHERE client = 'two'").update();
		assertThat(new LearnedRows(this.database, this.tables, "one").find())
			.containsOnly(Map.entry("k", List.of(Duration.ofSeconds(1))));
	}

	@Test
	void whenWorkerHoldsExecutionItIsTakenOver() {
		ScheduledRows rows = scheduled();
		this.jdbc
			.sql("INSERT INTO operations_scheduled (task_name, task_instance, execution_time, picked, picked_by,"
					+ " last_heartbeat, version) VALUES ('one', 'op', :now, TRUE, 'worker', :now, 1)")
			.param("now", NOW.minusSeconds(60).atOffset(ZoneOffset.UTC))
			.update();
		rows.schedule("op", NOW);
		Map<String, @Nullable Object> row = this.jdbc.sql("SELECT * FROM operations_scheduled").query().singleRow();
		assertThat(row).containsEntry("picked", false)
			.containsEntry("picked_by", null)
			.containsEntry("last_heartbeat", null)
			.containsEntry("version", 2L);
		assertThat((OffsetDateTime) row.get("execution_time")).isEqualTo(NOW.atOffset(ZoneOffset.UTC));
	}

	@Test
	void whenThereIsNoExecutionItIsCreated() {
		ScheduledRows rows = scheduled();
		rows.schedule("op", NOW);
		assertThat(
				this.jdbc.sql("SELECT task_instance FROM operations_scheduled WHERE task_name = 'one' AND NOT picked")
					.query(String.class)
					.single())
			.isEqualTo("op");
		rows.cancel("op");
		assertThat(this.jdbc.sql("SELECT COUNT(*) FROM operations_scheduled").query(Integer.class).single()).isZero();
		rows.cancel("op");
	}

	private ScheduledRows scheduled() {
		SchedulerClient scheduler = SchedulerClient.Builder.create(this.database)
			.tableName("operations_scheduled")
			.build();
		return new ScheduledRows(this.database, this.tables, scheduler, new DatabaseClock(() -> NOW), "one");
	}

	@Test
	void whenOperationWasDeliveredLongAgoItIsRemoved() {
		insert("outdated", "DELIVERED", NOW.minusSeconds(60));
		insert("recent", "DELIVERED", NOW);
		insert("undelivered", "UNDELIVERED", NOW.minusSeconds(60));
		OutdatedRows rows = new OutdatedRows(this.database, this.tables, TrackingDialect.H2, "one");
		int removed = rows.prune(NOW.minusSeconds(1));
		assertThat(removed).isEqualTo(1);
		assertThat(rows.isWholeBatch(removed)).isFalse();
		assertThat(this.jdbc.sql("SELECT id FROM operations_tracked ORDER BY id").query(String.class).list())
			.containsExactly("recent", "undelivered");
	}

	private void insert(String id, String state, Instant ended) {
		this.jdbc.sql("INSERT INTO operations_tracked (client, id, state, attributes, accepted, tracked_at, created_at,"
				+ " timeout_millis, deadline, polls, stuck, ended_at, attempts, forgiven, version) VALUES ('one', :id,"
				+ " :state, '{}', FALSE, :time, :time, 1, :time, 1, FALSE, :time, 1, 0, 1)")
			.param("id", id)
			.param("state", state)
			.param("time", ended.atOffset(ZoneOffset.UTC))
			.update();
	}

}
