package io.operations.internal.tracking.jdbc;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

import org.junit.jupiter.api.Test;

import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.UnexpectedRollbackException;

import static org.assertj.core.api.Assertions.assertThat;

class DatabaseFaultsTests {

	@Test
	void whenServerIsReadOnlyDatabaseIsUnavailable() {
		assertThat(DatabaseFaults
			.isUnavailable(new SQLException("cannot execute UPDATE in a read-only transaction", "25006"))).isTrue();
		assertThat(DatabaseFaults.isUnavailable(new SQLException("no active transaction", "25P01"))).isFalse();
	}

	@Test
	void whenCommitFailsWithoutStateDatabaseIsUnavailable() {
		assertThat(DatabaseFaults.isUnavailable(
				new TransactionSystemException("JDBC rollback failed", new SQLException("Connection is closed"))))
			.as("the connection is lost")
			.isTrue();
		assertThat(DatabaseFaults.isUnavailable(new SQLException("Connection is closed"))).isTrue();
		assertThat(DatabaseFaults.isUnavailable(new UnexpectedRollbackException("marked as rollback-only")))
			.as("only rolled back")
			.isFalse();
		assertThat(DatabaseFaults.isUnavailable(
				new TransactionSystemException("JDBC commit failed", new SQLException("duplicate key", "23505"))))
			.as("the database refuses the commit")
			.isFalse();
		assertThat(DatabaseFaults.isUnavailable(new TransactionSystemException("Could not commit JPA transaction",
				new IllegalStateException("not valid"))))
			.as("no fault of a driver")
			.isFalse();
	}

	@Test
	void whenForeignFaultLooksLikeOutageDatabaseIsAvailable() {
		RuntimeException fault = new QueryTimeoutException("of the handler's own database",
				new SQLTransientConnectionException());
		assertThat(DatabaseFaults.isUnavailable(fault)).isTrue();
		assertThat(DatabaseFaults.isUnavailable(new DatabaseFaults.ForeignFaultException(fault))).isFalse();
	}

	@Test
	void whenDeadlockIsBrokenFaultIsConflict() {
		CannotAcquireLockException deadlock = new CannotAcquireLockException("deadlock",
				new SQLException("deadlock", "40P01"));
		assertThat(DatabaseFaults.isConflict(deadlock)).isTrue();
		assertThat(DatabaseFaults.isLocked(deadlock)).isFalse();
		SQLException locked = new SQLException("lock timeout", "55P03");
		assertThat(DatabaseFaults.isConflict(locked)).isFalse();
		assertThat(DatabaseFaults.isLocked(locked)).isTrue();
	}

	@Test
	void whenServerHasEndedIdleTransactionItIsRepeated() {
		SQLException ended = new SQLException("terminating connection due to idle-in-transaction timeout", "25P03");
		assertThat(DatabaseFaults.isConflict(ended)).isTrue();
		assertThat(DatabaseFaults.isUnavailable(ended)).isTrue();
		assertThat(
				DatabaseFaults.isConflict(new DatabaseFaults.ForeignFaultException(new IllegalStateException(ended))))
			.isFalse();
	}

	@Test
	void whenConnectionWasClosedNothingWasSent() {
		SQLException closed = new SQLException("Connection is closed");
		assertThat(DatabaseFaults.isClosed(new IllegalStateException(closed))).isTrue();
		assertThat(DatabaseFaults.isClosed(new SQLException("An I/O error occurred", "08006", closed)))
			.as("something may have been sent")
			.isFalse();
		assertThat(DatabaseFaults.isClosed(new DatabaseFaults.ForeignFaultException(new IllegalStateException(closed))))
			.as("of another database")
			.isFalse();
	}

	@Test
	void whenCausesFormCycleSearchEnds() {
		IllegalStateException one = new IllegalStateException();
		one.initCause(new IllegalStateException(one));
		assertThat(DatabaseFaults.isUnavailable(one)).isFalse();
		assertThat(DatabaseFaults.state(one)).isNull();
		assertThat(DatabaseFaults.state(new IllegalStateException(new SQLException("", "25P03")))).isEqualTo("25P03");
	}

}
