package io.operations.internal.tracking.jdbc;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An instance that is suspended while it forgets or redelivers an operation, as by
 * SIGSTOP. PostgreSQL ends its transaction, so that others can use the operation.
 */
class AbandonedCommandsTests extends TrackingApplication {

	private final CountDownLatch suspended = new CountDownLatch(1);

	private final CountDownLatch resumed = new CountDownLatch(1);

	@Test
	void whenSuspendedWhileItForgetsOthersUseTheOperationAndItForgets() {
		BreakableDataSource breakable = new BreakableDataSource(PostgresDatabase.DATA_SOURCE);
		this.handler = (outcome) -> {
			throw new IllegalStateException("test");
		};
		with(breakable)
			.withPropertyValues("operations.tracking.delivery.initial-interval=10m",
					"operations.tracking.delivery.max-interval=10m")
			.run((context) -> {
				track(context, "op");
				await().atMost(MAX_WAIT).until(() -> find(context, "op").deliveryFault() != null);
				breakable.before("delete from " + this.prefix + "scheduled", this::suspend);
				assertThat(suspendedDuring(context, (tracker) -> tracker.forget("op"))).isTrue();
				assertThat(context.getBean(OperationTracker.class).find("op").block(MAX_WAIT)).isNull();
			});
	}

	@Test
	void whenSuspendedWhileItRedeliversOthersUseTheOperationAndItRedelivers() {
		BreakableDataSource breakable = new BreakableDataSource(PostgresDatabase.DATA_SOURCE);
		AtomicInteger deliveries = new AtomicInteger();
		this.handler = (outcome) -> deliveries.incrementAndGet();
		with(breakable).run((context) -> {
			track(context, "op");
			until(context, "op", TrackingState.DELIVERED);
			breakable.before("insert into " + this.prefix + "scheduled", this::suspend);
			assertThat(suspendedDuring(context, (tracker) -> tracker.redeliver("op"))).isTrue();
			await().atMost(MAX_WAIT).until(() -> deliveries.get() == 2);
		});
	}

	private boolean suspendedDuring(AssertableApplicationContext context,
			Function<OperationTracker, Mono<Boolean>> command) throws Exception {
		CompletableFuture<Boolean> done = command.apply(context.getBean(OperationTracker.class)).toFuture();
		assertThat(this.suspended.await(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		try {
			assertThat(lock("SKIP LOCKED")).as("locked").isZero();
			assertThat(CompletableFuture.supplyAsync(() -> lock("")).get(10, TimeUnit.SECONDS)).isEqualTo(1);
			assertThat(done).isNotDone();
		}
		finally {
			this.resumed.countDown();
		}
		return Objects.requireNonNull(done.get(MAX_WAIT.toSeconds(), TimeUnit.SECONDS));
	}

	private int lock(String wait) {
		return this.jdbc.sql("SELECT id FROM " + this.prefix + "tracked WHERE id = 'op' FOR UPDATE " + wait)
			.query()
			.listOfRows()
			.size();
	}

	private void suspend() {
		this.suspended.countDown();
		try {
			this.resumed.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
