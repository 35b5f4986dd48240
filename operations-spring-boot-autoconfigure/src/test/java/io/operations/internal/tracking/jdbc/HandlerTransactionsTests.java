package io.operations.internal.tracking.jdbc;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Tag("slow")
class HandlerTransactionsTests {

	private final DataSource database = new DriverManagerDataSource(
			"jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1") {

		// H2's driver does nothing when a connection is aborted.
		@Override
		public Connection getConnection() throws SQLException {
			Connection connection = super.getConnection();
			return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
					(proxy, method, arguments) -> {
						if (method.getName().equals("abort")) {
							connection.rollback();
							connection.close();
							return null;
						}
						return TransactionalDataSource.invoke(connection, method, arguments);
					});
		}

	};

	private final JdbcClient jdbc = JdbcClient.create(this.database);

	HandlerTransactionsTests() {
		this.jdbc.sql("CREATE TABLE written (id INT)").update();
	}

	@Test
	void whenApplicationHasManagerHandlersRunInItsTransaction() {
		AtomicInteger begun = new AtomicInteger();
		PlatformTransactionManager manager = new JdbcTransactionManager(this.database) {

			@Override
			protected void doBegin(Object transaction, TransactionDefinition definition) {
				begun.incrementAndGet();
				super.doBegin(transaction, definition);
			}

		};
		assertThat(handlers(manager).in(this::write)).isEqualTo(1);
		assertThat(begun).hasValue(1);
		assertThat(written()).isEqualTo(1);
	}

	@Test
	void whenApplicationHasNoManagerLibraryBeginsTransaction() {
		assertThat(handlers().in(() -> {
			assertThat(TransactionSynchronizationManager.isActualTransactionActive()).isTrue();
			return write();
		})).isEqualTo(1);
		assertThat(written()).isEqualTo(1);
	}

	@Test
	void whenHandlerFailsItsWritesAreRolledBack() {
		AtomicInteger calls = new AtomicInteger();
		CannotAcquireLockException conflict = new CannotAcquireLockException("deadlock detected");
		assertThatExceptionOfType(CannotAcquireLockException.class).isThrownBy(() -> handlers().in(() -> {
			calls.incrementAndGet();
			write();
			throw conflict;
		})).isSameAs(conflict);
		assertThat(calls).as("handlers are not repeated").hasValue(1);
		assertThat(written()).isZero();
	}

	@Test
	void whenHandlersAreAbortedTheirWritesAreRolledBack() {
		HandlerTransactions handlers = handlers();
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> handlers.in(() -> {
			write();
			handlers.abort();
			return write();
		}));
		assertThat(written()).isZero();
		assertThat(handlers.in(this::write)).as("the next delivery").isEqualTo(1);
	}

	@Test
	void whenManagerCannotBeginFaultIsNoOutage() {
		PlatformTransactionManager manager = new JdbcTransactionManager(this.database) {

			@Override
			protected void doBegin(Object transaction, TransactionDefinition definition) {
				throw new IllegalStateException("no tenant");
			}

		};
		assertThatExceptionOfType(DatabaseFaults.ForeignFaultException.class)
			.isThrownBy(() -> handlers(manager).in(this::write))
			.withMessageContaining("default tenant")
			.withMessageContaining("no tenant");
	}

	@Test
	void whenManagerBindsNoConnectionAnotherTransactionIsUsed() {
		PlatformTransactionManager manager = new JdbcTransactionManager(this.database) {

			@Override
			protected void doBegin(Object transaction, TransactionDefinition definition) {
			}

			@Override
			protected void doRollback(DefaultTransactionStatus status) {
			}

			@Override
			protected void doCleanupAfterCompletion(Object transaction) {
			}

		};
		assertThat(handlers(manager).in(this::write)).isEqualTo(1);
		assertThat(written()).isEqualTo(1);
	}

	private HandlerTransactions handlers(PlatformTransactionManager... ofApplication) {
		TransactionManagers managers = new TransactionManagers(this.database, () -> List.of(ofApplication));
		OwnDataSource own = new OwnDataSource(this.database, managers);
		return new HandlerTransactions(this.database, own, managers,
				new JdbcTransactions(own, managers, TrackingDialect.H2), DeliveryBounds.NONE, Schedulers.parallel());
	}

	private int write() {
		return this.jdbc.sql("INSERT INTO written VALUES (1)").update();
	}

	private int written() {
		return this.jdbc.sql("SELECT COUNT(*) FROM written").query(Integer.class).single();
	}

}
