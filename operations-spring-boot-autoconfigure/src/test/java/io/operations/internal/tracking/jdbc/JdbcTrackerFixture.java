package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.operations.internal.tracking.ClientTracking;
import io.operations.internal.tracking.ClientTrackingFactory;
import io.operations.internal.tracking.OperationTrackerContract;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.internal.tracking.TrackingSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A tracker whose store is a database that tests break.
 */
abstract class JdbcTrackerFixture extends OperationTrackerContract {

	protected final BreakableDataSource dataSource;

	protected final JdbcTransactionManager transactionManager;

	protected final TransactionTemplate transaction;

	protected final TrackingTables tables = new TrackingTables(
			"t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12) + "_");

	protected final JdbcClient jdbc;

	protected int deliveries = 4;

	protected int maxHeld = 1000;

	protected Duration lease = Duration.ofSeconds(2);

	// Long where what lives must not be taken for dead, however busy the machine is.
	protected Duration heartbeat = Duration.ofMillis(500);

	JdbcTrackerFixture(DataSource dataSource) {
		this.dataSource = new BreakableDataSource(dataSource);
		this.transactionManager = new JdbcTransactionManager(this.dataSource);
		this.transaction = new TransactionTemplate(this.transactionManager);
		this.jdbc = JdbcClient.create(this.dataSource);
		TestTables.create(this.dataSource, this.tables);
	}

	@BeforeEach
	void nothingIsLeftOver() {
		List<@Nullable String> left = this.jdbc.sql("SELECT id FROM " + this.tables.tracked())
			.query(String.class)
			.list();
		assertThat(left).isEmpty();
	}

	protected JdbcTrackingSettings jdbcSettings(String name) {
		return new JdbcTrackingSettings(this.tables, this.maxHeld, this.lease, Duration.ofMillis(50),
				Duration.ofMillis(50), this.deliveries, Objects.requireNonNull(Executors.defaultThreadFactory()),
				this.heartbeat, 4, Duration.ofSeconds(5), name);
	}

	@Override
	protected ClientTracking createStore(TrackingEngine engine) {
		return new JdbcTrackingStore(this.dataSource, List.of(this.transactionManager),
				jdbcSettings("test-" + UUID.randomUUID().toString().substring(0, 8)), engine);
	}

	@Override
	protected ClientTrackingFactory createStores() {
		return new JdbcTrackingStores(this.dataSource, () -> List.of(this.transactionManager),
				jdbcSettings("test-" + UUID.randomUUID().toString().substring(0, 8)));
	}

	protected static void pass(CountDownLatch latch) {
		try {
			assertThat(latch.await(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	protected void schedule(String id) {
		this.jdbc.sql("INSERT INTO " + this.tables.scheduled()
				+ " (task_name, task_instance, execution_time, picked, version) VALUES ('operations', :id, :now, FALSE, 1)")
			.param("id", id)
			.param("now", OffsetDateTime.now(ZoneOffset.UTC))
			.update();
	}

	protected long waiting() {
		return this.jdbc
			.sql("SELECT COUNT(*) FROM " + this.tables.scheduled() + " WHERE picked = FALSE AND execution_time < :now")
			.param("now", OffsetDateTime.now(ZoneOffset.UTC))
			.query(Long.class)
			.single();
	}

	protected long claims() {
		return this.jdbc.sql("SELECT SUM(version) FROM " + this.tables.scheduled()).query(Long.class).single();
	}

	protected static TrackingSettings patientSettings() {
		return new TrackingSettings(Duration.ofHours(1), Duration.ofDays(7), 1000, new TrackingSettings.Delivery(3,
				Duration.ofMillis(50), 2, Duration.ofMillis(200), Duration.ofMinutes(1)));
	}

	protected void createBusinessTable() {
		this.jdbc.sql("CREATE TABLE " + this.tables.prefix() + "business (id VARCHAR(100))").update();
	}

	protected void insertBusinessRow(String id) {
		this.jdbc.sql("INSERT INTO " + this.tables.prefix() + "business VALUES (:id)").param("id", id).update();
	}

	protected int businessRows() {
		return this.jdbc.sql("SELECT COUNT(*) FROM " + this.tables.prefix() + "business").query(Integer.class).single();
	}

	protected int scheduled() {
		return this.jdbc.sql("SELECT COUNT(*) FROM " + this.tables.scheduled()).query(Integer.class).single();
	}

}
