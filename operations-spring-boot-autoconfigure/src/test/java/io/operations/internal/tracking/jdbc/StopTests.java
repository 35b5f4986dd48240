package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.operations.internal.tracking.ScriptedEndpoint;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Stops that must not take longer than an operator expects.
 */
@ExtendWith(OutputCaptureExtension.class)
class StopTests extends TrackingApplication {

	@Test
	void whenHandlersWaitForLockStopIsDelayedOnce() throws Exception {
		this.jdbc.sql("CREATE TABLE " + this.prefix + "business (attempt INT)").update();
		this.jdbc.sql("INSERT INTO " + this.prefix + "business VALUES (0)").update();
		CountDownLatch called = new CountDownLatch(4);
		this.handler = (outcome) -> {
			called.countDown();
			handlersJdbc().sql("UPDATE " + this.prefix + "business SET attempt = 1").update();
		};
		AtomicReference<@Nullable Long> began = new AtomicReference<>();
		try (Connection open = begin("SELECT * FROM " + this.prefix + "business FOR UPDATE")) {
			with(PostgresDatabase.DATA_SOURCE).withPropertyValues("operations.tracking.jdbc.shutdown-max-wait=2s")
				.run((context) -> {
					for (int i = 0; i < 4; i++) {
						track(context, "op" + i);
					}
					called.await();
					began.set(System.nanoTime());
				});
			Duration stop = Duration.ofNanos(System.nanoTime() - Objects.requireNonNull(began.get()));
			assertThat(stop).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(5));
			open.rollback();
		}
		assertThat(this.jdbc
			.sql("SELECT COUNT(*) FROM " + this.prefix
					+ "tracked WHERE state = 'ENDED' AND attempts = 1 AND delivery_fault IS NOT NULL")
			.query(Integer.class)
			.single()).isEqualTo(4);
	}

	@Test
	void whenDatabaseIsUnavailableStopIsShort(CapturedOutput output) {
		CountDownLatch away = new CountDownLatch(1);
		AtomicInteger refused = new AtomicInteger();
		AtomicInteger waiting = new AtomicInteger();
		DelegatingDataSource database = new DelegatingDataSource(PostgresDatabase.DATA_SOURCE) {

			@Override
			public Connection getConnection() throws SQLException {
				if (away.getCount() > 0) {
					return super.getConnection();
				}
				if (refused.incrementAndGet() <= 4) {
					throw new SQLTransientConnectionException("refused");
				}
				// As a pool does, for half a minute.
				waiting.incrementAndGet();
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				throw new SQLTransientConnectionException("interrupted while waiting for a connection");
			}

		};
		CountDownLatch polled = new CountDownLatch(8);
		this.endpoint.others((poll) -> {
			polled.countDown();
			return ScriptedEndpoint.status("COMPLETED")
				.delayUntil((response) -> Mono.fromRunnable(() -> pass(away)).subscribeOn(Schedulers.boundedElastic()));
		});
		AtomicReference<@Nullable Long> began = new AtomicReference<>();
		with(database).run((context) -> {
			for (int i = 0; i < 8; i++) {
				track(context, "op" + i);
			}
			polled.await();
			away.countDown();
			await().atMost(MAX_WAIT).until(() -> waiting.get() >= 3);
			began.set(System.nanoTime());
		});
		Duration stop = Duration.ofNanos(System.nanoTime() - Objects.requireNonNull(began.get()));
		assertThat(stop).isLessThan(Duration.ofSeconds(15));
		assertThat(output).doesNotContain("ERROR").doesNotContain("\tat ");
	}

	private static void pass(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
