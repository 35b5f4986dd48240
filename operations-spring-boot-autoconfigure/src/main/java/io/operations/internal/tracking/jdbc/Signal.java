package io.operations.internal.tracking.jdbc;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Wakes the one thread that waits for work. Keeps a signal without a waiting thread for
 * the next wait.
 */
final class Signal {

	private final Semaphore signals = new Semaphore(0);

	void give() {
		this.signals.release();
	}

	/**
	 * Forget the signals so far.
	 */
	void forget() {
		this.signals.drainPermits();
	}

	/**
	 * Wait for a signal, and forget all others.
	 * @param most the maximum time, {@code null} for no maximum
	 */
	void await(@Nullable Duration most) {
		try {
			if (most == null) {
				this.signals.acquire();
			}
			else {
				this.signals.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS);
			}
			forget();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
