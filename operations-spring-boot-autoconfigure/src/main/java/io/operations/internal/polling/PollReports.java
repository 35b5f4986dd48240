package io.operations.internal.polling;

import io.operations.Operation;
import io.operations.OperationsClosedException;
import org.jspecify.annotations.Nullable;

/**
 * Notifies the {@link PollListener}s of the results of polls. Without such a listener,
 * this costs one comparison for each poll.
 */
final class PollReports {

	private final PollerParts parts;

	private final OperationsListeners listeners;

	/**
	 * Create the reports.
	 * @param parts what the classes of a poller share
	 */
	PollReports(PollerParts parts) {
		this.parts = parts;
		this.listeners = parts.listener();
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
			this.listeners.abandoned(this.parts.client(), event);
		}
	}

}
