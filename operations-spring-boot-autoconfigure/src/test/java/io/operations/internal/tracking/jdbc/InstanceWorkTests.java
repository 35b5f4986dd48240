package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import io.operations.internal.tracking.TrackingEngine;
import io.operations.tracking.TrackingListener;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import reactor.core.scheduler.Schedulers;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class InstanceWorkTests {

	private static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private final DataSource dataSource = new DriverManagerDataSource(
			"jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");

	private final TrackingEngine engine = engine();

	private final InstanceWork work = new InstanceWork(
			new TrackingDatabase(this.dataSource, List::of, settings(), this.engine), this.engine);

	private final AtomicBoolean holding = new AtomicBoolean();

	@Test
	void whenTableIsMissingStartFailsAndNamesIt() {
		assertThatExceptionOfType(TrackingDatabaseException.class).isThrownBy(() -> this.work.start(client("one")))
			.withMessageContaining("operations_tracked");
	}

	@Test
	void whenFirstClientStartsItsHouseIsKept() {
		createTables();
		ClientWork one = client("one");
		this.work.start(one);
		try {
			await().atMost(MAX_WAIT).untilAsserted(() -> Mockito.verify(one).keepHouse(Mockito.any()));
		}
		finally {
			this.work.stopping();
			this.work.stop(one);
		}
	}

	@Test
	void whenOneOfTwoClientsStopsTheOtherIsDelivered() {
		createTables();
		ClientWork one = client("one");
		ClientWork two = client("two");
		this.work.start(one);
		this.work.start(two);
		this.work.stop(one);
		try {
			JdbcClient.create(this.dataSource)
				.sql("INSERT INTO operations_scheduled (task_name, task_instance, execution_time, picked, version)"
						+ " VALUES ('two', 'op', CURRENT_TIMESTAMP, FALSE, 1)")
				.update();
			this.work.deliver();
			await().atMost(MAX_WAIT)
				.untilAsserted(() -> Mockito.verify(two.task()).execute(Mockito.any(), Mockito.any()));
		}
		finally {
			this.work.stopping();
			this.work.stop(two);
		}
	}

	@Test
	void whenClientHasItsShareOfLeasesTakeoverIsDelayed() {
		createTables();
		ClientWork one = client("one");
		ClientWork two = client("two");
		this.work.start(one);
		this.work.start(two);
		try {
			assertThat(this.work.takeoverDelay()).isZero();
			this.holding.set(true);
			assertThat(this.work.takeoverDelay()).as("twice the duration of a lease").isEqualTo(Duration.ofSeconds(20));
		}
		finally {
			this.work.stopping();
			this.work.stop(one);
			this.work.stop(two);
		}
	}

	private void createTables() {
		TestTables.create(this.dataSource, new TrackingTables(TrackingTables.DEFAULT_PREFIX));
	}

	private ClientWork client(String name) {
		ClientWork client = Mockito.mock(ClientWork.class);
		DeliveryTask task = Mockito.mock(DeliveryTask.class);
		Mockito.when(task.getName()).thenReturn(name);
		Mockito.when(task.getTaskName()).thenReturn(name);
		Mockito.when(task.getDataClass()).thenReturn(Void.class);
		Mockito.when(client.client()).thenReturn(name);
		Mockito.when(client.task()).thenReturn(task);
		// Jobs call the mock as soon as it has started, so it is not changed later.
		Mockito.when(client.isHolding()).thenAnswer((call) -> this.holding.get());
		return client;
	}

	private static TrackingEngine engine() {
		TrackingEngine engine = Mockito.mock(TrackingEngine.class, Mockito.RETURNS_DEEP_STUBS);
		Mockito.when(engine.polls().scheduler()).thenReturn(Schedulers.parallel());
		Mockito.when(engine.polls().now()).thenAnswer((call) -> Instant.now());
		Mockito.when(engine.settings().retention()).thenReturn(Duration.ofDays(7));
		Mockito.when(engine.settings().delivery().timeout()).thenReturn(Duration.ofMinutes(1));
		Mockito.when(engine.listener()).thenReturn(new TrackingListener() {
		});
		return engine;
	}

	private static JdbcTrackingSettings settings() {
		return new JdbcTrackingSettings(new TrackingTables(TrackingTables.DEFAULT_PREFIX), 1000, Duration.ofSeconds(10),
				Duration.ofMillis(50), Duration.ofMillis(50), 2,
				Objects.requireNonNull(Executors.defaultThreadFactory()), Duration.ofSeconds(5), 4,
				Duration.ofSeconds(1), "test");
	}

}
