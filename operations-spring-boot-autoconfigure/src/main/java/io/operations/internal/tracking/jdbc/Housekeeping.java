package io.operations.internal.tracking.jdbc;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Runs the heartbeats and the detection of dead executions of db-scheduler, and removes
 * outdated operations. Skips these jobs during an outage of the database: each attempt
 * would log a stack trace.
 */
final class Housekeeping extends ScheduledThreadPoolExecutor {

	private static final int THREADS = 3;

	private final BooleanSupplier available;

	private final StopTimes times;

	Housekeeping(ThreadFactory factory, BooleanSupplier available, StopTimes times) {
		super(THREADS, factory);
		this.available = available;
		this.times = times;
		setRemoveOnCancelPolicy(true);
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
		return super.awaitTermination(Math.min(unit.toNanos(timeout), this.times.forTheRest()), TimeUnit.NANOSECONDS);
	}

	/**
	 * Repeat a job, whether the database is available or not.
	 * @param job the job
	 * @param millis the time between the end of one run and the beginning of the next
	 * @return the job
	 */
	ScheduledFuture<?> repeat(Runnable job, long millis) {
		return super.scheduleWithFixedDelay(job, millis, millis, TimeUnit.MILLISECONDS);
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
		return super.scheduleWithFixedDelay(() -> {
			if (this.available.getAsBoolean()) {
				command.run();
			}
		}, initialDelay, delay, unit);
	}

}
