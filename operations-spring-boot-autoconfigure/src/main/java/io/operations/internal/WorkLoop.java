package io.operations.internal;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs work on one thread at a time without a lock. If a thread finds that another thread
 * runs the work, it returns, and the other thread repeats the work.
 *
 * @since 0.1.0
 */
public final class WorkLoop {

	private final AtomicInteger requested = new AtomicInteger();

	private final Runnable work;

	/**
	 * Create the loop.
	 * @param work the work; an error that it throws reaches the thread that runs it, and
	 * the next thread continues
	 */
	public WorkLoop(Runnable work) {
		this.work = work;
	}

	/**
	 * Run the work, unless another thread runs it. That thread then runs it once more.
	 * @return {@code true} if this thread ran the work
	 */
	public boolean run() {
		if (this.requested.getAndIncrement() != 0) {
			return false;
		}
		boolean done = false;
		try {
			int missed = 1;
			while (missed != 0) {
				this.work.run();
				missed = this.requested.addAndGet(-missed);
			}
			done = true;
		}
		finally {
			if (!done) {
				// After any error the next thread must be able to continue.
				this.requested.set(0);
			}
		}
		return true;
	}

}
