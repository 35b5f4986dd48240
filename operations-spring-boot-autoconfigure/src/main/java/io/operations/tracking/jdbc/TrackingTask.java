package io.operations.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;

import com.github.kagkarlsson.scheduler.task.AbstractTask;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import io.operations.tracking.TrackedRow;
import io.operations.tracking.TrackingEngine;
import io.operations.tracking.TrackingState;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Runs one poll or one attempt to deliver for a claimed operation. Holds its thread until
 * that is done. The row of db-scheduler contains no data other than the operation's id.
 */
final class TrackingTask extends AbstractTask<Void> {

	private static final Log logger = LogFactory.getLog(TrackingTask.class);

	static final String NAME = "operations";

	static final int DELIVERY = 100;

	static final int FIRST_POLL = 90;

	static final int REPEAT_POLL = 50;

	private static final Duration AFTER_A_FAULT = Duration.ofSeconds(30);

	private final TrackingEngine engine;

	private final TrackedRows rows;

	private final DatabaseReach reach;

	private final Claims claims;

	private final JdbcTransactions transactions;

	private final DatabaseClock clock;

	private final boolean takenWhenClaimed;

	TrackingTask(TrackingEngine engine, TrackedRows rows, DatabaseReach reach, Claims claims,
			JdbcTransactions transactions, TrackingDialect dialect, DatabaseClock clock) {
		super(NAME, Void.class,
				(complete, operations) -> operations.reschedule(complete, clock.now().plus(AFTER_A_FAULT)),
				// An execution of a dead instance keeps its due time. Therefore it is the
				// next one of its priority, even if the backlog is long.
				(complete, operations) -> operations.reschedule(complete, complete.getExecution().executionTime));
		this.engine = engine;
		this.rows = rows;
		this.reach = reach;
		this.claims = claims;
		this.transactions = transactions;
		this.clock = clock;
		this.takenWhenClaimed = dialect == TrackingDialect.POSTGRESQL;
	}

	@Override
	public CompletionHandler<Void> execute(TaskInstance<Void> instance, ExecutionContext context) {
		Execution execution = context.getExecution();
		boolean isPoll = isPoll(execution);
		if (isPoll && !this.takenWhenClaimed) {
			this.engine.polls().taken(1);
		}
		TrackedRow before;
		TrackedRow after;
		try {
			before = read(execution);
			after = (before != null && before.state() == TrackingState.TRACKED) ? this.engine.poll(before).block()
					: null;
		}
		catch (TrackedRows.NewerVersionException ex) {
			logger.debug("This instance leaves the operation to instances that run a newer version of the library.",
					ex);
			Instant later = this.engine.polls().now().plus(AFTER_A_FAULT);
			return (complete, operations) -> claim(complete, operations).giveBack(later);
		}
		catch (RuntimeException ex) {
			leave(execution, ex);
			return (complete, operations) -> {
			};
		}
		finally {
			if (isPoll) {
				this.engine.polls().handedBack();
			}
		}
		return (complete, operations) -> {
			try {
				conclude(claim(complete, operations), before, after);
			}
			catch (RuntimeException ex) {
				leave(execution, ex);
			}
		};
	}

	// db-scheduler would log an error with a stack trace for each.
	private void leave(Execution execution, RuntimeException fault) {
		if (!this.reach.isEndOf(fault)) {
			throw fault;
		}
		logger.debug("The store stops without a database, so another instance takes over " + execution, fault);
	}

	private JdbcClaim claim(ExecutionComplete complete, ExecutionOperations<Void> operations) {
		return new JdbcClaim(this.rows, this.reach, this.transactions, this.clock, complete, operations);
	}

	static boolean isPoll(Execution execution) {
		return execution.taskInstance.getPriority() < DELIVERY;
	}

	private @Nullable TrackedRow read(Execution execution) {
		TrackedRow loaded = this.claims.takeLoaded(execution.getId());
		TrackedRow row = (loaded != null) ? loaded
				: this.reach.untilReached("load", () -> this.rows.find(execution.getId()));
		return (row != null) ? row.due(this.clock.toInstance(execution.executionTime)) : null;
	}

	private void conclude(JdbcClaim claim, @Nullable TrackedRow before, @Nullable TrackedRow after) {
		if (before == null) {
			claim.drop();
		}
		else if (after != null) {
			this.engine.conclude(claim, before, after);
		}
		else if (before.state() == TrackingState.ENDED) {
			this.engine.deliver(claim, before);
		}
		else {
			// The poll was abandoned because the store stops, or nothing is due.
			claim.giveBack((before.state() == TrackingState.TRACKED) ? before.due() : null);
		}
	}

	@Override
	public SchedulableInstance<Void> schedulableInstance(String id) {
		return schedule(id, this.engine.polls().now(), FIRST_POLL);
	}

	@Override
	public SchedulableInstance<Void> schedulableInstance(String id, Void data) {
		return schedulableInstance(id);
	}

	SchedulableInstance<Void> schedule(String id, Instant due, int priority) {
		return SchedulableInstance.of(instanceBuilder(id).priority(priority).build(), due);
	}

}
