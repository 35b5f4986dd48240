package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class PostgresTrackingStoreTests extends JdbcTrackerContract {

	PostgresTrackingStoreTests() {
		super(PostgresDatabase.DATA_SOURCE);
	}

	@Test
	void whenRedeliveredDuringRemovalOperationIsKept() {
		this.store.stop();
		track("op", Map.of());
		TestTables.deliveredLongAgo(this.jdbc, this.tables);
		OutdatedRows rows = new OutdatedRows(this.dataSource, this.tables, TrackingDialect.POSTGRESQL, "operations");
		ExecutorService thread = Objects.requireNonNull(Executors.newSingleThreadExecutor());
		try {
			this.transaction.executeWithoutResult((status) -> {
				assertThat(redeliver("op")).isTrue();
				Future<Integer> removing = thread.submit(() -> rows.prune(Instant.now()));
				assertThat(removing).succeedsWithin(MAX_WAIT).isEqualTo(0);
			});
		}
		finally {
			thread.shutdownNow();
		}
		assertThat(rows.prune(Instant.now())).isZero();
		assertThat(find("op")).isNotNull();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenTableVanishesFaultIsLoggedOnce(CapturedOutput output) {
		this.store.stop();
		AtomicInteger claims = new AtomicInteger();
		this.store = newStore(settings(), new TrackingListener() {

			@Override
			public void stored(String name, Duration duration, @Nullable Throwable fault) {
				if (name.equals("pick") && fault != null) {
					claims.incrementAndGet();
				}
			}

		});
		this.store.start();
		this.jdbc.sql("ALTER TABLE " + this.tables.scheduled() + " RENAME TO " + this.tables.prefix() + "away")
			.update();
		await().atMost(MAX_WAIT).until(() -> claims.get() > 4);
		assertThat(output).containsOnlyOnce("cannot pick due work").containsOnlyOnce("RunUntilShutdown.run(");
		this.jdbc.sql("ALTER TABLE " + this.tables.prefix() + "away RENAME TO " + this.tables.prefix() + "scheduled")
			.update();
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenConnectionIsLostInClaimOutageIsLoggedOnce(CapturedOutput output) {
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store.stop();
		this.heartbeat = Duration.ofMinutes(1);
		this.store = newStore(settings());
		this.store.start();
		// The work of the start is over: from now on, only looks reach the database.
		track("first", Map.of());
		until("first", TrackingState.DELIVERED);
		this.dataSource.cutAt("WITH renewed");
		await().atMost(MAX_WAIT).until(() -> this.dataSource.refused() > 3);
		this.dataSource.unavailable(false);
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		assertThat(output).containsOnlyOnce("cannot be reached")
			.containsOnlyOnce("can be reached again")
			.doesNotContain("ERROR");
	}

	@Test
	void whenThereAreManyRowsPlansUseIndexes() {
		this.store.stop();
		Flux.range(0, 2000).flatMap((i) -> this.tracker.track("op" + i, Map.of()), 8).blockLast(MAX_WAIT);
		this.jdbc
			.sql("UPDATE " + this.tables.tracked()
					+ " SET state = 'DELIVERED', outcome = 'COMPLETED', ended_at = now() WHERE id LIKE '%77%'")
			.update();
		this.jdbc.sql("INSERT INTO " + this.tables.scheduled()
				+ " (task_name, task_instance, execution_time, picked, version) SELECT client, id, now(), FALSE, 1 FROM "
				+ this.tables.tracked())
			.update();
		this.jdbc.sql("VACUUM ANALYZE").update();
		assertThat(
				plan("SELECT * FROM " + this.tables.scheduled() + " WHERE task_name = 'operations' AND picked = FALSE"
						+ " AND execution_time <= now() ORDER BY execution_time LIMIT 8"))
			.contains(this.tables.scheduled() + "_time");
		assertThat(plan("SELECT * FROM " + this.tables.tracked()
				+ " WHERE client = 'operations' AND state = 'DELIVERED' AND id > 'op5' ORDER BY id LIMIT 10"))
			.contains(this.tables.tracked() + "_state");
		assertThat(plan("SELECT * FROM " + this.tables.tracked()
				+ " WHERE client = 'operations' AND ended_at < now() ORDER BY ended_at LIMIT 10"))
			.contains(this.tables.tracked() + "_ended");
		assertThat(plan("SELECT * FROM " + this.tables.tracked()
				+ " WHERE client = 'operations' AND state IN ('UNDELIVERED') AND id > 'a' ORDER BY id LIMIT 10"))
			.contains(this.tables.tracked() + "_state");
		assertThat(plan("SELECT state, COUNT(*) FROM " + this.tables.tracked()
				+ " WHERE client = 'operations' AND state IN ('ENDED', 'DELIVERED', 'UNDELIVERED') GROUP BY state"))
			.contains("Index Only Scan", this.tables.tracked() + "_state");
		assertThat(plan("SELECT * FROM " + this.tables.scheduled()
				+ " WHERE picked = TRUE AND last_heartbeat <= now() ORDER BY last_heartbeat"))
			.contains(this.tables.scheduled() + "_heartbeat");
	}

	@Test
	void whenThereAreManyRowsListsByAgeSortNothing() {
		this.store.stop();
		Flux.range(0, 2000).flatMap((i) -> this.tracker.track("op" + i, Map.of()), 8).blockLast(MAX_WAIT);
		this.jdbc
			.sql("UPDATE " + this.tables.tracked()
					+ " SET state = 'DELIVERED', outcome = 'COMPLETED', ended_at = now() WHERE id LIKE '%7%'")
			.update();
		this.jdbc
			.sql("UPDATE " + this.tables.tracked()
					+ " SET state = 'ENDED', outcome = 'COMPLETED', ended_at = now(), delivery_fault = 'no room'"
					+ " WHERE id LIKE '%88%' AND state = 'TRACKED'")
			.update();
		this.jdbc
			.sql("UPDATE " + this.tables.tracked() + " SET stuck = TRUE WHERE id LIKE '%99%' AND state = 'TRACKED'")
			.update();
		this.jdbc.sql("VACUUM ANALYZE").update();
		TrackingFilter open = TrackingFilter.of(TrackingState.TRACKED, TrackingState.ENDED, TrackingState.UNDELIVERED)
			.withOrder(TrackingFilter.Order.AGE)
			.withLimit(51);
		assertThat(plan(open)).contains(this.tables.tracked() + "_open").doesNotContain("Sort");
		assertThat(plan(open.withAfter(Instant.now(), "op1"))).contains(this.tables.tracked() + "_open")
			.doesNotContain("Sort");
		assertThat(plan(open.withStates(Set.of(TrackingState.DELIVERED))))
			.contains(this.tables.tracked() + "_delivered")
			.doesNotContain("Sort");
		assertThat(plan(open.withStates(Set.of(TrackingState.TRACKED)).withStuck(true)))
			.contains(this.tables.tracked() + "_stuck")
			.doesNotContain("Sort");
		assertThat(plan(open.withStates(Set.of(TrackingState.ENDED, TrackingState.UNDELIVERED)).withFailing(true)))
			.contains(this.tables.tracked() + "_failing")
			.doesNotContain("Sort");
	}

	private String plan(TrackingFilter filter) {
		ListStatement statement = ListStatement.of(filter);
		return String.join("\n",
				this.jdbc
					.sql("EXPLAIN SELECT * FROM " + this.tables.tracked() + " t WHERE t.client = 'operations'"
							+ statement.sql())
					.params(statement.parameters())
					.query(String.class)
					.list());
	}

	private String plan(String statement) {
		return String.join("\n", this.jdbc.sql("EXPLAIN " + statement).query(String.class).list());
	}

}
