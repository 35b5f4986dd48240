package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.operations.AcceptedOperation;
import io.operations.Operation;
import io.operations.OperationStatus;
import io.operations.core.OperationsTemplate;
import io.operations.internal.core.TemplateInternals;
import io.operations.internal.tracking.ClientTracking;
import io.operations.internal.tracking.ScriptedEndpoint;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.internal.tracking.TrackingListeners;
import io.operations.internal.tracking.TrackingLoad;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingFilter;
import io.operations.tracking.TrackingState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * A tracker whose store is a database works in several instances and versions.
 */
abstract class JdbcTrackerContract extends JdbcTransactionContract {

	JdbcTrackerContract(DataSource dataSource) {
		super(dataSource);
	}

	@Test
	void whenClientsAreSeveralLeasesSpreadOverInstances() {
		String[] clients = { "one", "two", "three", "four" };
		Instance first = instance(clients);
		first.start();
		await().atMost(MAX_WAIT).until(() -> holders().size() == 4);
		assertThat(Set.copyOf(holders())).hasSize(1);
		Instance second = instance(clients);
		second.start();
		await().atMost(MAX_WAIT)
			.until(() -> holders().stream().collect(Collectors.groupingBy((name) -> name, Collectors.counting())),
					(leases) -> leases.size() == 2 && Set.copyOf(leases.values()).equals(Set.of(2L)));
		for (String client : clients) {
			first.endpoint(client).others((poll) -> ScriptedEndpoint.status("COMPLETED"));
			second.endpoint(client).others((poll) -> ScriptedEndpoint.status("COMPLETED"));
			first.tracker.forClient(client).track("op", Map.of()).block(MAX_WAIT);
		}
		await().atMost(MAX_WAIT).until(() -> first.outcomes.size() + second.outcomes.size() == 4);
		first.stop();
		await().atMost(MAX_WAIT).until(() -> holders().size() == 4 && Set.copyOf(holders()).size() == 1);
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
	void whenClientIsUnknownItsOutcomesAreReportedOnce(CapturedOutput output) {
		// It would report the client as well.
		this.store.stop();
		Instance both = instance("one", "two");
		both.start();
		both.endpoint("two").others((poll) -> ScriptedEndpoint.status("RUNNING"));
		both.tracker.forClient("two").track("op", Map.of()).block(MAX_WAIT);
		both.stop();
		// Housekeeping begins a second after the start.
		Instance old = instance("one");
		old.start();
		await().atMost(MAX_WAIT).until(() -> output.getOut().contains("tracked operations of client 'two'"));
		old.endpoint("one").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		old.tracker.track("other", Map.of()).block(MAX_WAIT);
		await().atMost(MAX_WAIT).until(() -> old.outcomes.size() == 1);
		assertThat(old.outcomes.get(0).client()).isEqualTo("one");
		Instance next = instance("one", "two");
		next.endpoint("two").others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		next.start();
		await().atMost(MAX_WAIT).until(() -> next.outcomes.size() == 1);
		assertThat(next.outcomes.get(0)).extracting(OperationOutcome::client, OperationOutcome::operationId)
			.containsExactly("two", "op");
		assertThat(output.getOut().split("tracked operations of client 'two'", -1)).hasSize(2);
	}

	@Test
	void whenMemoryIsFullOperationsCountAsWaiting() {
		this.store.stop();
		this.maxHeld = 2;
		this.store = newStore(settings());
		this.store.start();
		for (int i = 0; i < 5; i++) {
			track("op" + i, Map.of());
		}
		await().atMost(MAX_WAIT).until(() -> summary().waiting() == 3);
		TrackingLoad load = this.store.load();
		assertThat(load.held()).isEqualTo(2);
		assertThat(load.maxHeld()).isEqualTo(2);
		assertThat(load.maxDelivering()).isEqualTo(this.deliveries);
		assertThat(load.maxUnwritten()).isPositive();
		assertThat(load.maxStored()).isNaN();
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		await().atMost(MAX_WAIT).until(() -> summary().count(TrackingState.DELIVERED) == 5);
		await().atMost(MAX_WAIT).until(() -> summary().waiting() == 0);
	}

	@Test
	void whenInstanceStopsAnotherContinuesItsWork() {
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
	void afterRestartRelatedIdsOfWriteAreKnown() {
		this.endpoint.others((poll) -> ScriptedEndpoint.json("{\"status\": \"RUNNING\"}"));
		for (String id : List.of("seen", "unseen")) {
			this.tracker.track(new AcceptedOperation(id, null, null, Map.of("configurationId", "cfg_202")))
				.block(MAX_WAIT);
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
	void whenStoreWasStoppedItStartsAgain() {
		track("op", Map.of());
		this.store.stop();
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store.start();
		until("op", TrackingState.DELIVERED);
	}

	@Test
	void whenInstanceDiesAnotherContinuesItsWork() {
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
	void whenAttemptWasCountedAndLostItIsRepeated() {
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

	@Test
	void whenExecutionIsTakenOverDuringHandlerOutcomeIsDeliveredOnce() {
		this.store.stop();
		// Nobody else takes the execution as dead while the handler runs.
		this.heartbeat = Duration.ofMillis(1500);
		this.store = newStore(settings());
		this.store.start();
		JdbcClient other = JdbcClient.create(Objects.requireNonNull(this.dataSource.getTargetDataSource()));
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			other.sql("UPDATE " + this.tables.scheduled() + " SET picked_by = 'other', version = version + 1").update();
		};
		this.endpoint.script("op", (poll) -> ScriptedEndpoint.status("COMPLETED"));
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		await().atMost(MAX_WAIT).until(() -> scheduled() == 0);
		assertThat(this.outcomes).hasSize(1);
	}

	@Test
	void whenInstancesAreTwoTheyShareTheWork() {
		this.endpoint.others((poll) -> ScriptedEndpoint.status((poll < 3) ? "RUNNING" : "COMPLETED")
			.delayElement(Duration.ofMillis(5)));
		OperationTracker first = this.tracker;
		ClientTracking second = newStore(settings());
		second.start();
		for (int i = 0; i < 100; i++) {
			((i % 2 == 0) ? first : this.tracker).track("op" + i, Map.of()).block(MAX_WAIT);
		}
		await().atMost(MAX_WAIT).until(() -> summary().count(TrackingState.DELIVERED) == 100);
		assertThat(this.endpoint.overlaps()).isEmpty();
		assertThat(this.outcomes).extracting(OperationOutcome::operationId).hasSize(100).doesNotHaveDuplicates();
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsOnly(1);
		assertThat(scheduled()).isZero();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenOutageEndsPollOfMeanwhileIsStored(CapturedOutput output) {
		AtomicBoolean asked = new AtomicBoolean();
		this.endpoint.script("op", (poll) -> {
			this.dataSource.unavailable(true);
			asked.set(true);
			return ScriptedEndpoint.status("COMPLETED");
		});
		track("op", Map.of());
		await().atMost(MAX_WAIT).untilTrue(asked);
		int refused = this.dataSource.refused();
		// Shorter than what is taken for dead, which would be a matter of its own.
		await().atMost(MAX_WAIT).until(() -> this.dataSource.refused() > refused + 3);
		this.dataSource.unavailable(false);
		until("op", TrackingState.DELIVERED);
		assertThat(this.endpoint.polls("op")).isEqualTo(1);
		assertThat(this.outcomes).extracting(OperationOutcome::attempt).containsExactly(1);
		assertThat(output).containsOnlyOnce("cannot be reached").containsOnlyOnce("can be reached again");
		assertThat(output).doesNotContain("ERROR");
	}

	@Test
	void whenHandlersHangPollsContinueAndNoMoreIsClaimed() {
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
			await().atMost(MAX_WAIT).until(() -> waiting() == 7);
			long claims = claims();
			int polls = this.endpoint.polls("op");
			until("op", (operation) -> operation.polls() > polls + 3);
			assertThat(claims()).isEqualTo(claims);
			assertThat(called).hasValue(1);
			assertThat(this.store.load().delivering()).isEqualTo(1);
			assertThat(this.store.load().maxDelivering()).isEqualTo(1);
		}
		finally {
			end.countDown();
		}
		await().atMost(MAX_WAIT).until(() -> summary().count(TrackingState.DELIVERED) == 8);
	}

	@Test
	void whileAccountIsPausedOutcomesAreDelivered() {
		this.store.stop();
		CountDownLatch called = new CountDownLatch(1);
		this.handler = (outcome) -> {
			this.outcomes.add(outcome);
			called.countDown();
			if (outcome.attempt() == 1) {
				await().atMost(MAX_WAIT).until(() -> !engine().polls().paused().isZero());
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
	void whenAnotherInstancePollsItsNameIsKnown() {
		ClientTracking first = this.store;
		track("op", Map.of());
		until("op", (operation) -> operation.polls() > 0);
		ClientTracking second = newStore(settings());
		second.start();
		assertThat(first.isPolling()).isTrue();
		assertThat(second.isPolling()).isFalse();
		String name = this.jdbc.sql("SELECT picked_by FROM " + this.tables.lease()).query(String.class).single();
		assertThat(second.pollingInstance()).isEqualTo(name).startsWith("test-");
		first.stop();
		await().atMost(MAX_WAIT).until(second::isPolling);
		assertThat(first.pollingInstance()).startsWith("test-").isNotEqualTo(name);
	}

	@Test
	void whenNoInstancePollsNoNameIsKnown() {
		this.store.stop();
		assertThat(this.store.isPolling()).isFalse();
		assertThat(this.store.pollingInstance()).isNull();
	}

	@Test
	void whenTheHolderHasNotRenewedTheLeaseItsNameIsNotKnown() {
		this.store.stop();
		this.jdbc
			.sql("UPDATE " + this.tables.lease() + " SET picked = TRUE, picked_by = 'dead', last_heartbeat = :then")
			.param("then", OffsetDateTime.now(ZoneOffset.UTC).minusSeconds(3))
			.update();
		assertThat(this.store.pollingInstance()).isNull();
	}

	@Test
	void whenDeliveredLongAgoOperationsAreRemovedInBatches() {
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
		await().atMost(MAX_WAIT).until(() -> stream(TrackingFilter.all()).equals(List.of("op7", "op8")));
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
	void afterRestartScheduleKnowsLearnedDurations() {
		this.endpoint.others(
				(poll) -> ScriptedEndpoint.json("{\"status\": \"COMPLETED\", \"createdAt\": \"2026-01-01T00:00:00Z\","
						+ " \"completedAt\": \"2026-01-01T00:10:00Z\"}"));
		for (int i = 0; i < 20; i++) {
			this.tracker.track(new AcceptedOperation("op" + i, null, null, Map.of()).withKind("import"))
				.block(MAX_WAIT);
			until("op" + i, TrackingState.DELIVERED);
		}
		Duration learned = engine().polls().unusualAge("import");
		assertThat(learned).isNotEqualTo(Duration.ofMinutes(5));
		this.store.stop();
		this.store = newStore(settings());
		this.store.start();
		this.tracker.track(new AcceptedOperation("new", null, null, Map.of()).withKind("import")).block(MAX_WAIT);
		assertThat(engine().polls().unusualAge("import")).isBetween(learned.dividedBy(2), learned.multipliedBy(2));
		assertThat(engine().polls().unusualAge("other")).isEqualTo(Duration.ofMinutes(5));
	}

	@Test
	void whenTablesAreMissingStartFails() {
		this.jdbc.sql("DROP TABLE " + this.tables.scheduled()).update();
		this.store.stop();
		ClientTracking other = newStore(settings());
		assertThatExceptionOfType(TrackingDatabaseException.class).isThrownBy(other::start)
			.withMessageContaining(this.tables.scheduled())
			.satisfies((ex) -> assertThat(ex.getAction()).contains("initialize-schema=always"));
		TestTables.create(this.dataSource, this.tables);
	}

	@ParameterizedTest
	@ValueSource(strings = { "forgiven", "last_fault" })
	void whenColumnIsMissingStartFails(String column) {
		this.store.stop();
		this.jdbc.sql("ALTER TABLE " + this.tables.tracked() + " DROP COLUMN " + column).update();
		ClientTracking other = newStore(settings());
		assertThatExceptionOfType(TrackingDatabaseException.class).isThrownBy(other::start)
			.withMessageContainingAll(this.tables.tracked())
			.satisfies((ex) -> assertThat(ex.getMessage()).containsIgnoringCase(column));
	}

	@Test
	void whenColumnOfSchedulerIsMissingStartFails() {
		this.store.stop();
		this.jdbc.sql("ALTER TABLE " + this.tables.scheduled() + " DROP COLUMN last_success").update();
		ClientTracking other = newStore(settings());
		assertThatExceptionOfType(TrackingDatabaseException.class).isThrownBy(other::start)
			.satisfies((ex) -> assertThat(ex.getMessage()).containsIgnoringCase("last_success"));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenClockIsOffWarningIsLogged(CapturedOutput output) {
		assertThat(output).doesNotContain("is off by");
		OperationsTemplate template = this.endpoint.template().scheduler(VirtualTimeScheduler.create()).build();
		JdbcTrackingStore other = new JdbcTrackingStore(this.dataSource, List.of(), jdbcSettings("off"),
				new TrackingEngine(TemplateInternals.of(template).polls(), settings(), List::of,
						new TrackingListeners(List.of())));
		other.start();
		other.stop();
		template.close();
		assertThat(output).contains("differs from the database's clock by", "NTP");
	}

	@Test
	void whenOtherVersionWroteRowItCanBeRead() {
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
	void whenStateIsOfNewerVersionOperationIsLeftToIt(String columns) {
		this.store.stop();
		track("newer", Map.of());
		this.jdbc.sql("UPDATE " + this.tables.tracked() + " SET " + columns + ", version = version + 1").update();
		schedule("newer");
		this.endpoint.others((poll) -> ScriptedEndpoint.status("COMPLETED"));
		this.store.start();
		track("op", Map.of());
		until("op", TrackingState.DELIVERED);
		await().atMost(MAX_WAIT)
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
	void whenTablesAreInSchemaOperationsAreDelivered() {
		String schema = "s" + UUID.randomUUID().toString().substring(0, 8);
		this.jdbc.sql("CREATE SCHEMA " + schema).update();
		TrackingTables names = new TrackingTables(schema + ".mine_");
		TestTables.create(this.dataSource, names);
		TestTables.create(this.dataSource, names);
		assertThat(this.jdbc.sql("SELECT COUNT(*) FROM " + schema + ".mine_tracked").query(Integer.class).single())
			.isZero();
	}

}
