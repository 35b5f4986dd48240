package io.operations.internal.resilience;

import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Runs a task when the next permit arrives. A later call replaces an earlier one.
 */
final class WakeUp implements Disposable {

	private static final long NEVER = Long.MAX_VALUE;

	private final Disposable.Swap scheduled = Disposables.swap();

	private final Scheduler scheduler;

	private final Runnable task;

	private long wakeAt = NEVER;

	WakeUp(Scheduler scheduler, Runnable task) {
		this.scheduler = scheduler;
		this.task = task;
	}

	/**
	 * Run the task at a time. Only one thread may call this method at a time.
	 * @param due the time in nanoseconds of the scheduler
	 * @param now the present time
	 */
	void at(long due, long now) {
		synchronized (this) {
			if (due == this.wakeAt) {
				return;
			}
			this.wakeAt = due;
		}
		this.scheduled.update(this.scheduler.schedule(() -> wake(due), due - now, TimeUnit.NANOSECONDS));
	}

	private void wake(long due) {
		synchronized (this) {
			if (this.wakeAt == due) {
				this.wakeAt = NEVER;
			}
		}
		this.task.run();
	}

	@Override
	public void dispose() {
		this.scheduled.dispose();
	}

}
