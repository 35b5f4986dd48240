package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

import com.github.kagkarlsson.scheduler.exceptions.DbSchedulerException;
import com.github.kagkarlsson.scheduler.task.AbstractTask;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.util.Assert;

/**
 * Holds the lease of a client for as long as its execution lasts. The version of the
 * execution is the epoch of the lease: it grows whenever an instance takes the lease or
 * releases it, and a renewal leaves it unchanged.
 */
final class LeaseTask extends AbstractTask<Void> {

	private static final Log logger = LogFactory.getLog(LeaseTask.class);

	static final String NAME = "lease";

	// The due time of a free lease, which has passed by every clock.
	private static final Instant FREE = Instant.EPOCH;

	private static final Duration AFTER_A_FAULT = Duration.ofSeconds(1);

	private final String client;

	private final LongPredicate hold;

	/**
	 * Create the task.
	 * @param client the name of the client
	 * @param hold polls the operations until the lease of the given epoch is lost or
	 * released, and returns whether it is still held
	 * @param clock the database's clock
	 */
	LeaseTask(String client, LongPredicate hold, Supplier<Instant> clock) {
		super(NAME, Void.class,
				(complete, operations) -> release(complete, operations, clock.get().plus(AFTER_A_FAULT)),
				(complete, operations) -> release(complete, operations, FREE));
		this.client = client;
		this.hold = hold;
	}

	@Override
	public CompletionHandler<Void> execute(TaskInstance<Void> instance, ExecutionContext context) {
		// The epoch of another client's lease would not protect the operations of this
		// client.
		Assert.state(this.client.equals(instance.getId()), () -> "The lease of client '" + instance.getId()
				+ "' is not the lease of client '" + this.client + "'");
		boolean isHeld = this.hold.test(context.getExecution().version);
		return (complete, operations) -> {
			if (isHeld) {
				release(complete, operations, FREE);
			}
		};
	}

	// Another instance may hold the lease already, or take it when it is not renewed.
	private static void release(ExecutionComplete complete, ExecutionOperations<Void> operations, Instant due) {
		try {
			operations.reschedule(complete, due);
		}
		catch (RuntimeException ex) {
			if (!(ex instanceof DbSchedulerException) && !DatabaseFaults.isUnavailable(ex)) {
				throw ex;
			}
			logger.debug("The lease could not be released: " + complete.getExecution(), ex);
		}
	}

	@Override
	public SchedulableInstance<Void> schedulableInstance(String client) {
		return SchedulableInstance.of(instanceBuilder(client).build(), FREE);
	}

	@Override
	public SchedulableInstance<Void> schedulableInstance(String client, Void data) {
		return schedulableInstance(client);
	}

}
