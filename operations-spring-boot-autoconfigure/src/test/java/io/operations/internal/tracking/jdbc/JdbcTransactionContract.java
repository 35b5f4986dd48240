package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A tracker whose store is a database takes part in transactions.
 */
abstract class JdbcTransactionContract extends JdbcTrackerFixture {

	JdbcTransactionContract(DataSource dataSource) {
		super(dataSource);
	}

	@Test
	void whenTransactionIsOfOtherDatabaseItIsNotJoined() {
		JdbcTransactionManager other = new JdbcTransactionManager(new DriverManagerDataSource("jdbc:h2:mem:other"));
		new TransactionTemplate(other).executeWithoutResult((status) -> {
			// Binds a connection to the thread, for as long as that transaction lasts.
			this.jdbc.sql("SELECT 1").query(Integer.class).single();
			assertThat(this.store.belongsToThisThread()).isFalse();
			track("op", Map.of());
			status.setRollbackOnly();
		});
		assertThat(until("op", TrackingState.TRACKED).id()).isEqualTo("op");
	}

	@Test
	void whenTransactionRollsBackOperationIsNotTracked() {
		createBusinessTable();
		this.transaction.executeWithoutResult((status) -> {
			insertBusinessRow("op");
			assertThat(track("op", Map.of()).isNew()).isTrue();
			assertThat(find("op")).as("inside of the transaction").isNotNull();
			status.setRollbackOnly();
		});
		assertThat(find("op")).isNull();
		assertThat(scheduled()).isZero();
		assertThat(businessRows()).isZero();
		track("other", Map.of());
		until("other", (operation) -> operation.polls() > 2);
		assertThat(this.endpoint.polls("op")).isZero();
	}

	@Test
	void whenTransactionCommitsOperationIsPolled() throws InterruptedException {
		createBusinessTable();
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.transaction.executeWithoutResult((status) -> {
			insertBusinessRow("op");
			assertThat(track("op", Map.of()).isNew()).isTrue();
			assertThat(track("op", Map.of()).isNew()).isFalse();
			await().pollDelay(Duration.ofMillis(700)).until(() -> true);
			assertThat(this.endpoint.polls("op")).isZero();
		});
		until("op", TrackingState.DELIVERED);
		assertThat(businessRows()).isEqualTo(1);
	}

	@Test
	void whenForgettingIsRolledBackOperationIsTracked() {
		track("op", Map.of());
		until("op", (operation) -> operation.polls() > 0);
		this.transaction.executeWithoutResult((status) -> {
			assertThat(forget("op")).isTrue();
			status.setRollbackOnly();
		});
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		until("op", TrackingState.DELIVERED);
	}

	@Test
	void whenForgettingIsRolledBackListenersAreNotNotified() {
		List<String> released = new CopyOnWriteArrayList<>();
		this.store.stop();
		this.store = newStore(settings(), new TrackingListener() {

			@Override
			public void released(String client, @Nullable String operationId) {
				released.add(client + " " + operationId);
			}

		});
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store.start();
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		// From now on no poller notifies the listener.
		this.store.stop();
		released.clear();
		this.transaction.executeWithoutResult((status) -> {
			assertThat(forget("op")).isTrue();
			status.setRollbackOnly();
		});
		this.transaction.executeWithoutResult((outer) -> {
			TransactionTemplate nested = new TransactionTemplate(this.transactionManager);
			nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
			nested.executeWithoutResult((status) -> {
				assertThat(forget("op")).isTrue();
				status.setRollbackOnly();
			});
		});
		assertThat(released).isEmpty();
		this.transaction.executeWithoutResult((status) -> {
			assertThat(forget("op")).isTrue();
			assertThat(released).as("before the commit").isEmpty();
		});
		assertThat(released).containsExactly("operations op");
	}

	@Test
	void whenNestedTransactionRollsBackNothingIsPolled() {
		this.transaction.executeWithoutResult((outer) -> {
			TransactionTemplate nested = new TransactionTemplate(this.transactionManager);
			nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
			nested.executeWithoutResult((status) -> {
				track("undone", Map.of());
				status.setRollbackOnly();
			});
			track("op", Map.of());
			nested.executeWithoutResult(TransactionStatus::setRollbackOnly);
		});
		until("op", (operation) -> operation.polls() > 2);
		assertThat(find("undone")).isNull();
		assertThat(this.endpoint.polls("undone")).isZero();
	}

	@Test
	void whenNestedForgettingRollsBackPollingContinues() {
		track("op", Map.of());
		until("op", (operation) -> operation.polls() > 0);
		this.transaction.executeWithoutResult((outer) -> {
			TransactionTemplate nested = new TransactionTemplate(this.transactionManager);
			nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
			nested.executeWithoutResult((status) -> {
				assertThat(forget("op")).isTrue();
				status.setRollbackOnly();
			});
		});
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		until("op", TrackingState.DELIVERED);
	}

