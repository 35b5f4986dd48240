package io.operations.internal.polling;

import org.jspecify.annotations.Nullable;

/**
 * Represents a polled operation with the callers to notify. The list of callers is part
 * of the operation, because a list object of its own would take more memory. The poller
 * guards the callers.
 */
abstract class PolledForCallers extends Polled {

	// The list begins with the caller that joined last.
	private @Nullable WaitingCaller callers;

	private @Nullable WaitingCaller oldest;

	PolledForCallers(long number, String operationId) {
		super(number, operationId);
	}

	void join(WaitingCaller caller) {
		caller.next = this.callers;
		if (this.callers != null) {
			this.callers.previous = caller;
		}
		else {
			this.oldest = caller;
		}
		this.callers = caller;
	}

	/**
	 * Remove a caller.
	 * @param caller the caller that waits no longer
	 * @return whether it was the last caller
	 */
	boolean leave(WaitingCaller caller) {
		if (caller.previous != null) {
			caller.previous.next = caller.next;
		}
		else {
			this.callers = caller.next;
		}
		if (caller.next != null) {
			caller.next.previous = caller.previous;
		}
		else {
			this.oldest = caller.previous;
		}
		caller.next = null;
		caller.previous = null;
		return this.callers == null;
	}

	/**
	 * Return the caller that joined last. The others follow in
	 * {@link WaitingCaller#next}.
	 * @return the caller, {@code null} if there is none
	 */
	@Nullable WaitingCaller callers() {
		return this.callers;
	}

	/**
	 * Return the caller that has waited longest.
	 * @return the caller, {@code null} if there is none
	 */
	@Nullable WaitingCaller oldest() {
		return this.oldest;
	}

}
