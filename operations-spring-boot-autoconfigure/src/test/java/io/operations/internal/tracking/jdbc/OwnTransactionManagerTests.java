package io.operations.internal.tracking.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.TransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Tag("slow")
class OwnTransactionManagerTests {

	@Test
	void whenCommitFailsItIsReportedWithoutRollback() throws SQLException {
		Connection connection = Mockito.mock(Connection.class);
		Mockito.when(connection.getTransactionIsolation()).thenReturn(Connection.TRANSACTION_READ_COMMITTED);
		Mockito.when(connection.getAutoCommit()).thenReturn(true);
		Mockito.doThrow(new SQLException("no answer", "08006")).when(connection).commit();
		OwnTransactionManager manager = manager(of(connection));
		TransactionStatus status = manager.begin(null);
		assertThatExceptionOfType(DatabaseFaults.CommitFailedException.class).isThrownBy(() -> manager.commit(status))
			.withCauseInstanceOf(RuntimeException.class);
		Mockito.verify(connection, Mockito.never()).rollback();
	}

	@Test
	void whenTransactionHasLimitItEndsWithTheTransaction() throws SQLException {
		Connection connection = Mockito.mock(Connection.class);
		int[] millis = { 0 };
		Mockito.when(connection.getTransactionIsolation()).thenReturn(Connection.TRANSACTION_READ_COMMITTED);
		Mockito.when(connection.getAutoCommit()).thenReturn(true);
		Mockito.when(connection.getNetworkTimeout()).thenAnswer((call) -> millis[0]);
		Mockito.doAnswer((call) -> millis[0] = call.getArgument(1))
			.when(connection)
			.setNetworkTimeout(Mockito.any(), Mockito.anyInt());
		OwnTransactionManager manager = manager(of(connection));
		TransactionStatus limited = manager.begin(Duration.ofSeconds(10));
		assertThat(millis[0]).isEqualTo(10_000);
		manager.commit(limited);
		assertThat(millis[0]).as("the setting of the pool").isZero();
		TransactionStatus usual = manager.begin(null);
		assertThat(millis[0]).as("the limit of all connections").isEqualTo(30_000);
		manager.rollback(usual);
	}

	@Test
	void whenTransactionIsActiveBeginJoinsIt() {
		DataSource database = new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID());
		OwnTransactionManager manager = manager(database);
		TransactionStatus outer = manager.begin(null);
		TransactionStatus inner = manager.begin(Duration.ofSeconds(1));
		assertThat(outer.isNewTransaction()).isTrue();
		assertThat(inner.isNewTransaction()).isFalse();
		manager.commit(inner);
		manager.commit(outer);
	}

	private static OwnTransactionManager manager(DataSource database) {
		return new OwnTransactionManager(new OwnDataSource(database, new TransactionManagers(database, List::of)));
	}

	private static DataSource of(Connection connection) {
		return new DelegatingDataSource() {

			@Override
			public Connection getConnection() {
				return connection;
			}

		};
	}

}