	@Test
	void whenTrackedAgainBeforeCallbacksOperationIsPolled() {
		track("op", Map.of());
		until("op", (operation) -> operation.polls() > 0);
		ExecutorService threads = Objects.requireNonNull(Executors.newSingleThreadExecutor());
		this.transaction.executeWithoutResult((status) -> {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					threads.execute(() -> track("op", Map.of("track", "second")));
					await().atMost(MAX_WAIT).until(() -> find("op") != null && waitingInInbox() == 0);
				}

			});
			assertThat(forget("op")).isTrue();
		});
		threads.shutdownNow();
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attributes).containsExactly(Map.of("track", "second"));
	}

	// On a connection of its own: the callbacks run before that of the transaction is
	// released.
	private int waitingInInbox() {
		return JdbcClient.create(Objects.requireNonNull(this.dataSource.getTargetDataSource()))
			.sql("SELECT COUNT(*) FROM " + this.tables.inbox())
			.query(Integer.class)
			.single();
	}

	@Test
	void whenTrackedAgainDuringPollOperationIsPolled() {
		this.store.stop();
		CountDownLatch letGo = new CountDownLatch(1);
		AtomicBoolean answered = new AtomicBoolean();
		this.store = newStore(settings(), new TrackingListener() {

			@Override
			public void stored(String name, Duration duration, @Nullable Throwable fault) {
				if (name.equals("look") && answered.get()) {
					letGo.countDown();
				}
			}

		});
		this.store.start();
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch answer = new CountDownLatch(1);
		this.endpoint.script("op", (poll) -> Mono.defer(() -> {
			asked.countDown();
			pass(answer);
			return ScriptedEndpoint.status("COMPLETED");
		}).subscribeOn(Schedulers.boundedElastic()));
		track("op", Map.of("track", "first"));
		pass(asked);
		assertThat(forget("op")).isTrue();
		this.transaction.executeWithoutResult((status) -> {
			assertThat(track("op", Map.of("track", "second")).isNew()).isTrue();
			answered.set(true);
			answer.countDown();
			pass(letGo);
		});
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attributes).containsExactly(Map.of("track", "second"));
	}

	@Test
	void whenTwoTransactionsTrackSameIdNeitherIsAborted() throws Exception {
		createBusinessTable();
		CountDownLatch first = new CountDownLatch(1);
		ExecutorService threads = Objects.requireNonNull(Executors.newFixedThreadPool(2));
		try {
			Future<Boolean> one = threads.submit(() -> Boolean.TRUE.equals(this.transaction.execute((status) -> {
				boolean isNew = track("op", Map.of("by", "one")).isNew();
				first.countDown();
				await().pollDelay(Duration.ofMillis(300)).until(() -> true);
				insertBusinessRow("one");
				return isNew;
			})));
			assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
			Future<Boolean> two = threads.submit(() -> Boolean.TRUE.equals(this.transaction.execute((status) -> {
				boolean isNew = track("op", Map.of("by", "two")).isNew();
				insertBusinessRow("two");
				return isNew;
			})));
			assertThat(one.get(20, TimeUnit.SECONDS)).isTrue();
			assertThat(two.get(20, TimeUnit.SECONDS)).isFalse();
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(businessRows()).isEqualTo(2);
		assertThat(Objects.requireNonNull(find("op")).attributes()).containsEntry("by", "one");
	}

	@Test
	void whenForgottenDuringClaimOperationIsGone() {
		this.store.stop();
		track("op", Map.of());
		schedule("op");
		this.dataSource.before("delete from " + this.tables.scheduled(),
				() -> JdbcClient.create(Objects.requireNonNull(this.dataSource.getTargetDataSource()))
					.sql("UPDATE " + this.tables.scheduled()
							+ " SET picked = TRUE, picked_by = 'other', version = version + 1")
					.update());
		assertThat(forget("op")).isTrue();
		assertThat(find("op")).isNull();
		assertThat(scheduled()).as("left to who claimed it").isEqualTo(1);
	}

	@Test
	void whenHandlerWritesToSameDatabaseItHappensOnce() {
		createBusinessTable();
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		List<Integer> attempts = new CopyOnWriteArrayList<>();
		this.handler = (outcome) -> {
			insertBusinessRow(outcome.operationId());
			attempts.add(outcome.attempt());
			if (outcome.attempt() == 1) {
				throw new IllegalStateException("after the insert");
			}
		};
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		assertThat(attempts).containsExactly(1, 2);
		assertThat(businessRows()).isEqualTo(1);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenHandlerThrowsDatabaseCountsAsAvailable(CapturedOutput output) {
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			if (outcome.attempt() == 1) {
				throw new TransientDataAccessResourceException("of another database");
			}
		};
		track("op", Map.of());
		assertThat(until("op", TrackingState.DELIVERED).attempts()).isEqualTo(2);
		assertThat(output).doesNotContain("cannot be reached").doesNotContain("can be reached again");
	}

}
