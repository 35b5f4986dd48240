package io.operations.internal.resilience.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.operations.resilience.BudgetStore;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Shares the rate of an account among all instances in a database: PostgreSQL, or H2 to
 * try the library out. One statement reserves permits, by the clock of the database.
 * <p>
 * The store has its own daemon thread. It never uses the connection or the transaction of
 * a caller, because a reservation must be committed at once.
 *
 * @since 0.1.0
 */
public final class JdbcBudgetStore implements BudgetStore, AutoCloseable {

	private final Map<String, Integer> othersAtStart = new HashMap<>();

	private final String instance = UUID.randomUUID().toString();

	private final BudgetConnections connections;

	private final BudgetStatements statements;

	private final BudgetStatements.Names names;

	private final ExecutorService thread;

	private JdbcBudgetStore(BudgetConnections connections, String prefix) throws SQLException {
		this.connections = connections;
		this.names = new BudgetStatements.Names(prefix);
		this.statements = Objects.requireNonNull(connections.open(this::check));
		this.thread = Executors.newSingleThreadExecutor((task) -> {
			Thread started = new Thread(task, "operations-budget");
			started.setDaemon(true);
			return started;
		});
	}

	private BudgetStatements check(Connection connection) throws SQLException {
		BudgetStatements found = BudgetStatements.of(connection);
		found.check(connection, this.names);
		this.othersAtStart.putAll(found.instances(connection, this.names));
		return found;
	}

	/**
	 * Open the store, and check that its tables exist.
	 * @param dataSource the database
	 * @param own supplies a {@code DataSource} without a pool for the same database each
	 * time that the store opens a connection, so that it has the credentials of that
	 * moment. The store keeps the connection. If the supplier returns {@code null}, or
	 * while the database rejects the connection, the store borrows a connection of the
	 * first {@code DataSource} for each statement.
	 * @param tablePrefix the prefix of the names of the tables; a schema and a dot may
	 * precede it
	 * @return the store
	 * @throws SQLException if the database is unavailable or is not supported, or if a
	 * table is missing or lacks a column
	 */
	public static JdbcBudgetStore open(DataSource dataSource, Supplier<@Nullable DataSource> own, String tablePrefix)
			throws SQLException {
		return new JdbcBudgetStore(new BudgetConnections(dataSource, own), tablePrefix);
	}

	/**
	 * Return the location of the script that creates the tables with their default names.
	 * @param dataSource the database
	 * @return the location of a class path resource
	 * @throws SQLException if the database is unavailable or is not supported
	 */
	public static String schemaLocation(DataSource dataSource) throws SQLException {
		try (Connection connection = dataSource.getConnection()) {
			return "classpath:" + BudgetStatements.of(connection).schema();
		}
	}

	@Override
	public Mono<Reservation> reserve(String client, int permits, Duration duration, Duration longestDebt) {
		return call((connection) -> this.statements.reserve(connection, this.names, client, duration, longestDebt));
	}

	@Override
	public Mono<Others> report(String client, boolean sending) {
		return call((connection) -> this.statements.report(connection, this.names, client, this.instance, sending));
	}

	@Override
	public int othersAtStart(String client) {
		return this.othersAtStart.getOrDefault(client, 0);
	}

	@Override
	public Mono<Pause> pause(String client, Duration pause, boolean byOperator) {
		return call((connection) -> this.statements.pause(connection, this.names, client, pause, byOperator));
	}

	@Override
	public Mono<Long> resume(String client) {
		return call((connection) -> this.statements.resume(connection, this.names, client));
	}

	@Override
	public Mono<Void> leave(String client) {
		return call((connection) -> {
			this.statements.leave(connection, this.names, client, this.instance);
			return null;
		});
	}

	// A caller that cancels does not interrupt the statement. H2 closes its file if a
	// thread is interrupted while it uses the file.
	private <T> Mono<T> call(BudgetConnections.Work<T> work) {
		return Mono.create((sink) -> {
			AtomicBoolean unwanted = new AtomicBoolean();
			sink.onDispose(() -> unwanted.set(true));
			try {
				this.thread.execute(() -> {
					if (unwanted.get()) {
						return;
					}
					try {
						sink.success(this.connections.run(work));
					}
					catch (SQLException | RuntimeException ex) {
						sink.error(ex);
					}
				});
			}
			catch (RejectedExecutionException ex) {
				sink.error(ex);
			}
		});
	}

	/**
	 * Close the store. It waits up to one second for the statements that report that this
	 * instance has stopped.
	 */
	@Override
	public void close() {
		if (this.thread.isShutdown()) {
			return;
		}
		this.thread.execute(this.connections::close);
		this.thread.shutdown();
		try {
			this.thread.awaitTermination(1, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
