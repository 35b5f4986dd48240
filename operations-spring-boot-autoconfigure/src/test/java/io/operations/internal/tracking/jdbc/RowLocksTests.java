package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.sql.DataSource;

import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Other rows than those that a transaction holds.
 */
class RowLocksTests extends TrackingApplication {

	@Test
	void whileOverdueOperationIsLockedInstanceStarts() throws Exception {
		with(PostgresDatabase.DATA_SOURCE).withPropertyValues("operations.tracking.timeout=30d").run((context) -> {
			track(context, "held");
			track(context, "free");
			until(context, "held", TrackingState.DELIVERED);
			until(context, "free", TrackingState.DELIVERED);
		});
		this.jdbc
			.sql("UPDATE " + this.prefix + "tracked SET state = 'TRACKED', outcome = NULL, ended_at = NULL,"
					+ " version = version + 1")
			.update();
		try (Connection open = begin("DELETE FROM " + this.prefix + "tracked WHERE id = 'held'")) {
			within(with(PostgresDatabase.DATA_SOURCE), (context) -> until(context, "free", TrackingState.DELIVERED));
			open.rollback();
		}
	}

	@Test
	void whileDueOutcomeIsLockedOthersAreDelivered() {
		this.handler = (outcome) -> {
			if (outcome.operationId().equals("held") && outcome.attempt() == 1) {
				throw new IllegalStateException("once");
			}
		};
		AtomicReference<@Nullable Connection> open = new AtomicReference<>();
		with(PostgresDatabase.DATA_SOURCE)
			.withPropertyValues("operations.tracking.jdbc.deliveries=1",
					"operations.tracking.delivery.initial-interval=1s")
			.run((context) -> {
				track(context, "held");
				await().atMost(MAX_WAIT)
					.until(() -> this.jdbc
						.sql("SELECT COUNT(*) FROM " + this.prefix + "tracked WHERE delivery_fault IS NOT NULL")
						.query(Integer.class)
						.single() == 1);
				open.set(begin("DELETE FROM " + this.prefix + "tracked WHERE id = 'held'"));
				await().atMost(MAX_WAIT)
					.until(() -> this.jdbc
						.sql("SELECT COUNT(*) FROM " + this.prefix
								+ "scheduled WHERE task_instance = 'held' AND version > 3")
						.query(Integer.class)
						.single() == 1);
				track(context, "free");
				until(context, "free", TrackingState.DELIVERED);
				Connection held = Objects.requireNonNull(open.get());
				held.rollback();
				held.close();
				assertThat(until(context, "held", TrackingState.DELIVERED).attempts()).isEqualTo(2);
			});
	}

	@Test
	void whileOutdatedOperationIsLockedOthersAreRemoved() throws Exception {
		deliveredLongAgo(10);
		try (Connection open = begin("SELECT * FROM " + this.prefix + "tracked WHERE id = 'op3' FOR UPDATE")) {
			assertThat(CompletableFuture.supplyAsync(() -> outdated(PostgresDatabase.DATA_SOURCE).prune(Instant.now()))
				.get(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(9);
			open.rollback();
		}
	}

	@Test
	void whenStatisticsAreStaleOutdatedAreSelectedOnce() {
		deliveredLongAgo(1);
		this.jdbc.sql("ALTER TABLE " + this.prefix + "tracked SET (autovacuum_enabled = FALSE)").update();
		this.jdbc.sql("ANALYZE " + this.prefix + "tracked").update();
		copies(2000);
		AtomicReference<@Nullable String> statement = new AtomicReference<>();
		outdated(new RecordingDataSource(PostgresDatabase.DATA_SOURCE, (sql) -> {
			if (sql.startsWith("DELETE")) {
				statement.set(sql);
			}
		})).prune(Instant.EPOCH);
		String sql = Objects.requireNonNull(statement.get());
		Object[] values = new Object[(int) sql.chars().filter((c) -> c == '?').count()];
		for (int i = 0; i < values.length; i++) {
			values[i] = switch (i % 3) {
				case 0 -> "operations";
				case 1 -> OffsetDateTime.now(ZoneOffset.UTC);
				default -> "DELIVERED";
			};
		}
		List<@Nullable String> plan = this.jdbc.sql("EXPLAIN (ANALYZE, TIMING OFF) " + sql)
			.params(values)
			.query(String.class)
			.list();
		Matcher limit = Pattern.compile("Limit .* loops=(\\d+)").matcher(String.join("\n", plan));
		assertThat(limit.find()).as("a limit in %s", plan).isTrue();
		assertThat(limit.group(1)).as("loops in %s", plan).isEqualTo("1");
	}

	private OutdatedRows outdated(DataSource database) {
		return new OutdatedRows(database, new TrackingTables(this.prefix), TrackingDialect.POSTGRESQL, "operations");
	}

	private void deliveredLongAgo(int number) {
		with(new DelegatingDataSource(PostgresDatabase.DATA_SOURCE)).run((context) -> {
			track(context, "op0");
			until(context, "op0", TrackingState.DELIVERED);
		});
		this.jdbc.sql("UPDATE " + this.prefix + "tracked SET ended_at = now() - INTERVAL '8 days'").update();
		copies(number - 1);
	}

	private void copies(int number) {
		String columns = "client, kind, state, attributes, accepted, tracked_at, created_at, timeout_millis, deadline, polls,"
				+ " stuck, outcome, ended_at, attempts, forgiven, version";
		this.jdbc
			.sql("INSERT INTO " + this.prefix + "tracked (id, " + columns + ") SELECT 'op' || n, " + columns + " FROM "
					+ this.prefix + "tracked, generate_series(1, " + number + ") n WHERE id = 'op0'")
			.update();
	}

}
