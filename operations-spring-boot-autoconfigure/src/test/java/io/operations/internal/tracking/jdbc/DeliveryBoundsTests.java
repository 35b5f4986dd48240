package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Handlers that neither return nor let go, as those of a process that is suspended.
 */
class DeliveryBoundsTests extends TrackingApplication {

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenHandlersDoNotReturnDatabaseEndsTransaction(boolean idle) throws Exception {
		CountDownLatch called = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.handler = (outcome) -> {
			handlersJdbc().sql("UPDATE " + this.prefix + "business SET attempt = :attempt")
				.param("attempt", outcome.attempt())
				.update();
			if (outcome.attempt() == 1) {
				called.countDown();
				while (end.getCount() > 0) {
					hang(end, idle);
				}
			}
		};
		this.jdbc.sql("CREATE TABLE " + this.prefix + "business (attempt INT)").update();
		this.jdbc.sql("INSERT INTO " + this.prefix + "business VALUES (0)").update();
		application().run((context) -> {
			track(context, "op");
			assertThat(called.await(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			try (Connection other = begin("SET LOCAL statement_timeout = '15s'")) {
				// Waits for the lock of the handler that hangs.
				other.createStatement().executeUpdate("UPDATE " + this.prefix + "business SET attempt = 7");
				other.rollback();
			}
			finally {
				end.countDown();
			}
			assertThat(until(context, "op", TrackingState.DELIVERED).attempts()).isEqualTo(2);
			assertThat(attemptStored()).isEqualTo(2);
		});
	}

	// Neither of both is interrupted: a process that is suspended is not, either.
	private void hang(CountDownLatch end, boolean idle) {
		try {
			if (idle) {
				end.await();
			}
			else if (end.getCount() > 0) {
				handlersJdbc().sql("SELECT 1").query(Integer.class).single();
			}
		}
		catch (InterruptedException ex) {
			// Goes on.
		}
	}

	private int attemptStored() {
		return this.jdbc.sql("SELECT attempt FROM " + this.prefix + "business").query(Integer.class).single();
	}

	@Test
	void whenHandlerWaitsForLockItIsRepeatedWithReason() throws Exception {
		this.jdbc.sql("CREATE TABLE " + this.prefix + "business (attempt INT)").update();
		this.jdbc.sql("INSERT INTO " + this.prefix + "business VALUES (0)").update();
		this.handler = (outcome) -> handlersJdbc().sql("UPDATE " + this.prefix + "business SET attempt = :attempt")
			.param("attempt", outcome.attempt())
			.update();
		application().run((context) -> {
			try (Connection open = begin("SELECT * FROM " + this.prefix + "business FOR UPDATE")) {
				track(context, "op");
				await().atMost(MAX_WAIT).until(() -> find(context, "op").deliveryFault() != null);
				assertThat(find(context, "op").deliveryFault()).contains("operations.tracking.delivery.timeout",
						"500ms", "lock", "55P03");
				open.rollback();
			}
			until(context, "op", TrackingState.DELIVERED);
			assertThat(attemptStored()).isGreaterThan(1);
		});
	}

	@Test
	void whenLockIsRefusedAtOnceTimeoutIsNotTheReason() throws Exception {
		this.jdbc.sql("CREATE TABLE " + this.prefix + "business (attempt INT)").update();
		this.jdbc.sql("INSERT INTO " + this.prefix + "business VALUES (0)").update();
		this.handler = (outcome) -> handlersJdbc()
			.sql("SELECT attempt FROM " + this.prefix + "business FOR UPDATE NOWAIT")
			.query(Integer.class)
			.single();
		with(PostgresDatabase.DATA_SOURCE).withPropertyValues("operations.tracking.delivery.timeout=40s")
			.run((context) -> {
				try (Connection open = begin("SELECT * FROM " + this.prefix + "business FOR UPDATE")) {
					track(context, "op");
					await().atMost(MAX_WAIT).until(() -> find(context, "op").deliveryFault() != null);
					assertThat(find(context, "op").deliveryFault()).doesNotContain("delivery.timeout");
					open.rollback();
				}
			});
	}

	@Test
	void whenDatabaseHasShorterBoundsTheyRemain() {
		AtomicReference<@Nullable String> bounds = new AtomicReference<>();
		this.handler = (outcome) -> bounds.set(
				handlersJdbc()
					.sql("SELECT current_setting('lock_timeout') || ' ' ||"
							+ " current_setting('idle_in_transaction_session_timeout')")
					.query(String.class)
					.single());
		try (HikariDataSource pool = PostgresDatabase.open()) {
			pool.setConnectionInitSql("SET lock_timeout = '77ms'");
			with(pool).withPropertyValues("operations.tracking.delivery.timeout=40s").run((context) -> {
				track(context, "op");
				until(context, "op", TrackingState.DELIVERED);
				assertThat(bounds.get()).isEqualTo("77ms 50s");
				assertThat(JdbcClient.create(pool)
					.sql("SHOW idle_in_transaction_session_timeout")
					.query(String.class)
					.single()).isEqualTo("0");
			});
		}
	}

	private ApplicationContextRunner application() {
		return with(PostgresDatabase.DATA_SOURCE).withPropertyValues("operations.tracking.delivery.timeout=500ms");
	}

}
