package io.operations.internal.polling;

import io.operations.Operation;
import io.operations.OperationsClosedException;
import org.jspecify.annotations.Nullable;

/**
 * Notifies the listeners of the ends of waits, and the {@link PollListener}s of the
 * results of polls. Without such a listener, this costs one comparison for each poll.
 */
final class PollReports {

	private final PollerParts parts;

	private final OperationsListeners listeners;

	private final WaitRegistry waits;

	private final HeldPolls held;

	/**
	 * Create the reports.
	 * @param parts what the classes of a poller share
	 * @param waits the waits by id
	 * @param held the held operations
	 */
	PollReports(PollerParts parts, WaitRegistry waits, HeldPolls held) {
		this.parts = parts;
		this.listeners = parts.listener();
		this.waits = waits;
		this.held = held;
	}

	/**
	 * Notify the listeners of the end of a wait.
	 * @param awaited the awaited operation
	 * @param reason why the wait ended, {@code null} if the operation is terminal
	 */
	void waitEnded(AwaitedOperation awaited, @Nullable Throwable reason) {
		this.listeners.waitEnded(this.parts.client(), awaited.summary(this.parts.now()), reason);
		if (this.listeners.receivePolls()) {
			abandoned(awaited.operationId(), false);
		}
	}

	/**
	 * Notify the listeners of a poll, before its result is recorded.
	 * @param poll the poll
	 * @param awaited the wait that the result is for, {@code null} if there is none
	 * @param held the held operation that the result is for, {@code null} if there is
	 * none
	 * @param seen the operation as the response shows it, {@code null} if the poll failed
	 * @param fault why the poll failed, {@code null} if it succeeded
	 */
	void report(Poll poll, @Nullable AwaitedOperation awaited, @Nullable HeldPoll held, @Nullable Operation seen,
			@Nullable Throwable fault) {
		// A poll that the closing of the client ends has no result.
		if (!this.listeners.receivePolls() || fault instanceof OperationsClosedException) {
			return;
		}
		long now = this.parts.now();
		long time = this.parts.clock().toEpochMilli();
		long due = time - (now - poll.due());
		if (held != null) {
			PolledOperation known = held.polled();
			report(held, new PollEvent(poll.operationId(), true, known.since().toEpochMilli(), due, time, seen, fault,
					known.lastSeen()));
		}
		if (awaited != null) {
			LastSeen known = awaited.lastSeen();
			report(awaited, new PollEvent(poll.operationId(), false, time - (now - awaited.began()), due, time, seen,
					fault, (known != null) ? known.withoutUrl() : null));
		}
	}

	private void report(Polled polled, PollEvent event) {
		this.listeners.polled(this.parts.client(), event);
		boolean isOver;
		synchronized (this.parts.lock()) {
			isOver = polled.isOver();
		}
		if (isOver) {
			abandoned(event.operationId(), event.isTracked());
		}
	}

	// What listeners know of the operation belongs to the next wait for it, if that has
	// begun already.
	private void abandoned(String operationId, boolean isTracked) {
		Polled next;
		synchronized (this.parts.lock()) {
			next = isTracked ? this.held.get(operationId) : this.waits.get(operationId);
		}
		if (next == null) {
			this.listeners.abandoned(this.parts.client(), operationId, isTracked);
		}
	}

}
