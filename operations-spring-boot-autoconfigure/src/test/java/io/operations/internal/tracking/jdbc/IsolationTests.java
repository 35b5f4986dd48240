package io.operations.internal.tracking.jdbc;

import java.util.Map;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A database whose transactions are stricter by default.
 */
class IsolationTests extends TrackingApplication {

	@Test
	void whenDatabaseIsSerializableOwnWorkIsCommitted() {
		try (HikariDataSource pool = strict("serializable")) {
			long before = rolledBack();
			with(pool).run((context) -> {
				OperationTracker tracker = context.getBean(OperationTracker.class);
				Flux.range(0, 100)
					.flatMap((i) -> tracker.track("op" + i, Map.of()).subscribeOn(Schedulers.boundedElastic()), 8)
					.blockLast(MAX_WAIT);
				for (int i = 0; i < 100; i++) {
					until(context, "op" + i, TrackingState.DELIVERED);
				}
			});
			assertThat(rolledBack() - before).isLessThan(100);
		}
	}

	// The heartbeat changes the row while the handler runs.
	@ParameterizedTest
	@ValueSource(strings = { "serializable", "repeatable read" })
	void whenIsolationIsStrictHandlersOutlastHeartbeats(String isolation) {
		this.handler = (outcome) -> {
			assertThat(handlersJdbc().sql("SHOW transaction_isolation").query(String.class).single())
				.isEqualTo(isolation);
			String beat = beat();
			await().atMost(MAX_WAIT).until(() -> !beat().equals(beat));
		};
		try (HikariDataSource pool = strict(isolation)) {
			with(pool)
				.withPropertyValues("operations.tracking.jdbc.heartbeat-interval=200ms",
						"operations.tracking.jdbc.missed-heartbeats=1000")
				.run((context) -> {
					track(context, "op");
					assertThat(until(context, "op", TrackingState.DELIVERED).attempts()).isEqualTo(1);
					await().atMost(MAX_WAIT)
						.until(() -> this.jdbc.sql("SELECT COUNT(*) FROM " + this.prefix + "scheduled")
							.query(Integer.class)
							.single() == 0);
				});
		}
	}

	private String beat() {
		return this.jdbc.sql("SELECT CAST(last_heartbeat AS TEXT) FROM " + this.prefix + "scheduled")
			.query(String.class)
			.single();
	}

	private long rolledBack() {
		return this.jdbc.sql("SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()")
			.query(Long.class)
			.single();
	}

	private static HikariDataSource strict(String isolation) {
		HikariDataSource pool = PostgresDatabase.open();
		pool.addDataSourceProperty("options", "-c default_transaction_isolation=" + isolation.replace(" ", "\\ "));
		return pool;
	}

}
