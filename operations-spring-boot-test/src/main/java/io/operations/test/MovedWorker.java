package io.operations.test;

import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Runs its tasks one after another, as each worker does, in the time that a test moves.
 */
final class MovedWorker implements Scheduler.Worker {

	private final MovedTime time;

	private final Scheduler.Worker worker;

	private final Disposable.Composite open = Disposables.composite();

	MovedWorker(MovedTime time, Scheduler.Worker worker) {
		this.time = time;
		this.worker = worker;
	}

	@Override
	public Disposable schedule(Runnable task) {
		return this.worker.schedule(task);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		return (delay <= 0) ? schedule(task)
				: this.time.schedule(task, delay, 0, unit, this.worker::schedule, this.open);
	}

	@Override
	public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
		return this.time.schedule(task, Math.max(0, initialDelay), Math.max(1, unit.toNanos(period)), unit,
				this.worker::schedule, this.open);
	}

	@Override
	public void dispose() {
		this.open.dispose();
		this.worker.dispose();
	}

	@Override
	public boolean isDisposed() {
		return this.worker.isDisposed();
	}

}
