package io.operations.internal.tracking;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A real scheduler whose clocks can be put forward. What was planned before keeps its
 * delay.
 */
public final class SkippingScheduler implements Scheduler {

	private final Scheduler delegate = Schedulers.parallel();

	private final AtomicLong skipped = new AtomicLong();

	/**
	 * Put the clocks forward, or back.
	 * @param time the time, negative to put them back
	 */
	public void skip(Duration time) {
		this.skipped.addAndGet(time.toNanos());
	}

	@Override
	public long now(TimeUnit unit) {
		return this.delegate.now(unit) + unit.convert(this.skipped.get(), TimeUnit.NANOSECONDS);
	}

	@Override
	public Disposable schedule(Runnable task) {
		return this.delegate.schedule(task);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
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

}
