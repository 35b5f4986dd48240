package io.operations.internal.resilience;

import java.time.Duration;

import io.operations.OperationsListener;

/**
 * Records an outage of the store of the shared budget. Each method returns the
 * notification that its caller runs without a lock. Not thread-safe.
 */
final class BudgetOutage {

	private final String client;

	private final OperationsListener listener;

	private long since;

	private boolean open;

	BudgetOutage(String client, OperationsListener listener) {
		this.client = client;
		this.listener = listener;
	}

	Runnable begin(Throwable fault, long now) {
		this.open = true;
		this.since = now;
		return () -> this.listener.budgetUnavailable(this.client, fault);
	}

	/**
	 * End the outage, if there is one.
	 * @param now the present time in nanoseconds
	 * @return the notification; it does nothing without an outage
	 */
	Runnable end(long now) {
		boolean ended = this.open;
		this.open = false;
		Duration duration = Duration.ofNanos(now - this.since);
		return () -> {
			if (ended) {
				this.listener.budgetAvailable(this.client, duration);
			}
		};
	}

	boolean isOpen() {
		return this.open;
	}

}
