package io.operations.internal.tracking.jdbc;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

class ThreadTransactionTests {

	private final DataSource database = database();

	private final JdbcTransactionManager manager = new JdbcTransactionManager(this.database);

	private final TransactionTemplate transaction = new TransactionTemplate(this.manager);

	private final JdbcTransactions transactions;

	private final ThreadTransaction ofThread;

	private final AtomicInteger runs = new AtomicInteger();

	ThreadTransactionTests() {
		TransactionManagers managers = new TransactionManagers(this.database, () -> List.of(this.manager));
		this.transactions = new JdbcTransactions(new OwnDataSource(this.database, managers), managers,
				TrackingDialect.H2);
		this.ofThread = this.transactions.ofThread();
	}

	private static DataSource database() {
		return new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID());
	}

	@Test
	void whenApplicationHasTransactionItIsActive() {
		assertThat(this.ofThread.isActive()).isFalse();
		this.transaction.executeWithoutResult((status) -> assertThat(this.ofThread.isActive()).isTrue());
		assertThat(this.ofThread.isActive()).isFalse();
	}

	@Test
	void whenLibraryHasTransactionItIsActive() {
		assertThat(this.transactions.in(this.ofThread::isActive)).isTrue();
	}

	@Test
	void whenTransactionIsOfOtherDatabaseItIsNotActive() {
		new TransactionTemplate(new JdbcTransactionManager(database()))
			.executeWithoutResult((status) -> assertThat(this.ofThread.isActive()).isFalse());
	}

	@Test
	void whenTransactionCommitsActionRunsAfterwards() {
		this.transaction.executeWithoutResult((status) -> {
			this.ofThread.afterCommit(this.runs::incrementAndGet);
			assertThat(this.runs).hasValue(0);
		});
		assertThat(this.runs).hasValue(1);
	}

	@Test
	void whenTransactionRollsBackActionDoesNotRun() {
		this.transaction.executeWithoutResult((status) -> {
			this.ofThread.afterCommit(this.runs::incrementAndGet);
			status.setRollbackOnly();
		});
		assertThat(this.runs).hasValue(0);
	}

	@Test
	void whenEarlierSavepointIsRestoredActionDoesNotRun() {
		this.transaction.executeWithoutResult((status) -> {
			Object savepoint = status.createSavepoint();
			this.ofThread.afterCommit(this.runs::incrementAndGet);
			status.rollbackToSavepoint(savepoint);
		});
		assertThat(this.runs).hasValue(0);
	}

	@Test
	void whenLaterSavepointIsRestoredActionRuns() {
		this.transaction.executeWithoutResult((status) -> {
			this.ofThread.afterCommit(this.runs::incrementAndGet);
			status.rollbackToSavepoint(status.createSavepoint());
		});
		assertThat(this.runs).hasValue(1);
	}

	@Test
	void whenThereIsNoTransactionActionRunsAtOnce() {
		this.ofThread.afterCommit(this.runs::incrementAndGet);
		assertThat(this.runs).hasValue(1);
	}

}
