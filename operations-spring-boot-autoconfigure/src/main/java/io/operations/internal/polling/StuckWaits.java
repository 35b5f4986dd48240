package io.operations.internal.polling;

import java.time.Duration;

/**
 * Reports each wait whose operation is stuck once, and counts these waits. An operation
 * is stuck if it has been running for unusually long compared with others of its kind.
 */
final class StuckWaits {

	private final PollerParts parts;

	private final Object lock;

	// Guarded by the lock.
	private int count;

	/**
	 * Create the object.
	 * @param parts what the classes of a poller share
	 */
	StuckWaits(PollerParts parts) {
		this.parts = parts;
		this.lock = parts.lock();
	}

	/**
	 * Report a wait if its operation has become stuck.
	 * @param awaited the awaited operation
	 * @param now the present time
	 */
	void note(AwaitedOperation awaited, long now) {
		if (awaited.isStuck()) {
			return;
		}
		Duration unusual = this.parts.delays().unusualAge(awaited.kind());
		if (awaited.age(now).compareTo(unusual) < 0) {
			return;
		}
		synchronized (this.lock) {
			if (awaited.isOver()) {
				return;
			}
			awaited.stuck();
			this.count++;
		}
		this.parts.listener().stuck(this.parts.client(), awaited.summary(now), awaited.age(now), unusual);
	}

	/**
	 * Record that a wait is over. The caller holds the lock.
	 * @param awaited the awaited operation
	 */
	void over(AwaitedOperation awaited) {
		if (awaited.isStuck()) {
			this.count--;
		}
	}

	/**
	 * Return the number of waits whose operation is stuck. Thread-safe.
	 * @return the number of waits
	 */
	int count() {
		synchronized (this.lock) {
			return this.count;
		}
	}

}
