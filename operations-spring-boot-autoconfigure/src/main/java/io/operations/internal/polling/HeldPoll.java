package io.operations.internal.polling;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.internal.TraceParent;
import org.jspecify.annotations.Nullable;

/**
 * Represents an operation that another component keeps and that the template's poller
 * polls until it ends or is released. The poller calls the methods one at a time, on the
 * thread of the response, and holds no lock meanwhile.
 *
 * @since 0.1.0
 */
public abstract class HeldPoll extends Polled {

	// Guarded by the poller.
	private boolean countedAsScheduled;

	/**
	 * Create an operation. Its number orders it among those that are due at the same
	 * time.
	 * @param number the number, from {@link Poller#number()}
	 * @param operationId the operation's id
	 */
	protected HeldPoll(long number, String operationId) {
		super(number, operationId);
	}

	/**
	 * Return the operation's id.
	 * @return the id
	 */
	public final String id() {
		return operationId();
	}

	/**
	 * Return the operation as known so far.
	 * @return the operation; its {@code lastSeen} may have no more than the status
	 */
	protected abstract PolledOperation polled();

	/**
	 * Return whether the operation was last seen with the same status as in a response.
	 * @param operation the operation as a response shows it
	 * @return {@code true} if the status is the same
	 */
	protected abstract boolean hasStatusOf(Operation operation);

	/**
	 * Return whether the operation was last seen as SCHEDULED.
	 * @return {@code true} if the operation begins at a later time
	 */
	protected boolean isScheduled() {
		return polled().isScheduled();
	}

	/**
	 * Return the span in which the application began to track the operation.
	 * @return the span, {@code null} if there is none or it was not sampled
	 */
	protected @Nullable TraceParent traceParent() {
		return null;
	}

	/**
	 * Return whether the operation has been running for unusually long compared with
	 * others of its kind.
	 * @return whether it is stuck
	 */
	protected boolean isStuck() {
		return false;
	}

	boolean isCountedAsScheduled() {
		return this.countedAsScheduled;
	}

	void countedAsScheduled(boolean counted) {
		this.countedAsScheduled = counted;
	}

	/**
	 * Record a response.
	 * @param after the operation as known after the poll
	 * @param snapshot the response
	 * @return the next poll, {@code null} if there is none
	 */
	protected abstract @Nullable Next seen(PolledOperation after, OperationSnapshot snapshot);

	/**
	 * Record a failed poll.
	 * @param after the operation as known after the poll
	 * @param fault the reason
	 * @return the next poll, {@code null} if there is none
	 */
	protected abstract @Nullable Next failed(PolledOperation after, Throwable fault);

	/**
	 * Record what a wait for the same operation has learned about its age.
	 * @param known the operation as the wait knows it
	 */
	protected abstract void met(PolledOperation known);

	/**
	 * Says when the next poll is due.
	 *
	 * @param delay the time from now, in milliseconds
	 * @param isFixed whether the poll must not leave earlier, even if a permit is unused
	 */
	public record Next(long delay, boolean isFixed) {
	}

}
