package io.operations.internal.tracking;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Runs a task later that another scheduler would run at once, as another thread would.
 */
final class LaterScheduler implements Scheduler {

	private final Scheduler delegate;

	private Duration delay = Duration.ofMillis(1);

	LaterScheduler(Scheduler delegate) {
		this.delegate = delegate;
	}

	void delay(Duration next) {
		this.delay = next;
	}

	@Override
	public Disposable schedule(Runnable task) {
		return schedule(task, this.delay.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		return this.delegate.schedule(task, delay, unit);
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
