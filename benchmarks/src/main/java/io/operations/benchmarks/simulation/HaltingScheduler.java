package io.operations.benchmarks.simulation;

import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * The threads of a process that makes no progress for some time. Its tasks of this time
 * run afterwards, in their order. The clock goes on.
 */
final class HaltingScheduler implements Scheduler {

	private final VirtualTimeScheduler time;

	private final long from;

	private final long to;

	/**
	 * Create the scheduler.
	 * @param time the virtual time
	 * @param from when the threads stop, in milliseconds
	 * @param to when they go on, in milliseconds
	 */
	HaltingScheduler(VirtualTimeScheduler time, long from, long to) {
		this.time = time;
		this.from = from;
		this.to = to;
	}

	@Override
	public Disposable schedule(Runnable task) {
		return schedule(task, 0, TimeUnit.NANOSECONDS);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		Disposable.Swap scheduled = Disposables.swap();
		scheduled.replace(this.time.schedule(() -> runOrDelay(task, scheduled), delay, unit));
		return scheduled;
	}

	private void runOrDelay(Runnable task, Disposable.Swap scheduled) {
		long now = now(TimeUnit.MILLISECONDS);
		if (now >= this.from && now < this.to) {
			scheduled.replace(this.time.schedule(task, this.to - now, TimeUnit.MILLISECONDS));
		}
		else {
			task.run();
		}
	}

	@Override
	public long now(TimeUnit unit) {
		return this.time.now(unit);
	}

	@Override
	public Worker createWorker() {
		return new Worker() {

			@Override
			public Disposable schedule(Runnable task) {
				return HaltingScheduler.this.schedule(task);
			}

			@Override
			public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
				return HaltingScheduler.this.schedule(task, delay, unit);
			}

			@Override
			public void dispose() {
			}

		};
	}

}
