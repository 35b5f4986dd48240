package io.operations.internal.polling;

import io.operations.OperationSnapshot;
import io.operations.OperationsClosedException;
import org.jspecify.annotations.Nullable;

/**
 * Records the results of polls in held operations.
 */
final class HeldResults {

	private static final HeldPoll.Next AFTER_THE_CLOSE = new HeldPoll.Next(1000, true);

	private final PollerParts parts;

	private final HeldPolls held;

	/**
	 * Create the object.
	 * @param parts what the classes of a poller share
	 * @param held the held operations
	 */
	HeldResults(PollerParts parts, HeldPolls held) {
		this.parts = parts;
		this.held = held;
	}

	/**
	 * Record a response, and plan the next poll.
	 * @param operation the held operation
	 * @param after the operation as known after the poll
	 * @param snapshot the response
	 */
	void seen(HeldPoll operation, PolledOperation after, OperationSnapshot snapshot) {
		this.held.planNext(operation, () -> operation.seen(after, snapshot));
	}

	/**
	 * Record a failed poll, and plan the next one.
	 * @param operation the held operation
	 * @param fault the reason
	 */
	void failed(HeldPoll operation, Throwable fault) {
		this.held.planNext(operation, () -> (fault instanceof OperationsClosedException) ? AFTER_THE_CLOSE
				: soonAfterOutage(operation.failed(operation.polled().failed(fault, this.parts.clock()), fault)));
	}

	// A failed probe shows nothing of the operation, which remains due until the server
	// answers. The outage spreads the probes.
	private HeldPoll.@Nullable Next soonAfterOutage(HeldPoll.@Nullable Next next) {
		long shortest = this.parts.settings().minInterval().toMillis();
		return (next != null && !next.isFixed() && next.delay() > shortest && this.parts.outage().isOn())
				? new HeldPoll.Next(shortest, false) : next;
	}

	/**
	 * Plan the poll after one whose result could not be recorded.
	 * @param operation the held operation
	 * @return whether the operation is still held
	 */
	boolean again(HeldPoll operation) {
		return this.held.again(operation, HeldPolls.AFTER_A_DEFECT);
	}

}
