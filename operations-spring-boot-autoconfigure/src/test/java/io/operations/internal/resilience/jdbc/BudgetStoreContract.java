package io.operations.internal.resilience.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.operations.resilience.BudgetStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests the store of the shared rate. A subclass runs the tests in each database.
 */
abstract class BudgetStoreContract {

	static final Duration MAX_WAIT = Duration.ofSeconds(20);

	private static final Duration SHORT = Duration.ofMillis(200);

	private static final Duration LONG = Duration.ofHours(1);

	final String client = "c-" + UUID.randomUUID();

	final List<JdbcBudgetStore> stores = new ArrayList<>();

	final HikariDataSource dataSource;

	final JdbcClient jdbc;

	BudgetStoreContract(HikariDataSource dataSource) {
		this.dataSource = dataSource;
		this.jdbc = JdbcClient.create(dataSource);
		try {
			new ResourceDatabasePopulator(
					new DefaultResourceLoader().getResource(JdbcBudgetStore.schemaLocation(dataSource)))
				.execute(dataSource);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@AfterEach
	void close() {
		this.stores.forEach(JdbcBudgetStore::close);
	}

	@Test
	void whenTenStoresCreateTheRowEachGetsItsOwnPermit() throws Exception {
		List<BudgetStore> ten = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			ten.add(open(this.dataSource, true));
		}
		for (int round = 0; round < 10; round++) {
			String fresh = this.client + round;
			List<CompletableFuture<BudgetStore.Reservation>> answers = ten.stream()
				.map((store) -> store.reserve(fresh, 10, Duration.ofSeconds(10), LONG).toFuture())
				.toList();
			List<Long> ends = new ArrayList<>();
			for (CompletableFuture<BudgetStore.Reservation> answer : answers) {
				ends.add(answer.get(20, TimeUnit.SECONDS).untilEnd().toSeconds());
			}
			assertThat(ends.stream().map((end) -> Math.round(end / 10.0)).distinct()).hasSize(10);
		}
	}

	@Test
	void whenReservationWaitsForRowItCountsFromEndOfWait() throws Exception {
		BudgetStore store = open(this.dataSource, true);
		reserve(store, Duration.ofMillis(1));
		Duration end = null;
		while (end == null) {
			try (Connection other = holdRow()) {
				CompletableFuture<BudgetStore.@Nullable Reservation> waiting = store
					.reserve(this.client, 1, SHORT, LONG)
					.toFuture();
				await().atMost(MAX_WAIT).until(() -> waiting.isDone() || waitsForTheRow());
				other.rollback();
				end = Objects.requireNonNull(waiting.get(20, TimeUnit.SECONDS)).untilEnd();
			}
			catch (ExecutionException ex) {
				// On a slow machine the statement may have waited for too long. The test
				// then tries again.
				end = null;
			}
		}
		// The clocks of database and client have different resolutions.
		assertThat(end).isPositive().isLessThanOrEqualTo(SHORT.plusMillis(5));
	}

	final Connection holdRow() throws SQLException {
		Connection other = this.dataSource.getConnection();
		other.setAutoCommit(false);
		other.createStatement()
			.executeUpdate("UPDATE operations_budget SET client = client WHERE client = '" + this.client + "'");
		return other;
	}

	abstract boolean waitsForTheRow();

	@Test
	void whenPauseIsReportedTwiceItIsNotLonger() {
		BudgetStore store = open(this.dataSource, true);
		store.pause(this.client, Duration.ofSeconds(30), false).block(MAX_WAIT);
		store.pause(this.client, Duration.ofSeconds(10), false).block(MAX_WAIT);
		store.pause(this.client, Duration.ofSeconds(30), false).block(MAX_WAIT);
		BudgetStore.Reservation reservation = reserve(store, SHORT);
		assertThat(reservation.pause().left()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
		assertThat(reservation.untilEnd()).isBetween(Duration.ofSeconds(20), Duration.ofMillis(30_200));
		assertThat(others(open(this.dataSource, true), false).pause().left()).isBetween(Duration.ofSeconds(20),
				Duration.ofSeconds(30));
	}

	@Test
	void whenReservationReachesTooFarItIsShortened() {
		BudgetStore store = open(this.dataSource, true);
		reserve(store, Duration.ofSeconds(1_000));
		assertThat(Objects.requireNonNull(store.reserve(this.client, 4, SHORT, Duration.ofMillis(500)).block(MAX_WAIT))
			.untilEnd()).isBetween(Duration.ofMillis(300), Duration.ofMillis(700));
		assertThat(reserve(store, SHORT).untilEnd()).isLessThan(Duration.ofSeconds(1));
	}

	@Test
	void whenPauseIsLongerThanDebtItIsNotShortened() {
		BudgetStore store = open(this.dataSource, true);
		store.pause(this.client, Duration.ofSeconds(60), false).block(MAX_WAIT);
		assertThat(Objects.requireNonNull(store.reserve(this.client, 4, SHORT, Duration.ofMillis(500)).block(MAX_WAIT))
			.untilEnd()).isGreaterThan(Duration.ofSeconds(50));
	}

	@Test
	void whenRowIsNewAndClockIsSetBackNobodyPauses() {
		reserve(open(this.dataSource, true), SHORT);
		assertThat(isPausedInThisCentury()).isFalse();
	}

	@Test
	void whenClockIsSetBackEndedPauseDoesNotBeginAgain() {
		BudgetStore store = open(this.dataSource, true);
		store.pause(this.client, Duration.ofMillis(1), false).block(MAX_WAIT);
		await().atMost(MAX_WAIT).until(() -> reserve(store, SHORT).pause().left().isZero());
		assertThat(isPausedInThisCentury()).isFalse();
	}

	// If the clock is set back by a day, times of today lie in the future.
	private boolean isPausedInThisCentury() {
		return this.jdbc
			.sql("SELECT COUNT(*) FROM operations_budget WHERE client = ?"
					+ " AND paused_until > TIMESTAMP '2000-01-01 00:00:00'")
			.param(this.client)
			.query(Long.class)
			.single() > 0;
	}

	@Test
	void whenInstanceDidNotReportLatelyItIsNotCounted() {
		BudgetStore first = open(this.dataSource, true);
		BudgetStore second = open(this.dataSource, true);
		assertThat(others(first, true)).extracting("alive", "sending").containsExactly(0, 0);
		assertThat(others(second, false)).extracting("alive", "sending").containsExactly(1, 1);
		assertThat(others(first, true)).extracting("alive", "sending").containsExactly(1, 0);
		second.leave(this.client).block(MAX_WAIT);
		assertThat(others(first, true)).extracting("alive", "sending").containsExactly(0, 0);
		others(second, true);
		seenEarlier(30);
		assertThat(others(first, true)).extracting("alive", "sending").containsExactly(0, 0);
		seenEarlier(90);
		others(first, true);
		assertThat(this.jdbc.sql("SELECT COUNT(*) FROM operations_instance WHERE client = ?")
			.param(this.client)
			.query(Long.class)
			.single()).isOne();
	}

	abstract void seenEarlier(int seconds);

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenConnectionIsBorrowedItReturnsUnchanged(boolean autoCommit) throws Exception {
		try (HikariDataSource pool = pool()) {
			pool.setMaximumPoolSize(1);
			pool.setAutoCommit(autoCommit);
			pool.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
			BudgetStore store = open(pool, false);
			assertThat(reserve(store, SHORT).untilEnd()).isPositive();
			assertThat(others(store, true).alive()).isZero();
			try (Connection connection = pool.getConnection()) {
				assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
				assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
			}
		}
	}

	@Test
	void whenPoolHasStrictIsolationManyStillReserveAtOnce() throws Exception {
		try (HikariDataSource pool = pool()) {
			pool.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
			List<CompletableFuture<BudgetStore.Reservation>> answers = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				BudgetStore store = open(pool, i % 2 == 0);
				for (int j = 0; j < 50; j++) {
					answers.add(store.reserve(this.client, 1, Duration.ofSeconds(1), LONG).toFuture());
				}
			}
			for (CompletableFuture<BudgetStore.Reservation> answer : answers) {
				assertThat(answer.get(20, TimeUnit.SECONDS).untilEnd()).isPositive();
			}
			assertThat(reserve(open(pool, true), Duration.ofSeconds(1)).untilEnd()).isBetween(Duration.ofSeconds(180),
					Duration.ofSeconds(201));
		}
	}

	@Test
	void whenOperatorResumesEveryStoreCountsIt() {
		BudgetStore store = open(this.dataSource, true);
		BudgetStore other = open(this.dataSource, true);
		assertThat(others(other, false).pause()).isEqualTo(new BudgetStore.Pause(Duration.ZERO, false, 0));
		store.pause(this.client, Duration.ofMinutes(10), true).block(MAX_WAIT);
		BudgetStore.Pause paused = others(other, false).pause();
		assertThat(paused.left()).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
		assertThat(paused.byOperator()).isTrue();
		assertThat(reserve(other, SHORT).pause().byOperator()).isTrue();
		assertThat(other.resume(this.client).block(MAX_WAIT)).isEqualTo(1);
		assertThat(others(store, false).pause().left()).isZero();
		assertThat(others(store, false).pause().resumes()).isEqualTo(1);
		BudgetStore.Reservation reservation = reserve(store, SHORT);
		assertThat(reservation.pause().resumes()).isEqualTo(1);
		assertThat(reservation.untilEnd()).as("not after the old pause").isLessThan(Duration.ofSeconds(2));
		assertThat(other.resume(this.client).block(MAX_WAIT)).isEqualTo(2);
	}

	@Test
	void whenClientIsResumedBeforeItsFirstRequestItIsCounted() {
		BudgetStore store = open(this.dataSource, true);
		assertThat(store.resume(this.client).block(MAX_WAIT)).isEqualTo(1);
		assertThat(others(store, false).pause()).isEqualTo(new BudgetStore.Pause(Duration.ZERO, false, 1));
	}

	private BudgetStore.Pause pause(BudgetStore store, Duration pause, boolean byOperator) {
		return Objects.requireNonNull(store.pause(this.client, pause, byOperator).block(MAX_WAIT));
	}

	@Test
	void whenClientIsPausedTwiceTheLongerPauseNamesWhoBeganIt() {
		BudgetStore store = open(this.dataSource, true);
		store.resume(this.client).block(MAX_WAIT);
		BudgetStore.Pause first = pause(store, Duration.ofSeconds(30), true);
		assertThat(first.left()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
		assertThat(first.byOperator()).isTrue();
		assertThat(first.resumes()).isEqualTo(1);
		BudgetStore.Pause shorter = pause(store, Duration.ofSeconds(10), false);
		assertThat(shorter.left()).isGreaterThan(Duration.ofSeconds(10));
		assertThat(shorter.byOperator()).isTrue();
		assertThat(others(store, false).pause().byOperator()).isTrue();
		assertThat(pause(store, Duration.ofSeconds(60), false).byOperator()).isFalse();
		assertThat(others(store, false).pause().byOperator()).isFalse();
		store.pause(this.client, Duration.ofSeconds(90), true).block(MAX_WAIT);
		assertThat(others(store, false).pause().byOperator()).isTrue();
	}

	@Test
	void whenDatabaseRejectsOwnConnectionStoreBorrows() throws Exception {
		AtomicReference<DataSource> own = new AtomicReference<>();
		AtomicReference<Connection> kept = new AtomicReference<>();
		AtomicInteger connects = new AtomicInteger();
		DataSource accepted = new DelegatingDataSource(this.dataSource) {

			@Override
			public Connection getConnection() throws SQLException {
				connects.incrementAndGet();
				Connection connection = super.getConnection();
				kept.set(connection);
				return connection;
			}

		};
		DataSource rejected = new DelegatingDataSource(this.dataSource) {

			@Override
			public Connection getConnection() throws SQLException {
				connects.incrementAndGet();
				throw new SQLException("password authentication failed", "28P01");
			}

		};
		own.set(accepted);
		JdbcBudgetStore store = JdbcBudgetStore.open(this.dataSource, own::get, "operations_");
		this.stores.add(store);
		reserve(store, SHORT);
		assertThat(connects).hasValue(1);
		own.set(rejected);
		Objects.requireNonNull(kept.get()).close();
		for (int i = 0; i < 10; i++) {
			assertThat(reserve(store, SHORT).untilEnd()).isPositive();
		}
		assertThat(connects).hasValue(2);
		own.set(accepted);
		for (int i = 0; i < 20; i++) {
			reserve(store, SHORT);
		}
		assertThat(connects).hasValue(3);
	}

	@Test
	void whenStoreCannotConnectAtStartItBorrows() throws Exception {
		DataSource unknown = new DelegatingDataSource(this.dataSource) {

			@Override
			public Connection getConnection() throws SQLException {
				throw new SQLException("too many connections", "53300");
			}

		};
		JdbcBudgetStore store = JdbcBudgetStore.open(this.dataSource, () -> unknown, "operations_");
		this.stores.add(store);
		assertThat(reserve(store, SHORT).untilEnd()).isPositive();
	}

	@Test
	void whenInstanceStartsItKnowsTheNumberOfOthers() {
		others(open(this.dataSource, true), true);
		others(open(this.dataSource, true), false);
		assertThat(open(this.dataSource, true).othersAtStart(this.client)).isEqualTo(2);
		assertThat(open(this.dataSource, true).othersAtStart("another")).isZero();
	}

	@Test
	void whenTableIsMissingMessageNamesIt() {
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> JdbcBudgetStore.open(this.dataSource, () -> this.dataSource, "nowhere_"))
			.withMessageMatching("(?is).*nowhere_budget.*");
	}

	@Test
	void whenStoreIsClosedNothingIsReserved() {
		JdbcBudgetStore store = open(this.dataSource, true);
		store.close();
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> reserve(store, SHORT));
	}

	abstract HikariDataSource pool();

	final JdbcBudgetStore open(DataSource database, boolean keep) {
		try {
			JdbcBudgetStore store = JdbcBudgetStore.open(database, () -> keep ? database : null, "operations_");
			this.stores.add(store);
			return store;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	final BudgetStore.Reservation reserve(BudgetStore store, Duration duration) {
		return Objects.requireNonNull(store.reserve(this.client, 1, duration, LONG).block(MAX_WAIT));
	}

	private BudgetStore.Others others(BudgetStore store, boolean sending) {
		return Objects.requireNonNull(store.report(this.client, sending).block(MAX_WAIT));
	}

}
