package io.operations.internal.tracking.jdbc;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Pools that have fewer connections than handlers could hold.
 */
@ExtendWith(OutputCaptureExtension.class)
class PoolSizeTests extends TrackingApplication {

	private final AtomicInteger running = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	@ParameterizedTest
	@CsvSource({ "3, 1", "2, 1", "8, 6" })
	void whenPoolIsSmallHandlersLeaveTwoConnections(int size, int deliveries, CapturedOutput output) {
		CountDownLatch end = new CountDownLatch(1);
		this.handler = (outcome) -> {
			this.most.accumulateAndGet(this.running.incrementAndGet(), Math::max);
			end.await();
			this.running.decrementAndGet();
		};
		try (HikariDataSource pool = pool(size)) {
			application(pool).run((context) -> {
				for (int i = 0; i < 10; i++) {
					track(context, "op" + i);
				}
				await().atMost(MAX_WAIT).until(() -> ended() == 10 && this.running.get() == deliveries);
				end.countDown();
				for (int i = 0; i < 10; i++) {
					until(context, "op" + i, TrackingState.DELIVERED);
				}
			});
		}
		assertThat(this.most).hasValue(deliveries);
		assertThat(output).containsOnlyOnce("operations.tracking.jdbc.deliveries")
			.containsOnlyOnce("spring.datasource.hikari.maximum-pool-size")
			.containsPattern("maximum-pool-size.*" + size);
	}

	@Test
	void whenHandlersNeedSecondConnectionTheyGetOne(CapturedOutput output) {
		try (HikariDataSource pool = pool(8)) {
			application(pool).run((context) -> {
				TransactionTemplate inner = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
				inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
				this.handler = (outcome) -> {
					this.running.incrementAndGet();
					// All that may run at once do so.
					await().atMost(MAX_WAIT).until(() -> this.running.get() >= 6);
					inner.executeWithoutResult((status) -> handlersJdbc().sql("SELECT 1").query().listOfRows());
				};
				for (int i = 0; i < 12; i++) {
					track(context, "op" + i);
				}
				for (int i = 0; i < 12; i++) {
					assertThat(until(context, "op" + i, TrackingState.DELIVERED).attempts()).isEqualTo(1);
				}
			});
		}
		assertThat(output).doesNotContain("request timed out");
	}

	@Test
	void whenPoolIsUsualItIsLargeEnough(CapturedOutput output) {
		try (HikariDataSource pool = pool(10)) {
			application(pool).run((context) -> track(context, "op"));
		}
		assertThat(output).doesNotContain("maximum-pool-size");
	}

	private int ended() {
		return this.jdbc.sql("SELECT COUNT(*) FROM " + this.prefix + "tracked WHERE ended_at IS NOT NULL")
			.query(Integer.class)
			.single();
	}

	private static HikariDataSource pool(int size) {
		HikariDataSource pool = PostgresDatabase.open();
		pool.setMaximumPoolSize(size);
		pool.setConnectionTimeout(5000);
		return pool;
	}

	private ApplicationContextRunner application(HikariDataSource pool) {
		return with(pool).withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class));
	}

}
