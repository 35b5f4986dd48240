package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

import com.github.kagkarlsson.scheduler.task.AbstractTask;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import io.operations.internal.tracking.TrackedRow;
import io.operations.internal.tracking.TrackingEngine;
import io.operations.tracking.TrackingState;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the outcome of an operation. The name of the task in db-scheduler is the name
 * of the client, and the task instance is the operation's id. The row of db-scheduler
 * contains no other data.
 */
final class DeliveryTask extends AbstractTask<Void> {

	private static final Log logger = LogFactory.getLog(DeliveryTask.class);

	private static final Duration AFTER_A_FAULT = Duration.ofSeconds(30);

	private final TrackingEngine engine;

	private final TrackedRows rows;

	private final DatabaseCalls calls;

	private final JdbcTransactions transactions;

	private final HandlerTransactions handlers;

	private final DatabaseClock clock;

	private final Consumer<Instant> onRetry;

	/**
	 * Create the task.
	 * @param client the name of the client
	 * @param engine delivers
	 * @param rows the rows of the operations
	 * @param calls makes the calls to the database
	 * @param transactions the transactions of the database
	 * @param handlers the transactions of handlers
	 * @param clock the database's clock
	 * @param onRetry called with the local time at which another attempt is due
	 */
	DeliveryTask(String client, TrackingEngine engine, TrackedRows rows, DatabaseCalls calls,
			JdbcTransactions transactions, HandlerTransactions handlers, DatabaseClock clock,
			Consumer<Instant> onRetry) {
		super(client, Void.class,
				(complete, operations) -> operations.reschedule(complete, clock.now().plus(AFTER_A_FAULT)),
				// An execution of a dead instance keeps its due time. Therefore it is the
				// next one, even if the backlog is long.
				(complete, operations) -> operations.reschedule(complete, complete.getExecution().executionTime));
		this.engine = engine;
		this.rows = rows;
		this.calls = calls;
		this.transactions = transactions;
		this.handlers = handlers;
		this.clock = clock;
		this.onRetry = onRetry;
	}

	@Override
	public CompletionHandler<Void> execute(TaskInstance<Void> instance, ExecutionContext context) {
		TrackedRow row;
		try {
			row = this.calls.untilAvailable("load", () -> this.rows.find(instance.getId()));
		}
		catch (TrackedRowMapper.NewerVersionException ex) {
			logger.debug("This instance leaves the operation to instances that run a newer version of the library.",
					ex);
			Instant later = this.engine.polls().now().plus(AFTER_A_FAULT);
			return (complete, operations) -> claim(complete, operations).releaseUnchanged(later);
		}
		catch (RuntimeException ex) {
			leave(context.getExecution(), ex);
			return (complete, operations) -> {
			};
		}
		return (complete, operations) -> {
			try {
				conclude(claim(complete, operations), row);
			}
			catch (RuntimeException ex) {
				leave(context.getExecution(), ex);
			}
		};
	}

	// db-scheduler would log an error with a stack trace for each fault.
	private void leave(Execution execution, RuntimeException fault) {
		if (!this.calls.isExpectedAtStop(fault)) {
			throw fault;
		}
		logger.debug("The store stops without a database, so another instance takes over " + execution, fault);
	}

	private JdbcClaim claim(ExecutionComplete complete, ExecutionOperations<Void> operations) {
		return new JdbcClaim(this.rows, this.calls, this.transactions, this.handlers, this.clock, complete, operations,
				this.onRetry);
	}

	private void conclude(JdbcClaim claim, @Nullable TrackedRow row) {
		if (row != null && row.state() == TrackingState.ENDED) {
			this.engine.deliver(claim, row);
		}
		else {
			claim.releaseUnchanged(null);
		}
	}

	@Override
	public SchedulableInstance<Void> schedulableInstance(String id) {
		return schedule(id, this.engine.polls().now());
	}

	@Override
	public SchedulableInstance<Void> schedulableInstance(String id, Void data) {
		return schedulableInstance(id);
	}

	/**
	 * Return the execution for an outcome.
	 * @param id the operation's id
	 * @param due the local time at which the delivery is due
	 * @return the execution
	 */
	SchedulableInstance<Void> schedule(String id, Instant due) {
		return SchedulableInstance.of(instanceBuilder(id).build(), this.clock.toDatabase(due));
	}

}
