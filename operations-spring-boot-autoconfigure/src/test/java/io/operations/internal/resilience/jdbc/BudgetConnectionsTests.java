package io.operations.internal.resilience.jdbc;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class BudgetConnectionsTests {

	private final String url = "jdbc:h2:mem:" + UUID.randomUUID();

	private final Recorded pool = new Recorded(this.url);

	private final Recorded unpooled = new Recorded(this.url);

	private final BudgetConnections connections = new BudgetConnections(this.pool, () -> this.unpooled);

	private final List<Connection> used = new ArrayList<>();

	@Test
	void whenStoreHasOwnConnectionItIsKept() throws SQLException {
		assertThat(this.connections.open(this::use)).isEqualTo(1);
		assertThat(this.connections.run(this::use)).isEqualTo(2);
		assertThat(this.unpooled.opened).isEqualTo(1);
		assertThat(this.pool.opened).isZero();
		this.connections.close();
		assertThat(this.used.get(0).isClosed()).isTrue();
	}

	@Test
	void whenServerClosedOwnConnectionItIsReplaced() throws SQLException {
		this.connections.open(this::use);
		assertThat(this.connections.run(failing("08006", null))).isEqualTo(3);
		assertThat(this.unpooled.opened).isEqualTo(2);
		assertThat(this.used.get(0).isClosed()).isTrue();
	}

	@Test
	void whenStatementHasConflictItIsRepeatedOnce() throws SQLException {
		this.connections.open(this::use);
		assertThat(this.connections.run(failing("40P01", null))).isEqualTo(3);
		assertThat(this.unpooled.opened).isEqualTo(1);
	}

	@Test
	void whenStatementIsBlockedItIsNotRepeated() throws SQLException {
		this.connections.open(this::use);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> this.connections.run(failing("57014", null)));
		assertThat(this.used).hasSize(2);
		assertThat(this.used.get(0).isClosed()).as("the connection is usable").isFalse();
	}

	@Test
	void whenServerDoesNotAnswerStatementIsNotRepeated() throws SQLException {
		this.connections.open(this::use);
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> this.connections.run(failing("08006", new SocketTimeoutException())));
		assertThat(this.used).hasSize(2);
		assertThat(this.used.get(0).isClosed()).isTrue();
	}

	@Test
	void whenThereIsOnlyThePoolConnectionIsBorrowed() throws SQLException {
		BudgetConnections borrowing = new BudgetConnections(this.pool, () -> null);
		borrowing.open(this::use);
		borrowing.run(this::use);
		assertThat(this.pool.opened).isEqualTo(2);
		assertThat(this.used).allSatisfy((connection) -> assertThat(connection.isClosed()).isTrue());
	}

	@Test
	void whenCredentialsAreRejectedTwentyStatementsBorrow() throws SQLException {
		this.unpooled.fault = new SQLException("password authentication failed", "28P01");
		this.connections.open(this::use);
		for (int i = 0; i < 20; i++) {
			this.connections.run(this::use);
		}
		assertThat(this.unpooled.opened).as("attempts").isEqualTo(1);
		assertThat(this.pool.opened).isEqualTo(21);
		this.unpooled.fault = null;
		this.connections.run(this::use);
		assertThat(this.unpooled.opened).isEqualTo(2);
		assertThat(this.pool.opened).isEqualTo(21);
	}

	@Test
	void whenServerBecomesUnavailableNothingIsBorrowed() throws SQLException {
		this.connections.open(this::use);
		this.connections.close();
		this.unpooled.fault = new SQLException("connection refused", "08001");
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> this.connections.run(this::use))
				.isSameAs(this.unpooled.fault);
		}
		assertThat(this.pool.opened).as("the pool would block the thread for longer").isZero();
	}

	private int use(Connection connection) {
		this.used.add(connection);
		return this.used.size();
	}

	private BudgetConnections.Work<Integer> failing(String state, @Nullable Exception cause) {
		int calls = this.used.size();
		return (connection) -> {
			use(connection);
			if (this.used.size() == calls + 1) {
				throw new SQLException("once", state, cause);
			}
			return this.used.size();
		};
	}

	private static final class Recorded extends DriverManagerDataSource {

		private int opened;

		private @Nullable SQLException fault;

		private Recorded(String url) {
			super(url);
		}

		@Override
		public Connection getConnection() throws SQLException {
			this.opened++;
			if (this.fault != null) {
				throw this.fault;
			}
			return super.getConnection();
		}

	}

}
