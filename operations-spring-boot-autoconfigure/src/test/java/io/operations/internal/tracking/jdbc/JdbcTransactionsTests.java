package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.github.kagkarlsson.shaded.jdbc.SQLRuntimeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JdbcTransactionsTests {

	private final DataSource database = new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID());

	private final List<Duration> pauses = new ArrayList<>();

	private final JdbcTransactions transactions;

	JdbcTransactionsTests() {
		TransactionManagers managers = new TransactionManagers(this.database, List::of);
		this.transactions = new JdbcTransactions(new OwnDataSource(this.database, managers), managers,
				TrackingDialect.H2, this.pauses::add);
	}

	static List<RuntimeException> rolledBack() {
		return List.of(new CannotAcquireLockException("deadlock detected"),
				new SQLRuntimeException(new SQLException("could not serialize access", "40001")),
				new SQLRuntimeException(new SQLException("current transaction is aborted", "25P02")),
				new SQLRuntimeException(new SQLException("Connection is closed")),
				new SQLRuntimeException(new SQLException("This connection has been closed.", "08003")));
	}

	@ParameterizedTest
	@MethodSource("rolledBack")
	void whenTransactionIsRolledBackOwnWorkIsRepeated(RuntimeException fault) {
		AtomicInteger calls = new AtomicInteger();
		assertThat(this.transactions.in(() -> failing(calls, 2, fault))).isEqualTo(3);
		assertThat(this.pauses).hasSize(2);
		calls.set(0);
		assertThatThrownBy(() -> this.transactions.in(() -> failing(calls, Integer.MAX_VALUE, fault))).isSameAs(fault);
		assertThat(calls).as("within bounds").hasValue(5);
		assertThat(this.pauses).hasSize(6)
			.allMatch((pause) -> pause.compareTo(Duration.ofMillis(5)) >= 0)
			.allMatch((pause) -> pause.compareTo(Duration.ofMillis(80)) <= 0);
		assertThat(this.pauses.get(5)).isGreaterThan(this.pauses.get(2));
	}

	@Test
	void whenCommitIsNotAnsweredOwnWorkIsNotRepeated() {
		AtomicInteger calls = new AtomicInteger();
		DatabaseFaults.CommitFailedException unanswered = new DatabaseFaults.CommitFailedException(
				new SQLRuntimeException(new SQLException("An I/O error occurred", "08006")));
		assertThatThrownBy(() -> this.transactions.in(() -> failing(calls, 1, unanswered))).isSameAs(unanswered);
		assertThat(calls).hasValue(1);
	}

	@Test
	void whenTransactionCannotBeginFaultIsReportedAtOnce() {
		AtomicInteger connections = new AtomicInteger();
		DelegatingDataSource exhausted = new DelegatingDataSource(this.database) {

			@Override
			public Connection getConnection() throws SQLException {
				if (connections.incrementAndGet() > 1) {
					throw new SQLTransientConnectionException("request timed out", "08003");
				}
				return super.getConnection();
			}

		};
		TransactionManagers managers = new TransactionManagers(exhausted, List::of);
		JdbcTransactions failing = new JdbcTransactions(new OwnDataSource(exhausted, managers), managers,
				TrackingDialect.H2, this.pauses::add);
		assertThatExceptionOfType(CannotCreateTransactionException.class).isThrownBy(() -> failing.in(() -> 1));
		assertThat(connections).as("one for the settings of the pool, and one for the transaction").hasValue(2);
	}

	@Test
	void whenApplicationHasTransactionOwnWorkIsNotRepeated() {
		AtomicInteger calls = new AtomicInteger();
		CannotAcquireLockException conflict = new CannotAcquireLockException("deadlock detected");
		TransactionTemplate outer = new TransactionTemplate(new JdbcTransactionManager(this.database));
		assertThatExceptionOfType(CannotAcquireLockException.class).isThrownBy(
				() -> outer.executeWithoutResult((status) -> this.transactions.in(() -> failing(calls, 1, conflict))));
		assertThat(calls).hasValue(1);
	}

	private static int failing(AtomicInteger calls, int times, RuntimeException conflict) {
		if (calls.incrementAndGet() <= times) {
			throw conflict;
		}
		return calls.get();
	}

}
