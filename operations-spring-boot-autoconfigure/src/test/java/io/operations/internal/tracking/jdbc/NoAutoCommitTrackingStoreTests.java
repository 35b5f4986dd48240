package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.internal.tracking.ClientTracking;
import io.operations.internal.tracking.ClientTrackingFactory;
import io.operations.internal.tracking.OperationTrackerContract;
import io.operations.internal.tracking.TrackingEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * With a pool that rolls back what nobody has committed.
 */
class NoAutoCommitTrackingStoreTests extends OperationTrackerContract {

	private static final HikariDataSource DATABASE = open();

	private final TrackingTables tables = new TrackingTables(
			"t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12) + "_");

	private final JdbcClient jdbc = JdbcClient.create(PostgresDatabase.DATA_SOURCE);

	private static HikariDataSource open() {
		HikariDataSource dataSource = PostgresDatabase.open();
		dataSource.setAutoCommit(false);
		return dataSource;
	}

	@Override
	protected ClientTracking createStore(TrackingEngine engine) {
		return new JdbcTrackingStore(DATABASE, List.of(new JdbcTransactionManager(DATABASE)), jdbcSettings(), engine);
	}

	@Override
	protected ClientTrackingFactory createStores() {
		return new JdbcTrackingStores(DATABASE, () -> List.of(new JdbcTransactionManager(DATABASE)), jdbcSettings());
	}

	private JdbcTrackingSettings jdbcSettings() {
		return new JdbcTrackingSettings(this.tables, 1000, Duration.ofSeconds(2), Duration.ofMillis(50),
				Duration.ofMillis(50), 4, Objects.requireNonNull(Executors.defaultThreadFactory()),
				Duration.ofMillis(500), 4, Duration.ofSeconds(5),
				"test-" + UUID.randomUUID().toString().substring(0, 8));
	}

	@Override
	@BeforeEach
	protected void startTracker() {
		TestTables.create(PostgresDatabase.DATA_SOURCE, this.tables);
		super.startTracker();
	}

	@Test
	void whenDeliveredLongAgoOperationIsRemoved() {
		this.store.stop();
		track("op", Map.of());
		TestTables.deliveredLongAgo(this.jdbc, this.tables);
		this.store.start();
		await().atMost(MAX_WAIT).until(() -> find("op") == null);
	}

	@Test
	void whenInstanceStopsOthersKnowAtOnce() {
		Instance stopping = instance("one", "two");
		stopping.start();
		await().atMost(MAX_WAIT).until(() -> instances() == 1);
		stopping.stop();
		assertThat(instances()).isZero();
	}

	private int instances() {
		return this.jdbc.sql("SELECT COUNT(*) FROM " + this.tables.lease() + " WHERE task_name = 'instance'")
			.query(Integer.class)
			.single();
	}

}
