package io.operations.internal.resilience.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;

import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ConnectionSettingsTests {

	private final Connection connection = Mockito.mock(Connection.class);

	ConnectionSettingsTests() throws SQLException {
		Mockito.when(this.connection.getTransactionIsolation()).thenReturn(Connection.TRANSACTION_SERIALIZABLE);
		Mockito.when(this.connection.getNetworkTimeout()).thenReturn(500);
	}

	@Test
	void whenConnectionIsPreparedItCommitsAndIsBounded() throws SQLException {
		assertThat(ConnectionSettings.prepare(this.connection)).isSameAs(this.connection);
		Mockito.verify(this.connection).setAutoCommit(true);
		Mockito.verify(this.connection).setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
		Mockito.verify(this.connection).setNetworkTimeout(Mockito.any(), Mockito.eq(2000));
	}

	@Test
	void whenConnectionReturnsItHasItsSettings() throws SQLException {
		ConnectionSettings settings = ConnectionSettings.of(this.connection);
		assertThat(settings).isEqualTo(new ConnectionSettings(false, Connection.TRANSACTION_SERIALIZABLE, 500));
		settings.restore(this.connection);
		Mockito.verify(this.connection).setAutoCommit(false);
		Mockito.verify(this.connection).setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
		Mockito.verify(this.connection).setNetworkTimeout(Mockito.any(), Mockito.eq(500));
	}

	@Test
	void whenDriverHasNoNetworkTimeoutItIsNotSet() throws SQLException {
		Mockito.when(this.connection.getNetworkTimeout()).thenThrow(new SQLFeatureNotSupportedException());
		Mockito.doThrow(new SQLFeatureNotSupportedException())
			.when(this.connection)
			.setNetworkTimeout(Mockito.any(), Mockito.anyInt());
		ConnectionSettings settings = ConnectionSettings.of(this.connection);
		assertThat(settings.networkTimeout()).isNull();
		ConnectionSettings.prepare(this.connection);
		settings.restore(this.connection);
		Mockito.verify(this.connection, Mockito.never()).abort(Mockito.any());
		Mockito.verify(this.connection, Mockito.never()).close();
	}

	@Test
	void whenPreparationFailsConnectionIsClosed() throws SQLException {
		Mockito.doThrow(new SQLException("no")).when(this.connection).setAutoCommit(true);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> ConnectionSettings.prepare(this.connection));
		Mockito.verify(this.connection).close();
	}

	@Test
	void whenSettingsCannotBeRestoredConnectionIsAborted() throws SQLException {
		ConnectionSettings settings = ConnectionSettings.of(this.connection);
		Mockito.doThrow(new SQLException("no")).when(this.connection).setAutoCommit(false);
		settings.restore(this.connection);
		Mockito.verify(this.connection).abort(Mockito.any());
	}

}
