package io.operations.internal.tracking.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.TaskResolver;
import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Picks due executions in one statement. db-scheduler's own statement also picks
 * executions of tasks that this instance does not know, and logs a stack trace at each
 * look during an outage of the database.
 */
final class Picks extends DefaultJdbcCustomization {

	private static final Log logger = LogFactory.getLog(Picks.class);

	private final JdbcClient jdbc;

	private final JdbcTransactions transactions;

	private final DatabaseCalls calls;

	private final String statement;

	private final Function<Instant, Instant> deadBefore;

	private final Consumer<TaskResolver> resolve;

	private final Supplier<? extends Collection<String>> tasks;

	private final String client;

	private final Supplier<Duration> takeoverDelay;

	// Used by one thread only.
	private boolean failing;

	/**
	 * Create the picks of deliveries.
	 * @param dataSource the database
	 * @param transactions the transactions of the database
	 * @param calls makes the calls to the database
	 * @param statement the statement of the database's dialect
	 * @param resolve called before each look, to add tasks
	 * @param tasks supplies the names of the tasks
	 */
	Picks(DataSource dataSource, JdbcTransactions transactions, DatabaseCalls calls, String statement,
			Consumer<TaskResolver> resolve, Supplier<? extends Collection<String>> tasks) {
		this(dataSource, transactions, calls, statement, resolve, tasks, "", (now) -> Instant.EPOCH,
				() -> Duration.ZERO);
	}

	/**
	 * Create the picks of the lease of a client.
	 * @param dataSource the database
	 * @param transactions the transactions of the database
	 * @param calls makes the calls to the database
	 * @param statement the statement of the database's dialect
	 * @param client the name of the client
	 * @param deadBefore returns the time before which the last heartbeat of a picked
	 * execution must have been for it to be picked again
	 * @param takeoverDelay returns for how long a free lease is left to others
	 */
	Picks(DataSource dataSource, JdbcTransactions transactions, DatabaseCalls calls, String statement, String client,
			Function<Instant, Instant> deadBefore, Supplier<Duration> takeoverDelay) {
		this(dataSource, transactions, calls, statement, (resolver) -> {
		}, () -> Set.of(LeaseTask.NAME), client, deadBefore, takeoverDelay);
	}

	private Picks(DataSource dataSource, JdbcTransactions transactions, DatabaseCalls calls, String statement,
			Consumer<TaskResolver> resolve, Supplier<? extends Collection<String>> tasks, String client,
			Function<Instant, Instant> deadBefore, Supplier<Duration> takeoverDelay) {
		super(false);
		this.jdbc = JdbcClient.create(dataSource);
		this.transactions = transactions;
		this.calls = calls;
		this.statement = statement;
		this.resolve = resolve;
		this.tasks = tasks;
		this.client = client;
		this.deadBefore = deadBefore;
		this.takeoverDelay = takeoverDelay;
	}

	@Override
	public boolean supportsSingleStatementLockAndFetch() {
		return true;
	}

	@Override
	public List<Execution> lockAndFetchSingleStatement(JdbcTaskRepositoryContext context, Instant now, int limit,
			boolean orderByPriority) {
		this.resolve.accept(context.taskResolver);
		return pickDue(context.tableName, context.schedulerName.getName(), now, limit);
	}

	/**
	 * Pick due executions.
	 * @param table the table
	 * @param instance the name of this instance
	 * @param now the time of the call, by the database's clock
	 * @param limit the maximum number of executions
	 * @return the executions, empty if the database is unavailable
	 */
	List<Execution> pickDue(String table, String instance, Instant now, int limit) {
		Collection<String> names = List.copyOf(this.tasks.get());
		if (names.isEmpty()) {
			return new ArrayList<>();
		}
		DatabaseAvailability availability = this.calls.availability();
		long began = availability.nanos();
		AtomicBoolean connected = new AtomicBoolean();
		try {
			List<Execution> picked = Objects
				.requireNonNull(this.calls.once("pick", () -> this.transactions.in(FencedRows.SHORT, () -> {
					// A transaction that is repeated has not waited for a connection
					// only.
					if (connected.compareAndSet(false, true)) {
						availability.connected(began);
					}
					// If the pool had no connection for long, an execution that is picked
					// with the time of the call would look dead from the beginning.
					return pick(names, instance, now.plusNanos(availability.nanos() - began), limit);
				})));
			this.failing = false;
			return picked;
		}
		catch (RuntimeException ex) {
			if (!DatabaseFaults.isUnavailable(ex) && !this.failing) {
				this.failing = true;
				logger.error("This instance cannot pick due work of " + table + ", so it does not do its part"
						+ " of polling and delivering. It keeps retrying and does not log this again until it succeeds."
						+ " Check the tables and the rights of the database user.", ex);
			}
			return new ArrayList<>();
		}
	}

	private List<Execution> pick(Collection<String> names, String instance, Instant now, int limit) {
		Instant dead = this.deadBefore.apply(now);
		return this.jdbc.sql(this.statement)
			.param("tasks", names)
			.param("task", LeaseTask.NAME)
			.param("delay", this.takeoverDelay.get().toMillis())
			.param("client", this.client)
			.param("instance", instance)
			.param("now", now.atOffset(ZoneOffset.UTC))
			.param("dead", dead.atOffset(ZoneOffset.UTC))
			.param("age", Duration.between(dead, now).toMillis())
			.param("limit", limit)
			.query(this::map)
			.list();
	}

	private Execution map(ResultSet result, int number) throws SQLException {
		TaskInstance<Void> instance = new TaskInstance<>(result.getString("task_name"),
				result.getString("task_instance"));
		return new Execution(Objects.requireNonNull(TrackedRowMapper.instant(result, "execution_time")), instance,
				result.getBoolean("picked"), result.getString("picked_by"),
				TrackedRowMapper.instant(result, "last_success"), TrackedRowMapper.instant(result, "last_failure"),
				result.getInt("consecutive_failures"), TrackedRowMapper.instant(result, "last_heartbeat"),
				result.getLong("version"));
	}

}
