package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

import com.github.kagkarlsson.scheduler.exceptions.DbSchedulerException;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import io.operations.internal.tracking.TrackedRow;
import io.operations.internal.tracking.TrackingClaim;
import io.operations.tracking.TrackingState;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Represents the claim of a worker on an execution of db-scheduler. Changes the row of
 * the operation and that of the execution in one transaction. Retries while the database
 * is unavailable, so that no other instance considers the execution dead afterwards. The
 * worker that has the row of the operation delivers the outcome, even if another worker
 * has taken the execution over. That worker finds nothing to do.
 */
final class JdbcClaim implements TrackingClaim {

	private static final Log logger = LogFactory.getLog(JdbcClaim.class);

	private static final Duration WHILE_HELD = Duration.ofSeconds(1);

	private static final long NO_VERSION = -1;

	private final TrackedRows rows;

	private final DatabaseCalls calls;

	private final JdbcTransactions transactions;

	private final HandlerTransactions handlers;

	private final ExecutionComplete execution;

	private final ExecutionOperations<Void> operations;

	private final DatabaseClock clock;

	private final Consumer<Instant> onRetry;

	JdbcClaim(TrackedRows rows, DatabaseCalls calls, JdbcTransactions transactions, HandlerTransactions handlers,
			DatabaseClock clock, ExecutionComplete execution, ExecutionOperations<Void> operations,
			Consumer<Instant> onRetry) {
		this.clock = clock;
		this.onRetry = onRetry;
		this.rows = rows;
		this.calls = calls;
		this.transactions = transactions;
		this.handlers = handlers;
		this.execution = execution;
		this.operations = operations;
	}

	@Override
	public @Nullable TrackedRow save(TrackedRow row) {
		Boolean saved = this.calls.untilAvailable("save",
				() -> this.transactions.in(() -> this.rows.updateUnlessLocked(row)));
		if (!Boolean.TRUE.equals(saved)) {
			letGo(row.id(), row.version());
			return null;
		}
		return row.stored();
	}

	@Override
	public @Nullable TrackedRow release(TrackedRow row) {
		try {
			this.calls.untilAvailable("release", () -> this.transactions.inBounded(() -> {
				complete(row);
				return null;
			}));
			if (row.due() != null) {
				this.onRetry.accept(row.due());
			}
			return row.stored();
		}
		catch (NotOursException | DbSchedulerException ex) {
			letGo(row.id(), NO_VERSION);
			return null;
		}
	}

	@Override
	public @Nullable TrackedRow releaseAfter(Runnable work, TrackedRow row) {
		try {
			Boolean completed = this.calls.once("deliver", () -> this.handlers.in(() -> {
				call(work);
				return completeUnlessForgotten(row);
			}));
			if (this.handlers.isStrict()) {
				// If the process dies before this call, the instance that takes over
				// finds that there is nothing to do.
				releaseUnchanged(row.due());
			}
			return Boolean.TRUE.equals(completed) ? row.stored() : null;
		}
		catch (DatabaseFaults.ForeignFaultException ex) {
			throw ex.fault();
		}
		catch (NotOursException ex) {
			letGo(row.id(), NO_VERSION);
			return null;
		}
	}

	private static void call(Runnable work) {
		try {
			work.run();
		}
		catch (RuntimeException ex) {
			throw new DatabaseFaults.ForeignFaultException(ex);
		}
	}

	// If somebody forgets the operation meanwhile, perhaps the handler itself, the
	// effects of the handlers are committed nevertheless.
	private boolean completeUnlessForgotten(TrackedRow row) {
		try {
			update(row);
			if (!this.handlers.isStrict()) {
				removeUnlessTakenOver();
			}
			return true;
		}
		catch (NotOursException ex) {
			TrackedRow present = this.rows.find(row.id());
			if (present != null && present.polled().since().equals(row.polled().since())) {
				throw ex;
			}
			if (present == null && !this.handlers.isStrict()) {
				removeUnlessTakenOver();
			}
			return false;
		}
	}

	private void removeUnlessTakenOver() {
		try {
			this.operations.remove();
		}
		catch (DbSchedulerException ex) {
			logger.debug("Another worker has taken over " + this.execution.getExecution(), ex);
		}
	}

	private void complete(TrackedRow row) {
		update(row);
		schedule(row.due());
	}

	private void update(TrackedRow row) {
		if (!this.rows.update(row)) {
			throw new NotOursException();
		}
	}

	private void schedule(@Nullable Instant due) {
		if (due != null) {
			this.operations.reschedule(this.execution, this.clock.toDatabase(due));
		}
		else {
			this.operations.remove();
		}
	}

	/**
	 * Release the claim without changing the operation.
	 * @param due the next due time, {@code null} to remove the execution
	 */
	void releaseUnchanged(@Nullable Instant due) {
		try {
			this.calls.untilAvailable("release", () -> this.transactions.inBounded(() -> {
				schedule(due);
				return null;
			}));
			if (due != null) {
				this.onRetry.accept(due);
			}
		}
		catch (DbSchedulerException ex) {
			logger.debug("Another worker has taken over " + this.execution.getExecution(), ex);
		}
	}

	// The operation was probably forgotten meanwhile. If it was also tracked again and
	// has ended, its outcome uses the same execution. If it still has the known version,
	// another transaction has locked its row, perhaps to forget it.
	private void letGo(String operationId, long known) {
		TrackedRow present = this.calls.untilAvailable("load", () -> this.rows.find(operationId));
		if (present == null || present.state() != TrackingState.ENDED) {
			releaseUnchanged(null);
			return;
		}
		Instant now = this.clock.toInstance(this.execution.getTimeDone());
		releaseUnchanged((present.version() == known) ? now.plus(WHILE_HELD) : now);
	}

	/**
	 * Rolls a transaction back because another worker or a caller has changed or removed
	 * the row.
	 */
	@SuppressWarnings("serial")
	private static final class NotOursException extends RuntimeException {

		private NotOursException() {
			super("Another worker or a caller has changed or removed the operation.");
		}

	}

}
