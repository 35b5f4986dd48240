package io.operations.tracking.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.core.OperationsTemplate;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.OperationTrackerContract;
import io.operations.tracking.ScriptedEndpoint;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingEngine;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingListener;
import io.operations.tracking.TrackingListeners;
import io.operations.tracking.TrackingSettings;
import io.operations.tracking.TrackingState;
import io.operations.tracking.TrackingStore;
import io.operations.tracking.TrackingStoreFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.Resource;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What a tracker promises whose store is a database.
 */
abstract class JdbcTrackerContract extends OperationTrackerContract {

	protected final BreakableDataSource dataSource;

	private final JdbcTransactionManager transactionManager;

	protected final TransactionTemplate transaction;

	protected final TrackingTables tables = new TrackingTables(
			"t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12) + "_");

	protected final JdbcClient jdbc;

	private int deliveries = 4;

	private int maxHeld = 1000;

	protected Duration lease = Duration.ofSeconds(2);

	// Long where what lives must not be taken for dead, however busy the machine is.
	protected Duration heartbeat = Duration.ofMillis(500);

	JdbcTrackerContract(DataSource dataSource) {
		this.dataSource = new BreakableDataSource(dataSource);
		this.transactionManager = new JdbcTransactionManager(this.dataSource);
		this.transaction = new TransactionTemplate(this.transactionManager);
		this.jdbc = JdbcClient.create(this.dataSource);
		createTables(this.tables);
	}

	protected final void createTables(TrackingTables names) {
		try {
			Resource script = new DefaultResourceLoader()
				.getResource(JdbcTrackingStore.schemaLocation(this.dataSource));
			String text = names.rename(script.getContentAsString(StandardCharsets.UTF_8));
			new ResourceDatabasePopulator(new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
				.execute(this.dataSource);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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
	protected TrackingStore createStore(TrackingEngine engine) {
		return new JdbcTrackingStore(this.dataSource, List.of(this.transactionManager),
				jdbcSettings("test-" + UUID.randomUUID().toString().substring(0, 8)), engine);
	}

	@Override
	protected TrackingStoreFactory createStores() {
		return new JdbcTrackingStores(this.dataSource, () -> List.of(this.transactionManager),
				jdbcSettings("test-" + UUID.randomUUID().toString().substring(0, 8)));
	}

	@Test
	void theLeasesOfSeveralClientsSpreadOverTheInstances() {
		String[] clients = { "one", "two", "three", "four" };
		Instance first = instance(clients);
		first.start();
		await().atMost(PATIENCE).until(() -> holders().size() == 4);
		assertThat(Set.copyOf(holders())).hasSize(1);
		Instance second = instance(clients);
		second.start();
		await().atMost(PATIENCE)
			.until(() -> holders().stream().collect(Collectors.groupingBy((name) -> name, Collectors.counting())),
					(leases) -> leases.size() == 2 && Set.copyOf(leases.values()).equals(Set.of(2L)));
		for (String client : clients) {
			first.endpoint(client).others((poll) -> ScriptedEndpoint.status("COMPLETED"));
			second.endpoint(client).others((poll) -> ScriptedEndpoint.status("COMPLETED"));
			first.tracker.forClient(client).track("op", Map.of()).block(PATIENCE);
		}
		await().atMost(PATIENCE).until(() -> first.outcomes.size() + second.outcomes.size() == 4);
		first.stop();
		await().atMost(PATIENCE).until(() -> holders().size() == 4 && Set.copyOf(holders()).size() == 1);
	}

	private List<String> holders() {
		return this.jdbc
			.sql("SELECT picked_by FROM " + this.tables.lease()
					+ " WHERE task_name = 'lease' AND picked AND task_instance <> 'operations'")
			.query((result, number) -> result.getString(1))
			.list();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void outcomesOfAClientThatAnInstanceDoesNotHaveAreLeftToOthersAndReportedOnce(CapturedOutput output) {
		// It would report the client as well.
		this.store.stop();
		Instance both = instance("one", "two");
		both.start();
		both.endpoint("two").others((poll) -> ScriptedEndpoint.status("RUNNING"));
		both.tracker.forClient("two").track("op", Map.of()).block(PATIENCE);
		both.stop();
		// Housekeeping begins a second after the start.
		Instance old = instance("one");
		old.start();
		await().atMost(PATIENCE).until(() -> output.getOut().contains("tracked operations of client 'two'"));
		old.endpoint("one").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		old.tracker.track("other", Map.of()).block(PATIENCE);
		await().atMost(PATIENCE).until(() -> old.outcomes.size() == 1);
		assertThat(old.outcomes.get(0).client()).isEqualTo("one");
		Instance next = instance("one", "two");
		next.endpoint("two").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		next.start();
		await().atMost(PATIENCE).until(() -> next.outcomes.size() == 1);
		assertThat(next.outcomes.get(0)).extracting(OperationOutcome::client, OperationOutcome::operationId)
			.containsExactly("two", "op");
		assertThat(output.getOut().split("tracked operations of client 'two'", -1)).hasSize(2);
	}

	@Test
	void aTransactionOfAnotherDatabaseIsNotTakenForOneOfThis() {
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
	void whatIsTrackedInATransactionThatIsRolledBackIsNotTracked() {
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
	void whatIsTrackedInATransactionIsAskedForWhenThatIsCommitted() throws InterruptedException {
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
	void whatIsForgottenInATransactionThatIsRolledBackIsStillTracked() {
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
	void whatIsTrackedInANestedTransactionThatIsRolledBackIsNotPolled() {
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
	void whatIsForgottenInANestedTransactionThatIsRolledBackIsStillPolled() {
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
	void whatIsTrackedAgainBeforeTheCallbacksOfAForgetIsPolled() {
		track("op", Map.of());
		until("op", (operation) -> operation.polls() > 0);
		ExecutorService threads = Objects.requireNonNull(Executors.newSingleThreadExecutor());
		this.transaction.executeWithoutResult((status) -> {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					threads.execute(() -> track("op", Map.of("track", "second")));
					await().atMost(PATIENCE).until(() -> find("op") != null && waitingInInbox() == 0);
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
	void whatDoesNotFitIsCountedAsWaitingUntilItIsHeld() {
		this.store.stop();
		this.maxHeld = 2;
		this.store = newStore(settings());
		this.store.start();
		for (int i = 0; i < 5; i++) {
			track("op" + i, Map.of());
		}
		await().atMost(PATIENCE).until(() -> summary().waiting() == 3);
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		await().atMost(PATIENCE).until(() -> summary().count(TrackingState.DELIVERED) == 5);
		await().atMost(PATIENCE).until(() -> summary().waiting() == 0);
	}

	@Test
	void whatIsTrackedAnewBesideAPollOfTheOneBeforeIsAskedFor() {
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

	private static void pass(CountDownLatch latch) {
		try {
			assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void whenTwoTransactionsTrackTheSameIdNeitherIsAborted() throws Exception {
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
	void whatIsClaimedWhileItIsForgottenIsForgotten() {
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
	void whatAHandlerWritesToTheSameDatabaseHappensOnce() {
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
	void anotherInstanceGoesOnWithWhatOneLeft() {
		track("op", Map.of("a", "b"));
		until("op", (operation) -> operation.polls() > 1);
		this.store.stop();
		int polls = Objects.requireNonNull(find("op")).polls();
		this.store = newStore(settings());
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store.start();
		TrackedOperation delivered = until("op", TrackingState.DELIVERED);
		assertThat(delivered.polls()).isEqualTo(polls + 1);
		assertThat(delivered.attributes()).containsOnly(Map.entry("a", "b"));
	}

	@Test
	void afterARestartTheRelatedIdsOfTheWriteAreStillKnown() {
		this.endpoint.others((poll) -> ScriptedEndpoint.json("{\"status\": \"RUNNING\"}"));
		for (String id : List.of("seen", "unseen")) {
			this.tracker.track(new AcceptedOperation(id, null, null, Map.of("configurationId", "cfg_202")))
				.block(PATIENCE);
			if (id.equals("seen")) {
				until(id, (operation) -> operation.polls() > 0);
				this.store.stop();
			}
		}
		this.store = newStore(settings());
		this.endpoint.others((poll) -> ScriptedEndpoint.json("{\"status\": \"COMPLETED\"}"));
		this.store.start();
		until("seen", TrackingState.DELIVERED);
		until("unseen", TrackingState.DELIVERED);
		assertThat(this.outcomes).hasSize(2)
			.allSatisfy((outcome) -> assertThat(Objects.requireNonNull(outcome.operation()).configurationId())
				.contains("cfg_202"));
	}

	@Test
	void aStoreThatWasStoppedCanBeStartedAgain() {
		track("op", Map.of());
		this.store.stop();
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store.start();
		until("op", TrackingState.DELIVERED);
	}

	@Test
	void whatADeadInstanceHeldGoesOnElsewhere() {
		this.store.stop();
		track("op", Map.of());
		this.jdbc
			.sql("UPDATE " + this.tables.lease() + " SET picked = TRUE, picked_by = 'dead', last_heartbeat = :then")
			.param("then", OffsetDateTime.now(ZoneOffset.UTC).minusSeconds(60))
			.update();
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store.start();
		until("op", TrackingState.DELIVERED);
	}

	@Test
	void anAttemptThatWasCountedAndLostIsMadeAgainAndSaysSo() {
		this.store.stop();
		track("op", Map.of());
		this.jdbc.sql("UPDATE " + this.tables.tracked()
				+ " SET state = 'ENDED', outcome = 'COMPLETED', attempts = 1, ended_at = tracked_at, version = version + 1")
			.update();
		schedule("op");
		this.store.start();
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsExactly(2);
		assertThat(this.endpoint.polls("op")).isZero();
	}

	private void schedule(String id) {
		this.jdbc.sql("INSERT INTO " + this.tables.scheduled()
				+ " (task_name, task_instance, execution_time, picked, version) VALUES ('operations', :id, :now, FALSE, 1)")
			.param("id", id)
			.param("now", OffsetDateTime.now(ZoneOffset.UTC))
			.update();
	}

	@Test
	void twoInstancesShareTheWork() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status((poll < 3) ? "RUNNING" : "COMPLETED")
			.delayElement(Duration.ofMillis(5)));
		OperationTracker first = this.tracker;
		TrackingStore second = newStore(settings());
		second.start();
		for (int i = 0; i < 100; i++) {
			((i % 2 == 0) ? first : this.tracker).track("op" + i, Map.of()).block(PATIENCE);
		}
		await().atMost(PATIENCE).until(() -> summary().count(TrackingState.DELIVERED) == 100);
		assertThat(this.endpoint.overlaps()).isEmpty();
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).hasSize(100).doesNotHaveDuplicates();
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsOnly(1);
		assertThat(scheduled()).isZero();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aPollThatFindsTheDatabaseAwayIsStoredWhenItIsBack(CapturedOutput output) {
		AtomicBoolean asked = new AtomicBoolean();
		this.endpoint.script("op", (poll) -> {
			this.dataSource.unavailable(true);
			asked.set(true);
			return ScriptedEndpoint.status("COMPLETED");
		});
		track("op", Map.of());
		await().atMost(PATIENCE).untilTrue(asked);
		int refused = this.dataSource.refused();
		// Shorter than what is taken for dead, which would be a matter of its own.
		await().atMost(PATIENCE).until(() -> this.dataSource.refused() > refused + 3);
		this.dataSource.unavailable(false);
		until("op", TrackingState.DELIVERED);
		assertThat(this.endpoint.polls("op")).isEqualTo(1);
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsExactly(1);
		assertThat(output).containsOnlyOnce("cannot be reached").containsOnlyOnce("can be reached again");
		assertThat(output).doesNotContain("ERROR");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whatAHandlerThrowsSaysNothingAboutTheDatabase(CapturedOutput output) {
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

	@Test
	void handlersThatHangLeaveThreadsForPollsAndWhatWaitsForThemIsNotClaimed() {
		this.store.stop();
		this.deliveries = 1;
		this.heartbeat = Duration.ofMinutes(1);
		CountDownLatch end = new CountDownLatch(1);
		AtomicInteger called = new AtomicInteger();
		this.handler = (outcome) -> {
			called.incrementAndGet();
			pass(end);
		};
		this.store = newStore(patientSettings());
		this.store.start();
		try {
			for (int i = 0; i < 8; i++) {
				this.endpoint.script("hangs" + i, (poll) -> ScriptedEndpoint.status("COMPLETED"));
				track("hangs" + i, Map.of());
			}
			track("op", Map.of());
			await().atMost(PATIENCE).until(() -> waiting() == 7);
			long claims = claims();
			int polls = this.endpoint.polls("op");
			until("op", (operation) -> operation.polls() > polls + 3);
			assertThat(claims()).isEqualTo(claims);
			assertThat(called).hasValue(1);
		}
		finally {
			end.countDown();
		}
		await().atMost(PATIENCE).until(() -> summary().count(TrackingState.DELIVERED) == 8);
	}

	private long waiting() {
		return this.jdbc
			.sql("SELECT COUNT(*) FROM " + this.tables.scheduled() + " WHERE picked = FALSE AND execution_time < :now")
			.param("now", OffsetDateTime.now(ZoneOffset.UTC))
			.query(Long.class)
			.single();
	}

	private long claims() {
		return this.jdbc.sql("SELECT SUM(version) FROM " + this.tables.scheduled()).query(Long.class).single();
	}

	private static TrackingSettings patientSettings() {
		return new TrackingSettings(Duration.ofHours(1), Duration.ofDays(7), 1000, new TrackingSettings.Delivery(3,
				Duration.ofMillis(50), 2, Duration.ofMillis(200), Duration.ofMinutes(1)));
	}

	@Test
	void outcomesAreDeliveredWhileTheAccountIsPaused() {
		this.store.stop();
		CountDownLatch called = new CountDownLatch(1);
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			called.countDown();
			if (outcome.attempt() == 1) {
				await().atMost(PATIENCE).until(() -> !engine().polls().paused().isZero());
				throw new IllegalStateException("no luck");
			}
		};
		this.store = newStore(patientSettings());
		this.store.start();
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("op", Map.of());
		pass(called);
		fillAccount(Duration.ofMinutes(5));
		until("op", TrackingState.DELIVERED);
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsExactly(1, 2);
		assertThat(engine().polls().paused()).isPositive();
		assertThat(redeliver("op")).isTrue();
		until("op", (operation) -> operation.attempts() == 3 && operation.state() == TrackingState.DELIVERED);
	}

	// As many refusals in a row as prove that the account is full.
	private void fillAccount(Duration pause) {
		for (int i = 0; i < 6; i++) {
			String id = "throttled-" + i;
			this.endpoint.script(id, (poll) -> ScriptedEndpoint.error(429, pause));
			track(id, Map.of());
		}
	}

	@Test
	void whatWasDeliveredLongAgoIsRemovedInBatchesAndWhatWasNotIsKept() {
		this.store.stop();
		for (int i = 0; i < 10; i++) {
			track("op" + i, Map.of());
		}
		this.jdbc.sql("DELETE FROM " + this.tables.scheduled()).update();
		for (String suffix : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
			doubleTracked(suffix);
		}
		assertThat(summary().count(TrackingState.TRACKED)).isEqualTo(2560);
		this.jdbc
			.sql("UPDATE " + this.tables.tracked()
					+ " SET state = 'DELIVERED', outcome = 'COMPLETED', ended_at = :then")
			.param("then", OffsetDateTime.now(ZoneOffset.UTC).minusDays(8))
			.update();
		this.jdbc.sql("UPDATE " + this.tables.tracked() + " SET state = 'UNDELIVERED' WHERE id = 'op7'").update();
		this.jdbc.sql("UPDATE " + this.tables.tracked() + " SET ended_at = :then WHERE id = 'op8'")
			.param("then", OffsetDateTime.now(ZoneOffset.UTC).minusDays(6))
			.update();
		this.store.start();
		await().atMost(PATIENCE).until(() -> stream(TrackingFilter.all()).equals(List.of("op7", "op8")));
	}

	private void doubleTracked(String suffix) {
		List<String> columns = this.jdbc.sql("SELECT * FROM " + this.tables.tracked()).query((rows) -> {
			List<String> names = new ArrayList<>();
			for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
				names.add(rows.getMetaData().getColumnName(i));
			}
			return names;
		});
		String all = String.join(", ", columns);
		this.jdbc
			.sql("INSERT INTO " + this.tables.tracked() + " (" + all + ") SELECT "
					+ all.replaceFirst("(?i)\\bid\\b", "id || '" + suffix + "'") + " FROM " + this.tables.tracked())
			.update();
	}

	@Test
	void afterARestartTheScheduleKnowsWhatItHadLearned() {
		this.endpoint.others(
				(poll) -> ScriptedEndpoint.json("{\"status\": \"COMPLETED\", \"createdAt\": \"2026-01-01T00:00:00Z\","
						+ " \"completedAt\": \"2026-01-01T00:10:00Z\"}"));
		for (int i = 0; i < 20; i++) {
			this.tracker.track(new AcceptedOperation("op" + i, null, null, Map.of()).withKind("import"))
				.block(PATIENCE);
			until("op" + i, TrackingState.DELIVERED);
		}
		Duration learned = engine().polls().unusualAge("import");
		assertThat(learned).isNotEqualTo(Duration.ofMinutes(5));
		this.store.stop();
		this.store = newStore(settings());
		this.store.start();
		this.tracker.track(new AcceptedOperation("new", null, null, Map.of()).withKind("import")).block(PATIENCE);
		assertThat(engine().polls().unusualAge("import")).isBetween(learned.dividedBy(2), learned.multipliedBy(2));
		assertThat(engine().polls().unusualAge("other")).isEqualTo(Duration.ofMinutes(5));
	}

	@Test
	void withoutItsTablesTheStartFails() {
		this.jdbc.sql("DROP TABLE " + this.tables.scheduled()).update();
		this.store.stop();
		TrackingStore other = newStore(settings());
		assertThatExceptionOfType(TrackingDatabaseException.class).isThrownBy(other::start)
			.withMessageContaining(this.tables.scheduled())
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains("initialize-schema=always"));
		createTables(this.tables);
	}

	@ParameterizedTest
	@ValueSource(strings = { "forgiven", "last_fault" })
	void withoutAColumnTheStartFails(String column) {
		this.store.stop();
		this.jdbc.sql("ALTER TABLE " + this.tables.tracked() + " DROP COLUMN " + column).update();
		TrackingStore other = newStore(settings());
		assertThatExceptionOfType(TrackingDatabaseException.class).isThrownBy(other::start)
			.withMessageContainingAll(this.tables.tracked())
			.satisfies((ex) -> assertThat(ex.getMessage()).containsIgnoringCase(column));
	}

	@Test
	void withoutAColumnOfWhatIsScheduledTheStartFails() {
		this.store.stop();
		this.jdbc.sql("ALTER TABLE " + this.tables.scheduled() + " DROP COLUMN last_success").update();
		TrackingStore other = newStore(settings());
		assertThatExceptionOfType(TrackingDatabaseException.class).isThrownBy(other::start)
			.satisfies((ex) -> assertThat(ex.getMessage()).containsIgnoringCase("last_success"));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aClockThatIsOffIsWarnedOf(CapturedOutput output) {
		assertThat(output).doesNotContain("is off by");
		OperationsTemplate template = this.endpoint.template().scheduler(VirtualTimeScheduler.create()).build();
		JdbcTrackingStore other = new JdbcTrackingStore(this.dataSource, List.of(), jdbcSettings("off"),
				new TrackingEngine(template.getPolls(), settings(), List::of, new TrackingListeners(List.of())));
		other.start();
		other.stop();
		template.close();
		assertThat(output).contains("differs from the database's clock by", "NTP");
	}

	@Test
	void whatANewerVersionWritesIsPassedByAndWhatAnOlderDidNotHasADefault() {
		this.store.stop();
		track("newer", Map.of());
		track("older", Map.of());
		this.jdbc.sql("ALTER TABLE " + this.tables.tracked() + " ADD COLUMN newer INT DEFAULT 7 NOT NULL").update();
		this.jdbc
			.sql("UPDATE " + this.tables.tracked()
					+ " SET operation = :operation, version = version + 1 WHERE id = 'newer'")
			.param("operation",
					"{\"status\": \"RUNNING\", \"newer\": {\"x\": [1]}, \"related\": {\"a\": \"b\"},"
							+ " \"error\": {\"title\": \"t\", \"newer\": 1}, \"createdAt\": \"no date\"}")
			.update();
		this.jdbc
			.sql("UPDATE " + this.tables.tracked() + " SET operation = '{}', version = version + 1 WHERE id = 'older'")
			.update();
		Operation newer = Objects.requireNonNull(Objects.requireNonNull(find("newer")).operation());
		assertThat(newer.status()).isEqualTo(OperationStatus.RUNNING);
		assertThat(newer.related()).containsOnly(Map.entry("a", "b"));
		assertThat(Objects.requireNonNull(newer.error()).getTitle()).isEqualTo("t");
		assertThat(newer.createdAt()).isNull();
		Operation older = Objects.requireNonNull(Objects.requireNonNull(find("older")).operation());
		assertThat(older.status()).isEqualTo(OperationStatus.UNKNOWN);
		assertThat(older.details()).isEmpty();
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("another", Map.of());
		this.store.start();
		for (String id : List.of("newer", "older", "another")) {
			until(id, TrackingState.DELIVERED);
		}
		assertThat(this.jdbc.sql("SELECT MIN(newer) FROM " + this.tables.tracked()).query(Integer.class).single())
			.isEqualTo(7);
	}

	@ParameterizedTest
	@ValueSource(strings = { "state = 'PAUSED'", "state = 'ENDED', outcome = 'ABANDONED', ended_at = tracked_at" })
	void whatIsInAStateOfANewerVersionIsLeftToThat(String columns) {
		this.store.stop();
		track("newer", Map.of());
		this.jdbc.sql("UPDATE " + this.tables.tracked() + " SET " + columns + ", version = version + 1").update();
		schedule("newer");
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store.start();
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		await().atMost(PATIENCE)
			.until(() -> this.jdbc
				.sql("SELECT COUNT(*) FROM " + this.tables.scheduled() + " WHERE picked = FALSE AND version > 2")
				.query(Integer.class)
				.single() == 1);
		assertThat(stream(TrackingFilter.all())).containsExactly("op");
		assertThat(summary().count(TrackingState.DELIVERED)).isEqualTo(1);
		assertThat(this.endpoint.polls("newer")).isZero();
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).containsExactly("op");
		assertThatIllegalStateException().isThrownBy(() -> find("newer")).withMessageContaining("newer version");
	}

	@Test
	void tablesMayBeInASchema() {
		String schema = "s" + UUID.randomUUID().toString().substring(0, 8);
		this.jdbc.sql("CREATE SCHEMA " + schema).update();
		TrackingTables names = new TrackingTables(schema + ".mine_");
		createTables(names);
		createTables(names);
		assertThat(this.jdbc.sql("SELECT COUNT(*) FROM " + schema + ".mine_tracked").query(Integer.class).single())
			.isZero();
	}

	private void createBusinessTable() {
		this.jdbc.sql("CREATE TABLE " + this.tables.prefix() + "business (id VARCHAR(100))").update();
	}

	private void insertBusinessRow(String id) {
		this.jdbc.sql("INSERT INTO " + this.tables.prefix() + "business VALUES (:id)").param("id", id).update();
	}

	private int businessRows() {
		return this.jdbc.sql("SELECT COUNT(*) FROM " + this.tables.prefix() + "business").query(Integer.class).single();
	}

	private int scheduled() {
		return this.jdbc.sql("SELECT COUNT(*) FROM " + this.tables.scheduled()).query(Integer.class).single();
	}

}
