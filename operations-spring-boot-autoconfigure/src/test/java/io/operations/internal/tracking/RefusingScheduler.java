package io.operations.internal.tracking;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Refuses one task, and passes the others to another scheduler.
 */
final class RefusingScheduler implements Scheduler {

	private final Scheduler delegate;

	boolean refusesNext;

	RefusingScheduler(Scheduler delegate) {
		this.delegate = delegate;
	}

	private void check() {
		if (this.refusesNext) {
			this.refusesNext = false;
			throw new RejectedExecutionException("broken");
		}
	}

	@Override
	public Disposable schedule(Runnable task) {
		check();
		return this.delegate.schedule(task);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		check();
		return this.delegate.schedule(task, delay, unit);
	}

	@Override
	public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
		return this.delegate.schedulePeriodically(task, initialDelay, period, unit);
	}

	@Override
	public Worker createWorker() {
		return this.delegate.createWorker();
	}

	@Override
	public long now(TimeUnit unit) {
		return this.delegate.now(unit);
	}

}
