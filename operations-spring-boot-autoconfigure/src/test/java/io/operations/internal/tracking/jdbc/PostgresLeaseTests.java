package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.operations.internal.tracking.HeldOperations;
import io.operations.internal.tracking.TrackedRow;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class PostgresLeaseTests extends LeaseContract {

	// The time limit on the network under which each statement was sent.
	private static final Map<String, Integer> TIMEOUTS = new ConcurrentHashMap<>();

	PostgresLeaseTests() {
		super(new RecordingDataSource(PostgresDatabase.DATA_SOURCE,
				(statement, connection) -> TIMEOUTS.put(statement, connection.getNetworkTimeout())));
	}

	@Test
	void whenNetworkIsGoneNoStatementOfLeaseWaitsForever() throws Exception {
		insert("op");
		this.jdbc.sql("DELETE FROM " + this.tables.inbox()).update();
		Instance one = startHolder("one");
		await().atMost(MAX_WAIT).until(() -> one.held.has("op"));
		insert("other");
		await().atMost(MAX_WAIT).until(() -> one.held.has("other"));
		one.held.durations.put("k", List.of(Duration.ofSeconds(1)));
		one.end("op");
		await().atMost(MAX_WAIT).until(() -> scheduled().contains("op"));
		one.stop();
		List<String> unbounded = TIMEOUTS.entrySet()
			.stream()
			.filter((statement) -> statement.getKey().contains(this.tables.prefix()))
			.filter((statement) -> Stream.of("WITH renewed", "WITH held", "SET picked = TRUE", "SELECT t.id, t.kind")
				.anyMatch(statement.getKey()::contains))
			.filter((statement) -> statement.getValue() == 0)
			.map(Map.Entry::getKey)
			.toList();
		assertThat(unbounded).isEmpty();
		assertThat(TIMEOUTS).containsValue(10_000);
		try (Connection connection = PostgresDatabase.DATA_SOURCE.getConnection()) {
			assertThat(connection.getNetworkTimeout()).isZero();
		}
	}

	@Test
	void whenEarlierDeliveryHangsOtherEndsAreStored() {
		Instance one = startHolder("one");
		insert("blocked");
		insert("other");
		await().atMost(MAX_WAIT).until(() -> one.held.held() == 2);
		this.jdbc.sql("INSERT INTO " + this.tables.scheduled()
				+ " (task_name, task_instance, execution_time, picked, version) VALUES ('operations', 'blocked', now(), TRUE, 1)")
			.update();
		this.transaction.executeWithoutResult((status) -> {
			this.jdbc.sql("SELECT 1 FROM " + this.tables.scheduled() + " WHERE task_instance = 'blocked' FOR UPDATE")
				.query()
				.listOfRows();
			one.end("blocked");
			one.end("other");
			await().atMost(Duration.ofSeconds(10))
				.until(() -> Objects
					.requireNonNull(onAnotherThread(() -> find("other").state())) == TrackingState.ENDED);
			insertOnAnotherThread("later");
			await().atMost(MAX_WAIT).until(() -> one.held.has("later"));
			one.end("later");
			await().atMost(Duration.ofSeconds(10))
				.until(() -> Objects
					.requireNonNull(onAnotherThread(() -> find("later").state())) == TrackingState.ENDED);
		});
		await().atMost(MAX_WAIT).until(() -> find("blocked").state() == TrackingState.ENDED);
	}

	private void insertOnAnotherThread(String id) {
		onAnotherThread(() -> insert(id));
	}

	@Test
	void whileWriteIsOpenRenewalPassesAndTakeoverWaits() throws Exception {
		TrackedRow row = insert("op");
		long epoch = takeLease("one", Instant.now());
		Future<Long> takeover = this.transaction.execute((status) -> {
			this.fenced.write(epoch, List.of(TestRows.ended(row)), Instant.now());
			assertThat(onAnotherThread(() -> look(epoch))).as("renewed").isNotNull();
			Future<Long> taking = this.threads.submit(() -> takeLease("two", Instant.now()));
			await().atMost(MAX_WAIT).until(() -> blocked() > 0);
			assertThat(taking).isNotDone();
			return taking;
		});
		assertThat(takeover.get(20, TimeUnit.SECONDS)).isEqualTo(epoch + 1);
		assertThat(find("op").state()).isEqualTo(TrackingState.ENDED);
	}

	@Test
	void whenWriteWaitedForTakeoverItStoresNothing() throws Exception {
		TrackedRow row = insert("op");
		long epoch = takeLease("one", Instant.now());
		Future<FencedRows.@Nullable Written> write = this.transaction.execute((status) -> {
			takeLease("two", Instant.now());
			Future<FencedRows.@Nullable Written> writing = this.threads
				.submit(() -> this.fenced.write(epoch, List.of(TestRows.ended(row)), Instant.now()));
			await().atMost(MAX_WAIT).until(() -> blocked() > 0);
			return writing;
		});
		assertThat(write.get(20, TimeUnit.SECONDS)).isNull();
		assertThat(find("op").state()).isEqualTo(TrackingState.TRACKED);
		assertThat(scheduled()).isEmpty();
	}

	@Test
	void whileWriteIsOpenNobodyTakesLeaseOrWaits() {
		this.leaseDuration = Duration.ofMillis(500);
		TrackedRow row = insert("op");
		long epoch = takeLease("one", Instant.now().minusSeconds(60));
		Instance two = this.transaction.execute((status) -> {
			this.fenced.write(epoch, List.of(TestRows.ended(row)), Instant.now());
			Instance other = start("two");
			await().during(Duration.ofMillis(500)).atMost(MAX_WAIT).until(() -> !other.isHolding() && blocked() == 0);
			return other;
		});
		await().atMost(MAX_WAIT).until(two::isHolding);
		assertThat(two.held.has("op")).isFalse();
	}

	// All at once, because each of them waits for two seconds.
	@Test
	void whenInstanceIsSuspendedTakeoverWaitsTwoSecondsOnly() {
		Map<String, CompletableFuture<Void>> all = Stream.of("look", "write", "count", "learned", "pick")
			.collect(Collectors.toMap((work) -> work, (work) -> CompletableFuture
				.runAsync(() -> new PostgresLeaseTests().suspendedDuring(work), this.threads)));
		assertThat(all).allSatisfy((work, result) -> assertThat(result).as(work).succeedsWithin(MAX_WAIT));
	}

	private void suspendedDuring(String work) {
		try {
			TrackedRow row = insert("op");
			long epoch = takeLease("one", Instant.now().minusSeconds(60));
			CountDownLatch suspended = new CountDownLatch(1);
			CountDownLatch resumed = new CountDownLatch(1);
			Future<?> open = this.threads.submit(() -> this.transaction.executeWithoutResult((status) -> {
				run(work, epoch, row);
				suspended.countDown();
				pass(resumed);
			}));
			pass(suspended);
			Instance two = start("two");
			await().atMost(Duration.ofSeconds(4)).until(two::isHolding);
			await().atMost(MAX_WAIT).until(() -> two.held.has("op"));
			assertThat(open).isNotDone();
			resumed.countDown();
			assertThatThrownBy(() -> open.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
			assertThat(find("op").version()).isEqualTo(row.version());
		}
		finally {
			stop();
		}
	}

	// After five executions, PostgreSQL makes a plan that does not know how many changes
	// there are.
	@Test
	void whenBatchIsLargeTimeOfWriteGrowsLinearly() {
		List<TrackedRow> rows = IntStream.range(0, 6000).mapToObj((i) -> TestRows.row("op" + i, 1)).toList();
		insert("op");
		this.jdbc
			.sql("""
					INSERT INTO %1$s SELECT (jsonb_populate_record(NULL::%1$s,
					to_jsonb(t) || jsonb_build_object('id', 'op' || n))).* FROM %1$s t, generate_series(0, 5999) n"""
				.formatted(this.tables.tracked()))
			.update();
		this.jdbc.sql("ANALYZE " + this.tables.tracked()).update();
		long epoch = takeLease("one", Instant.now());
		FencedRows.Written written = Objects.requireNonNull(this.transaction.execute((status) -> {
			this.jdbc.sql("SET LOCAL plan_cache_mode = force_generic_plan").update();
			this.jdbc.sql("SET LOCAL statement_timeout = '10s'").update();
			return Objects
				.requireNonNull(this.fenced.write(epoch, rows.stream().map(TestRows::seen).toList(), Instant.now()));
		}));
		assertThat(written.stored()).hasSameSizeAs(rows);
	}

	private void run(String work, long epoch, TrackedRow row) {
		switch (work) {
			case "look" -> look(epoch);
			case "write" -> this.fenced.write(epoch, List.of(TestRows.ended(row)), Instant.now());
			case "count" -> this.fenced.count(epoch, List.of(new HeldOperations.Polls(row.id(), 7, row.version())));
			case "learned" -> this.fenced.learned(epoch, Map.of("kind", List.of(Duration.ofSeconds(1))));
			default -> assertThat(this.jdbc.sql(TrackingDialect.POSTGRESQL.pickLease(this.tables.lease()))
				.param("task", LeaseTask.NAME)
				.param("client", "operations")
				.param("instance", "one")
				.param("age", 30_000)
				.param("delay", 0)
				.param("limit", 1)
				.query()
				.listOfRows()).hasSize(1);
		}
	}

	private int blocked() {
		return Objects.requireNonNull(onAnotherThread(
				() -> this.jdbc.sql("SELECT COUNT(*) FROM pg_locks WHERE NOT granted").query(Integer.class).single()));
	}

}
